package cairn.nix;

import cairn.cid.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
import org.openjdk.jmh.annotations.Warmup;

/// Reads and writes an archive of 64 MiB in files of one size: 100 operations a second are 6.7
/// GB/s.
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class NarBenchmark {
    private static final int TOTAL = 64 << 20;

    /// The size of each file.
    @Param({"256", "8192", "1048576"})
    private int fileSize;

    private final byte[] buffer = new byte[1 << 18];
    private Bytes file;
    private Bytes archive;

    @Setup
    public void makeArchive() throws IOException {
        byte[] contents = new byte[fileSize];
        new Random(1).nextBytes(contents);
        file = Bytes.wrap(contents);
        var out = new ByteArrayOutputStream();
        tell(new NarWriter(out));
        archive = Bytes.wrap(out.toByteArray());
    }

    @Benchmark
    public long read() throws IOException {
        long count = 0;
        try (var nar = new NarReader(archive.toInputStream())) {
            for (var entry = nar.next(); entry.isPresent(); entry = nar.next()) {
                if (entry.get() instanceof NarEntry.Regular) {
                    InputStream in = nar.contents();
                    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                        count += read;
                    }
                }
            }
        }
        return count;
    }

    @Benchmark
    public long list() throws IOException {
        try (var nar = new NarReader(archive.toInputStream())) {
            while (nar.next().isPresent()) {
                // Contents are passed over.
            }
            return nar.position();
        }
    }

    @Benchmark
    public long write() throws IOException {
        var writer = new NarWriter(OutputStream.nullOutputStream());
        tell(writer);
        return writer.position();
    }

    @Benchmark
    public long size() throws IOException {
        var size = new NarSize();
        tell(size);
        return size.bytes();
    }

    private void tell(NarSink sink) throws IOException {
        sink.directory();
        for (int i = 0; i < TOTAL / fileSize; i++) {
            sink.entry(Bytes.utf8(Integer.toString(100_000_000 + i)));
            sink.regular(i % 2 == 0, fileSize, file.toInputStream());
        }
        sink.endDirectory();
    }
}
