package cairn.graph;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// How long the questions to a graph of 100,000 nodes and 500,000 edges take.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ClosureBenchmark {
    private static final int NODES = 100_000;
    private static final int EDGES = 500_000;

    private int[] from;
    private int[] to;
    private long[] sizes;
    private Digraph graph;

    @Setup
    public void make() {
        graph = Samples.dependencies(NODES, EDGES, 1);
        from = graph.sources();
        to = new int[from.length];
        for (int e = 0; e < to.length; e++) {
            to[e] = graph.target(e);
        }
        sizes = new Random(1).longs(NODES, 1, 1 << 20).toArray();
    }

    @Benchmark
    public Digraph build() {
        return Digraph.of(NODES, from, to);
    }

    @Benchmark
    public long closure() {
        return graph.closureSize(sizes, 0);
    }

    @Benchmark
    public int[] why() {
        return graph.path(0, NODES - 1);
    }

    @Benchmark
    public long[] addedSizes() {
        return Dominators.of(graph, 0).addedSizes(sizes);
    }

    @Benchmark
    public Digraph reduction() throws InterruptedException {
        return graph.reduced();
    }
}
