package cairn.unixfs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Cuts 64 MB; 32 operations a second are 2 GB/s.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ChunkerBenchmark {
    private final byte[] data = new byte[64_000_000];

    public ChunkerBenchmark() {
        new Random(1).nextBytes(data);
    }

    @Benchmark
    public int cutBuffer() {
        int chunks = 0;
        for (int from = 0; from < data.length; chunks++) {
            from = Chunker.cut(data, from, data.length, true);
        }
        return chunks;
    }

    @Benchmark
    public int cutStream() throws IOException {
        var chunker = new Chunker(new ByteArrayInputStream(data));
        int chunks = 0;
        while (chunker.next().isPresent()) {
            chunks++;
        }
        return chunks;
    }
}
