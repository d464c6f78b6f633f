package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// How long one block takes to find and decode, whichever it is, in the home that `CAIRN_HOME`
/// names.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class BlockBenchmark {
    private final List<Cid> cids = new ArrayList<>();
    private Store store;
    private int next;

    @Setup
    public void open() throws IOException {
        var home = Path.of(Objects.requireNonNull(System.getenv("CAIRN_HOME"), "CAIRN_HOME"));
        try (var index = Index.openReadOnly(home.resolve("index.db"))) {
            index.read(database -> {
                try (var rows = database.query("SELECT key FROM block")) {
                    while (rows.next()) {
                        cids.add(BlockKey.name(Bytes.wrap(rows.getBytes(1))));
                    }
                }
                return cids;
            });
        }
        Collections.shuffle(cids, new Random(1));
        store = Store.openReadOnly(home);
    }

    @TearDown
    public void close() throws IOException {
        store.close();
    }

    @Benchmark
    public Optional<Bytes> random() throws IOException {
        return store.block(cids.get(next++ % cids.size()));
    }
}
