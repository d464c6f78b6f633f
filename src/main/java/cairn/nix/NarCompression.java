package cairn.nix;

import cairn.cid.ByteReader;
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
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.tukaani.xz.ArrayCache;
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

    /// How long to wait until there is memory to unpack in.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// What buffers and tables take at most. Who unpacks little takes no more than this.
    private static final int BASE = 512 << 10;

    /// What `xz -9` asks for, and a little more.
    private static final int XZ_MEMORY_KIB = 66 << 10;

    private static final int BZIP2_MEMORY = 5 << 20;

    /// What is between the beginning of a frame of zstd and its first block, at most.
    private static final int ZSTD_HEAD = 18;

    /// The logarithms of the windows that every decoder of zstd must be able to have, and of those
    /// that it has unless told otherwise.
    private static final int ZSTD_SMALL = 23;

    private static final int ZSTD_LARGE = 27;

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

    /// Unpacks while it is read; closing the result closes the source, and gives back the memory
    /// that it took.
    ///
    /// @param limit the most bytes that may come out; more are refused before they are made
    /// @throws FormatException here or on reading, if the source was not packed in this way
    /// @throws BusyException here or on reading, if there is no memory left to unpack in
    public InputStream decompress(InputStream source, long limit) throws IOException {
        return decompress(source, limit, PATIENCE);
    }

    /// The same with another patience for those who have the memory.
    public InputStream decompress(InputStream source, long limit, Duration patience)
            throws IOException {
        return new Unpacked(this, new Source(source), limit, patience);
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

    private InputStream open(Source source, UnpackingMemory memory) throws IOException {
        return switch (this) {
            case NONE -> source;
            case XZ ->
                    new XZInputStream(
                            new BufferedInputStream(source, BUFFER),
                            XZ_MEMORY_KIB,
                            new Dictionaries(memory));
            case ZSTD -> {
                var whole = new PushbackInputStream(source, ZSTD_HEAD);
                int log = zstdWindow(whole);
                memory.take((1L << log) + BASE);
                yield new ZstdInputStreamNoFinalizer(whole, RecyclingBufferPool.INSTANCE)
                        .setLongMax(log);
            }
            case BZIP2 -> {
                memory.take(BZIP2_MEMORY);
                yield new BZip2CompressorInputStream(new BufferedInputStream(source, BUFFER), true);
            }
            case GZIP ->
                    GzipCompressorInputStream.builder()
                            .setInputStream(new BufferedInputStream(source, BUFFER))
                            .setDecompressConcatenated(true)
                            .get();
        };
    }

    /// The logarithm of the window that the first frame asks for, which is then the most for those
    /// that follow, but not less than what every decoder has.
    ///
    /// @see <a href="https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1">Frame headers</a>
    private static int zstdWindow(PushbackInputStream source) throws IOException {
        byte[] bytes = source.readNBytes(ZSTD_HEAD);
        source.unread(bytes);
        var in = new ByteReader(ZSTD.label, Bytes.wrap(bytes));
        long window;
        try {
            var _ = in.bytes(Integer.BYTES);
            int descriptor = in.u8();
            boolean hasWindow = (descriptor & 0x20) == 0;
            if (hasWindow) {
                int field = in.u8();
                long base = 1L << 10 + (field >> 3);
                window = base + base / 8 * (field & 7);
            } else {
                var _ = in.bytes((1 << (descriptor & 3)) >> 1);
                window = in.littleEndian(1 << (descriptor >> 6));
            }
        } catch (FormatException _) {
            return ZSTD_SMALL; // and let the decoder say what is wrong
        }
        int log = Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, window - 1));
        return Math.clamp(log, ZSTD_SMALL, ZSTD_LARGE);
    }

    /// Accounts for the dictionaries of xz, which each block may choose: one after the other, so
    /// that nobody waits for more while others wait for what he has.
    private static final class Dictionaries extends ArrayCache {
        private final UnpackingMemory memory;

        Dictionaries(UnpackingMemory memory) {
            this.memory = memory;
        }

        @Override
        public byte[] getByteArray(int size, boolean zeroed) {
            try {
                if (size > BASE) {
                    memory.take(size + BASE);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return super.getByteArray(size, zeroed);
        }

        @Override
        public void putArray(byte[] array) {
            if (array.length > BASE) {
                memory.close();
            }
        }
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
        private final UnpackingMemory memory;
        private final InputStream in;
        private long count;

        Unpacked(NarCompression compression, Source source, long limit, Duration patience)
                throws IOException {
            this.compression = compression;
            this.source = source;
            this.limit = limit;
            memory = new UnpackingMemory(patience);
            InputStream opened = null;
            try {
                opened = guarded(() -> compression.open(source, memory));
            } finally {
                if (opened == null) {
                    memory.close();
                }
            }
            in = opened;
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
            try (memory) {
                in.close();
            }
        }

        private <T> T guarded(Step<T> step) throws IOException {
            try {
                return step.run();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            } catch (IOException | RuntimeException e) {
                if (source.failed || e instanceof BusyException) {
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
