package cairn.store;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;

/// The first bytes of a frame, see [PackAppender]. A header that exists is consistent: its lengths
/// can be believed and allocated.
///
/// @param last tells that a commit is complete with this frame; of journal frames only
/// @param list the length of the list in bytes
/// @param stored the length of the payload in the pack
/// @param raw the length of the payload once decoded
/// @param body the CRC-32C of list and payload
/// @param sequence the commit that a journal frame belongs to; zero in frames of blocks
/// @param base the identity of the frame that a [Encoding#DELTA] builds on; the number of its
///   [#part()] in journal frames; zeroes otherwise
/// @param pack the [mark][PackAppender#mark] of the pack that the frame is in, which tells it from
///   what only looks like one; zero in those of earlier days
record FrameHeader(
        Kind kind,
        Encoding encoding,
        boolean last,
        int list,
        int stored,
        int raw,
        int body,
        long sequence,
        Bytes base,
        long pack) {
    static final int LENGTH = 52;
    static final int IDENTITY = 16;
    static final Bytes NO_BASE = Bytes.wrap(new byte[IDENTITY]);
    static final int MAX_RAW = Block.MAX_SIZE;
    static final int MAX_LIST = 4 << 20;
    private static final Bytes MAGIC = Bytes.utf8("CFRM");
    private static final int CHECKED = LENGTH - 4;

    /// The length of the number of a journal's part.
    private static final int PART = 4;

    /// By their codes, which begin with 1.
    private static final List<Kind> KINDS = List.of(Kind.values());

    /// By their codes.
    private static final List<Encoding> ENCODINGS = List.of(Encoding.values());

    FrameHeader {
        if (list > MAX_LIST || raw > MAX_RAW) {
            throw new IllegalArgumentException(
                    "a frame with %d bytes of names and %d of blocks".formatted(list, raw));
        }
    }

    /// What a frame holds.
    enum Kind {
        BLOCKS(1),
        JOURNAL(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    /// How a payload is written.
    enum Encoding {
        PLAIN(0),
        ZSTD(1),
        /// Zstandard with another frame's payload as its dictionary.
        DELTA(2);

        private final int code;

        Encoding(int code) {
            this.code = code;
        }
    }

    /// The number of a part of a journal, where other frames have what they build on.
    static Bytes part(int number) {
        return new ByteWriter(IDENTITY)
                .littleEndian(number, PART)
                .bytes(NO_BASE.slice(PART))
                .toBytes();
    }

    /// The same in a pack.
    FrameHeader in(long mark) {
        return new FrameHeader(kind, encoding, last, list, stored, raw, body, sequence, base, mark);
    }

    /// Which part of a commit's journal this is, counted from 1; 0 if it is none, or was written
    /// before parts had numbers.
    long part() {
        return kind == Kind.JOURNAL
                ? Integer.toUnsignedLong(
                        base.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getInt())
                : 0;
    }

    /// The length of the whole frame.
    long length() {
        return (long) LENGTH + list + stored;
    }

    /// Refuses what no frame has, before anything is allocated for it.
    static void checkLengths(long offset, int length, int raw) {
        if (offset < PackAppender.HEAD
                || length < LENGTH
                || length > LENGTH + MAX_LIST + MAX_RAW
                || raw < 0
                || raw > MAX_RAW) {
            throw new IllegalArgumentException(
                    "no frame: %d bytes at %d for %d".formatted(length, offset, raw));
        }
    }

    Bytes encode() {
        var out = new ByteWriter(LENGTH);
        out.bytes(MAGIC).u8(kind.code).u8(encoding.code);
        out.littleEndian(last ? 1 : 0, 2);
        out.littleEndian(list, 4).littleEndian(stored, 4).littleEndian(raw, 4);
        out.littleEndian(body, 4);
        if (kind == Kind.JOURNAL) {
            out.littleEndian(sequence, Long.BYTES).bytes(base.slice(0, PART));
            out.littleEndian(pack, Long.BYTES).bytes(NO_BASE.slice(PART + Long.BYTES));
        } else {
            out.littleEndian(pack, Long.BYTES).bytes(base);
        }
        return out.littleEndian(checksum(out.toBytes()), 4).toBytes();
    }

    /// Tells whether the first bytes from an index on are those of a header.
    static boolean mayStart(byte[] bytes, int at) {
        for (int i = 0; i < MAGIC.length(); i++) {
            if (bytes[at + i] != MAGIC.at(i)) {
                return false;
            }
        }
        return true;
    }

    /// Reads a header.
    ///
    /// @param offset where it stands in its pack, for messages
    static FrameHeader decode(Bytes bytes, long offset) throws FormatException {
        var in = new ByteReader("pack", bytes);
        if (!in.bytes(MAGIC.length()).equals(MAGIC)) {
            throw new FormatException("pack", offset, "no frame starts here");
        }
        int kindCode = in.u8();
        int encodingCode = in.u8();
        long flags = in.littleEndian(2);
        long list = in.littleEndian(4);
        long stored = in.littleEndian(4);
        long raw = in.littleEndian(4);
        int body = (int) in.littleEndian(4);
        long number = in.littleEndian(Long.BYTES);
        Bytes base = in.bytes(IDENTITY);
        if ((int) in.littleEndian(4) != checksum(bytes.slice(0, CHECKED))) {
            throw new FormatException("pack", offset, "a frame's header is damaged");
        }
        if (kindCode < 1
                || kindCode > KINDS.size()
                || encodingCode >= ENCODINGS.size()
                || flags > 1
                || number < 0
                || list > MAX_LIST
                || raw > MAX_RAW
                || stored > raw
                || ENCODINGS.get(encodingCode) == Encoding.PLAIN && stored != raw) {
            throw new FormatException("pack", offset, "a frame's header makes no sense");
        }
        boolean isJournal = KINDS.get(kindCode - 1) == Kind.JOURNAL;
        var behind = new ByteReader("pack", base.slice(PART));
        return new FrameHeader(
                KINDS.get(kindCode - 1),
                ENCODINGS.get(encodingCode),
                flags == 1,
                (int) list,
                (int) stored,
                (int) raw,
                body,
                isJournal ? number : 0,
                isJournal ? base.slice(0, PART).concat(NO_BASE.slice(PART)) : base,
                isJournal ? behind.littleEndian(Long.BYTES) : number);
    }

    private static int checksum(Bytes bytes) {
        var crc = new CRC32C();
        crc.update(bytes.toByteBuffer());
        return (int) crc.getValue();
    }
}
