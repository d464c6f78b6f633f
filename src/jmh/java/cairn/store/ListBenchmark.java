package cairn.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// How long a page of the paths whose name or hash has a text in it takes, in the home that
/// `CAIRN_HOME` names: of all paths, of many, of few, of none.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ListBenchmark {
    @Param({"", "python", "zlib-1.1", "no such path"})
    private String text;

    private Store store;

    @Setup
    public void open() throws IOException {
        store =
                Store.openReadOnly(
                        Path.of(Objects.requireNonNull(System.getenv("CAIRN_HOME"), "CAIRN_HOME")));
    }

    @TearDown
    public void close() throws IOException {
        store.close();
    }

    @Benchmark
    public List<Catalog.Summary> page() throws IOException {
        return store.catalog().list(text, 0, 100);
    }

    @Benchmark
    public int count() throws IOException {
        return store.catalog().count(text);
    }
}
