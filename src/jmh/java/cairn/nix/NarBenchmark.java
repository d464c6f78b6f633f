package cairn.nix;

import cairn.cid.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
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

/// What the walk through an archive of 64 MiB costs, beside the hashing of its bytes, which every
/// import does too.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class NarBenchmark {
    private static final int SIZE = 64 << 20;

    private byte[] archive;

    /// Two files of three are small, as in the packages of a distribution.
    @Setup
    public void make() throws IOException {
        var random = new Random(1);
        var contents = new byte[1 << 20];
        random.nextBytes(contents);
        var out = new ByteArrayOutputStream(SIZE + (2 << 20));
        var nar = new NarWriter(out);
        nar.directory();
        for (int i = 0; nar.position() < SIZE; i++) {
            int size = random.nextInt(random.nextInt(3) == 0 ? contents.length : 16 << 10);
            nar.entry(Bytes.utf8("file-%06d".formatted(i)));
            nar.regular(false, size, new ByteArrayInputStream(contents, 0, size));
        }
        nar.endDirectory();
        archive = out.toByteArray();
    }

    @Benchmark
    public void readAndWrite() throws IOException {
        try (var reader = new NarReader(new ByteArrayInputStream(archive))) {
            reader.writeTo(new NarWriter(OutputStream.nullOutputStream()));
        }
    }

    @Benchmark
    public byte[] sha256() throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(archive);
    }
}
