package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Codec;
import cairn.ipld.Block;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
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

/// Writes and reads 256 MiB in blocks of 64 KiB that compress to a third or so. A store keeps 64
/// MiB decoded, so most of what is read is decoded anew.
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class StoreBenchmark {
    private static final int BLOCK = 64 << 10;
    private static final int COUNT = 4096;

    @Param({"false", "true"})
    private boolean repacked;

    private final List<Block> blocks = new ArrayList<>();
    private final Random random = new Random(2);
    private Path home;
    private Store store;

    @Setup
    public void fill() throws IOException {
        var contents = new Random(1);
        byte[] words = new byte[BLOCK];
        contents.nextBytes(words);
        for (int i = 0; i < COUNT; i++) {
            byte[] bytes = new byte[BLOCK];
            for (int at = 0; at < BLOCK; at += 8) {
                System.arraycopy(words, 8 * contents.nextInt(256), bytes, at, 8);
            }
            blocks.add(Block.of(Codec.RAW, Bytes.wrap(bytes)));
        }
        home = Files.createTempDirectory("cairn-benchmark-");
        store = Store.open(home);
        write(store);
        if (repacked) {
            store.repack(Progress.NONE);
        }
    }

    @TearDown
    public void delete() throws IOException {
        store.close();
        delete(home);
    }

    /// Into a new home, which is deleted again.
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public void write() throws IOException {
        Path other = Files.createTempDirectory("cairn-benchmark-");
        try (var written = Store.open(other)) {
            write(written);
        }
        delete(other);
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public long readInOrder() throws IOException {
        long bytes = 0;
        for (Block block : blocks) {
            bytes += store.block(block.cid()).orElseThrow().length();
        }
        return bytes;
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public Bytes readAnyOne() throws IOException {
        return store.block(blocks.get(random.nextInt(COUNT)).cid()).orElseThrow();
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public boolean has() throws IOException {
        return store.has(blocks.get(random.nextInt(COUNT)).cid());
    }

    private void write(Store target) throws IOException {
        try (var writer = target.writer()) {
            for (Block block : blocks) {
                writer.put(block);
            }
            writer.commit();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> {
                        try {
                            Files.delete(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }
}
