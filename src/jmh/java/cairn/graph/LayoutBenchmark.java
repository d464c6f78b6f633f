package cairn.graph;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// How long a graph like that of a large closure takes to lay out, the first time and later.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 5)
@Fork(1)
public class LayoutBenchmark {
    @Param({"2000", "20000"})
    private int nodes;

    private Digraph graph;

    @Setup
    public void make() {
        graph = Samples.dependencies(nodes, 3 * nodes, 1);
    }

    @Benchmark
    public LayeredLayout layout() throws InterruptedException {
        return LayeredLayout.of(graph, LayeredLayout.Spacing.CARDS);
    }
}
