package cairn.store;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.store.FrameHeader.Encoding;
import cairn.store.FrameHeader.Kind;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictContentType;
import com.github.luben.zstd.ZstdException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.CRC32C;

/// Turns payloads into frames and back. Safe for use by several threads; keeps native contexts for
/// reuse until it is closed.
final class FrameCodec implements AutoCloseable {
    /// Level 3 makes frames 4 % smaller and takes half as long again, most of an import's time.
    private static final int LEVEL = 1;

    /// Nearly nothing repeats farther away than 256 KiB, and looking there takes a twentieth
    /// longer.
    private static final int WINDOW_LOG = 18;

    /// Of what is made in the background.
    private static final int DENSE_LEVEL = 3;

    private final ConcurrentLinkedQueue<Compressor> compressors = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<ZstdDecompressCtx> decompressors =
            new ConcurrentLinkedQueue<>();

    /// Encodes a frame of blocks, their bytes being the first `length` of an array.
    Bytes blocks(Bytes list, byte[] payload, int length) {
        return encode(
                Kind.BLOCKS,
                true,
                list,
                payload,
                length,
                FrameHeader.NO_BASE,
                Bytes.EMPTY,
                0,
                LEVEL);
    }

    /// What precedes the payload in a frame of blocks that is compressed another time.
    static Bytes loose(Bytes list, byte[] payload, int length) {
        var crc = new CRC32C();
        crc.update(list.toByteArray());
        crc.update(payload, 0, length);
        var header =
                new FrameHeader(
                        Kind.BLOCKS,
                        Encoding.PLAIN,
                        true,
                        list.length(),
                        length,
                        length,
                        (int) crc.getValue(),
                        0,
                        FrameHeader.NO_BASE,
                        0);
        return new ByteWriter(FrameHeader.LENGTH + list.length())
                .bytes(header.encode())
                .bytes(list)
                .toBytes();
    }

    /// Encodes a frame of blocks with more care.
    Bytes dense(Bytes list, Bytes payload) {
        return delta(list, payload, FrameHeader.NO_BASE, Bytes.EMPTY);
    }

    /// Encodes a frame of blocks with the payload of another frame as dictionary, and more care.
    Bytes delta(Bytes list, Bytes payload, Bytes base, Bytes basePayload) {
        return encode(
                Kind.BLOCKS,
                true,
                list,
                payload.toByteArray(),
                payload.length(),
                base,
                basePayload,
                0,
                DENSE_LEVEL);
    }

    /// Encodes a part of a commit's journal; `last` ends the commit.
    ///
    /// @param number of the part, counted from 1
    Bytes journal(Bytes records, int number, boolean last, long sequence) {
        return encode(
                Kind.JOURNAL,
                last,
                Bytes.EMPTY,
                records.toByteArray(),
                records.length(),
                FrameHeader.part(number),
                Bytes.EMPTY,
                sequence,
                LEVEL);
    }

    private Bytes encode(
            Kind kind,
            boolean last,
            Bytes list,
            byte[] payload,
            int raw,
            Bytes base,
            Bytes basePayload,
            long sequence,
            int level) {
        var compressor = compressors.poll();
        if (compressor == null) {
            compressor = new Compressor();
        }
        int start = FrameHeader.LENGTH + list.length();
        byte[] out = compressor.buffer(start + (int) Zstd.compressBound(raw));
        list.copyTo(0, out, FrameHeader.LENGTH, list.length());
        int stored = compressor.compress(payload, raw, level, basePayload, start);
        var encoding = basePayload.isEmpty() ? Encoding.ZSTD : Encoding.DELTA;
        if (stored >= raw) {
            System.arraycopy(payload, 0, out, start, raw);
            stored = raw;
            encoding = Encoding.PLAIN;
        }
        var header =
                new FrameHeader(
                        kind,
                        encoding,
                        last,
                        list.length(),
                        stored,
                        raw,
                        checksum(out, FrameHeader.LENGTH, list.length() + stored),
                        sequence,
                        kind == Kind.JOURNAL || encoding == Encoding.DELTA
                                ? base
                                : FrameHeader.NO_BASE,
                        0);
        header.encode().copyTo(0, out, 0, FrameHeader.LENGTH);
        Bytes frame = Bytes.copyOf(out, 0, start + stored);
        compressors.add(compressor);
        return frame;
    }

