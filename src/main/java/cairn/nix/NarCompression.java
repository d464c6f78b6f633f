package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZInputStream;
import org.tukaani.xz.XZOutputStream;

/// How a binary cache packs an archive.
public enum NarCompression {
    XZ("xz", ".xz", "fd377a585a00"),
    ZSTD("zstd", ".zst", "28b52ffd"),
    BZIP2("bzip2", ".bz2", "425a68"),
    GZIP("gzip", ".gz", "1f8b"),
    NONE("none", "", "");

    /// How many bytes tell one from another.
    public static final int MAGIC = 6;

    private static final int BUFFER = 1 << 16;

    /// Twice what `xz -9` asks for.
    private static final int XZ_MEMORY_KIB = 128 << 10;

    private final String label;
    private final String extension;

    /// Its first bytes, in hexadecimal.
    private final String magic;

    NarCompression(String label, String extension, String magic) {
        this.label = label;
        this.extension = extension;
        this.magic = magic;
    }

    /// The compression that the field `Compression` of a narinfo names.
    public static NarCompression named(String label) throws FormatException {
        return Arrays.stream(values())
                .filter(compression -> compression.label.equals(label))
                .findFirst()
                .orElseThrow(() ->
                        new FormatException(
                                "narinfo", 0, "compression '" + label + "' is not supported"));
    }

    /// The compression that a file's name tells, if it is the name of an archive: `x.nar.zst`.
    public static Optional<NarCompression> ofFileName(String name) {
        return Arrays.stream(values())
                .filter(compression -> name.endsWith(".nar" + compression.extension))
                .findFirst();
    }

    /// The compression that the first bytes tell, which stay to be read.
    ///
    /// @param source takes back [#MAGIC] bytes
    public static NarCompression of(PushbackInputStream source) throws IOException {
        byte[] bytes = source.readNBytes(MAGIC);
        source.unread(bytes);
        String first = Bytes.wrap(bytes).toHex();
        return Arrays.stream(values())
                .filter(compression -> first.startsWith(compression.magic))
                .findFirst()
                .orElse(NONE);
    }

    /// What a file's name has behind `.nar`.
    public String extension() {
        return extension;
    }

    /// Unpacks while it is read; closing the result closes the source.
    ///
    /// @param limit the most bytes that may come out; more are refused before they are made
    /// @throws FormatException here or on reading, if the source was not packed in this way
    public InputStream decompress(InputStream source, long limit) throws IOException {
        return new Unpacked(this, new Source(source), limit);
    }

    /// Packs what is written, at the level that is the tool's default; closing the result ends it
    /// and closes the target.
    public OutputStream compress(OutputStream target) throws IOException {
        return switch (this) {
            case NONE -> target;
            case XZ -> new XZOutputStream(target, new LZMA2Options());
            case ZSTD -> new ZstdOutputStreamNoFinalizer(target, RecyclingBufferPool.INSTANCE);
            case BZIP2 -> new BZip2CompressorOutputStream(target);
            case GZIP -> new GZIPOutputStream(target, BUFFER);
        };
    }

    @Override
    public String toString() {
        return label;
    }

    private InputStream open(Source source) throws IOException {
        return switch (this) {
            case NONE -> source;
            case XZ -> new XZInputStream(new BufferedInputStream(source, BUFFER), XZ_MEMORY_KIB);
            case ZSTD -> new ZstdInputStreamNoFinalizer(source, RecyclingBufferPool.INSTANCE);
            case BZIP2 ->
                    new BZip2CompressorInputStream(new BufferedInputStream(source, BUFFER), true);
            case GZIP ->
                    GzipCompressorInputStream.builder()
                            .setInputStream(new BufferedInputStream(source, BUFFER))
                            .setDecompressConcatenated(true)
                            .get();
        };
    }

    /// Tells failures of the world below from malformed data.
    private static final class Source extends FilterInputStream {
        private long position;
        private boolean failed;

        Source(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        /// Nothing is known to be there, so that whoever asks this does not fail in our stead.
        @Override
        public int available() {
            return 0;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            try {
                int read = super.read(target, offset, count);
                position += Math.max(0, read);
                return read;
            } catch (IOException e) {
                failed = true;
                throw e;
            }
        }
    }

    private static final class Unpacked extends InputStream {
        private final NarCompression compression;
        private final Source source;
        private final long limit;
        private final InputStream in;
        private long count;

        Unpacked(NarCompression compression, Source source, long limit) throws IOException {
            this.compression = compression;
            this.source = source;
            this.limit = limit;
            in = guarded(() -> compression.open(source));
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int most = (int) Math.min(length, Math.max(1, limit - count));
            int read = guarded(() -> in.read(target, offset, most));
            count += Math.max(0, read);
            if (count > limit) {
                throw new FormatException(
                        compression.label,
                        source.position,
                        "unpacks to more than the %d bytes that were expected".formatted(limit));
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }

        private <T> T guarded(Step<T> step) throws IOException {
            try {
                return step.run();
            } catch (IOException | RuntimeException e) {
                if (source.failed) {
                    throw e;
                }
                throw new FormatException(
                        compression.label,
                        source.position,
                        Objects.requireNonNullElse(e.getMessage(), "ends too early"));
            }
        }
    }

    @FunctionalInterface
    private interface Step<T> {
        T run() throws IOException;
    }
}