    /// A context, and an array that grows to what is compressed with it.
    private static final class Compressor {
        private final ZstdCompressCtx context = new ZstdCompressCtx();
        private byte[] buffer = new byte[0];

        byte[] buffer(int length) {
            if (buffer.length < length) {
                buffer = new byte[length];
            }
            return buffer;
        }

        int compress(byte[] payload, int length, int level, Bytes base, int start) {
            if (base.isEmpty()) {
                context.setLevel(level).setWindowLog(level == LEVEL ? WINDOW_LOG : 0);
                return compress(context, payload, length, start);
            }
            // A context of its own, so that no dictionary is ever left in one that is used again.
            try (var once = new ZstdCompressCtx().setLevel(level)) {
                once.loadDict(base.toByteArray(), ZstdDictContentType.RAW_CONTENT);
                return compress(once, payload, length, start);
            }
        }

        private int compress(ZstdCompressCtx with, byte[] payload, int length, int start) {
            return with.compressByteArray(buffer, start, buffer.length - start, payload, 0, length);
        }
    }

    /// Checks the body of a frame against its checksum.
    ///
    /// @param frame the whole frame from the start of an array, header included
    /// @param offset where it stands in its pack, for messages
    static void check(FrameHeader header, byte[] frame, long offset) throws FormatException {
        int body = header.list() + header.stored();
        if (checksum(frame, FrameHeader.LENGTH, body) != header.body()) {
            throw new FormatException("pack", offset, "a frame's bytes do not match its checksum");
        }
    }

    /// The list of a frame, in an array of its own.
    static Bytes list(FrameHeader header, byte[] frame) {
        return Bytes.copyOf(frame, FrameHeader.LENGTH, header.list());
    }

    /// Decodes the payload of a frame that was checked.
    ///
    /// @param base the payload that a delta builds on; empty for other frames
    /// @param target where to, at least as long as the payload
    Bytes payload(FrameHeader header, byte[] frame, Bytes base, byte[] target, long offset)
            throws FormatException {
        int start = FrameHeader.LENGTH + header.list();
        if (header.encoding() == Encoding.PLAIN) {
            System.arraycopy(frame, start, target, 0, header.raw());
            return Bytes.wrap(target, 0, header.raw());
        }
        try {
            int length =
                    base.isEmpty()
                            ? decompress(frame, start, header, target)
                            : decompress(frame, start, header, base, target);
            if (length != header.raw()) {
                throw new FormatException("pack", offset, "a frame is shorter than it says");
            }
            return Bytes.wrap(target, 0, length);
        } catch (ZstdException e) {
            throw new FormatException(
                    "pack", offset, "a frame does not decompress: " + e.getMessage());
        }
    }

    private int decompress(byte[] frame, int start, FrameHeader header, byte[] target) {
        var pooled = decompressors.poll();
        var context = pooled == null ? new ZstdDecompressCtx() : pooled;
        try {
            return context.decompressByteArray(
                    target, 0, header.raw(), frame, start, header.stored());
        } finally {
            decompressors.add(context);
        }
    }

    private static int decompress(
            byte[] frame, int start, FrameHeader header, Bytes base, byte[] target) {
        try (var context = new ZstdDecompressCtx()) {
            context.loadDict(base.toByteArray(), ZstdDictContentType.RAW_CONTENT);
            return context.decompressByteArray(
                    target, 0, header.raw(), frame, start, header.stored());
        }
    }

    private static int checksum(byte[] bytes, int from, int length) {
        var crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    /// Frees the native memory; nothing may be in use any more.
    @Override
    public void close() {
        compressors.forEach(compressor -> compressor.context.close());
        decompressors.forEach(ZstdDecompressCtx::close);
    }
}
