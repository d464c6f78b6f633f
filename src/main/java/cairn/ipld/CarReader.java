package cairn.ipld;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// Reads a CAR archive block by block, of version 1 or 2.
///
/// The caller pulls. Every block is checked against its identifier, unless its hash function is one
/// that we cannot compute; nothing is said about which blocks are there. The index of a version 2
/// archive, and whatever else lies around its data, is never looked at. Memory use is that of one
/// block. After any exception the reader is spent. Not safe for use by several threads.
///
/// ```
/// v1      = header *section
/// header  = length:varint dag-cbor{"roots": [link], "version": 1}
/// section = length:varint cid block
/// v2      = 11:bytes 16:bytes dataOffset:u64le dataSize:u64le indexOffset:u64le … v1 … index
/// ```
///
/// @see <a href="https://ipld.io/specs/transport/car/carv1/">CARv1</a>
/// @see <a href="https://ipld.io/specs/transport/car/carv2/">CARv2</a>
public final class CarReader implements AutoCloseable {
    private static final String FORMAT = "car";

    /// The dag-cbor of `{"version": 2}`.
    private static final Bytes VERSION_2 = Bytes.ofHex("a16776657273696f6e02");

    private static final int CHARACTERISTICS = 16;
    private static final int VERSION_2_HEADER = CHARACTERISTICS + 3 * Long.BYTES;
    private static final int MAX_HEADER = 32 << 20;

    /// A block and its identifier; inline data are in both, but are smaller by more than that.
    private static final int MAX_SECTION = Block.MAX_SIZE + 256;

    private static final long UNTIL_IT_ENDS = Long.MAX_VALUE;
    private static final int MAX_VARINT = 10;
    private static final int BUFFER = 1 << 16;

    private final InputStream in;
    private final List<Cid> roots;
    private long position;
    private long end = UNTIL_IT_ENDS;

    private CarReader(InputStream source) throws IOException {
        in = new BufferedInputStream(source, BUFFER);
        Bytes first = header();
        boolean isWrapped = first.equals(VERSION_2);
        if (isWrapped) {
            enterData();
        }
        Bytes header = isWrapped ? header() : first;
        roots = at(position - header.length(), () -> roots(header));
    }

    /// Reads the header; closing the result closes the source.
    public static CarReader open(InputStream source) throws IOException {
        return new CarReader(source);
    }

    /// The identifiers that the archive names as its roots; their blocks need not be in it.
    public List<Cid> roots() {
        return roots;
    }

    /// The offset in the source of what comes next, which is where the block read last ends.
    public long position() {
        return position;
    }

    /// Reads the next block, or returns empty after the last.
    public Optional<Block> next() throws IOException {
        if (atEnd()) {
            return Optional.empty();
        }
        long start = position;
        long length = length(start, MAX_SECTION);
        long inside = position;
        byte[] section = new byte[(int) length];
        if (length > end - position || in.readNBytes(section, 0, section.length) < length) {
            throw endsEarly(start);
        }
        position += length;
        Block block = at(inside, () -> block(Bytes.wrap(section)));
        if (block.bytes().length() > Block.MAX_SIZE) {
            throw new FormatException(
                    FORMAT, start, "a block is larger than %d bytes".formatted(Block.MAX_SIZE));
        }
        if (block.cid().hash().isVerifiable() && !block.cid().matches(block.bytes())) {
            throw new FormatException(
                    FORMAT, start, "the bytes of block %s do not match it".formatted(block.cid()));
        }
        return Optional.of(block);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private Bytes header() throws IOException {
        long start = position;
        long length = length(start, MAX_HEADER);
        // Allocates as bytes come, since this length is long and only claimed.
        byte[] header = in.readNBytes((int) Math.min(length, end - position));
        if (header.length < length) {
            throw endsEarly(start);
        }
        position += length;
        return Bytes.wrap(header);
    }

    /// Goes to where the fixed header of version 2 says that version 1 begins.
    private void enterData() throws IOException {
        long start = position;
        byte[] header = in.readNBytes(VERSION_2_HEADER);
        if (header.length < VERSION_2_HEADER) {
            throw endsEarly(start);
        }
        position += VERSION_2_HEADER;
        var fields = new ByteReader(FORMAT, Bytes.wrap(header));
        fields.bytes(CHARACTERISTICS);
        long dataOffset = fields.littleEndian(Long.BYTES);
        long dataSize = fields.littleEndian(Long.BYTES);
        if (dataOffset < position || dataSize < 0 || dataOffset > Long.MAX_VALUE - dataSize) {
            throw new FormatException(
                    FORMAT,
                    start,
                    "there can be no %s bytes of data at %s"
                            .formatted(
                                    Long.toUnsignedString(dataSize),
                                    Long.toUnsignedString(dataOffset)));
        }
        try {
            in.skipNBytes(dataOffset - position);
        } catch (EOFException _) {
            throw endsEarly(position);
        }
        position = dataOffset;
        end = dataOffset + dataSize;
    }

    private static List<Cid> roots(Bytes header) throws FormatException {
        var fields = new CborReader(FORMAT, header);
        fields.fields(2);
        List<Cid> roots = fields.field("roots").listOf(fields::link);
        long version = fields.field("version").integer();
        fields.expectEnd();
        if (version != 1) {
            throw fields.malformed("unsupported version " + version);
        }
        return roots;
    }

    private static Block block(Bytes section) throws FormatException {
        var fields = new ByteReader(FORMAT, section);
        return new Block(Cid.read(fields), fields.rest());
    }

    private boolean atEnd() throws IOException {
        if (end != UNTIL_IT_ENDS) {
            return position == end;
        }
        in.mark(1);
        boolean atEnd = in.read() < 0;
        in.reset();
        return atEnd;
    }

    /// Reads the varint in front of what is as long as that; nothing is empty.
    private long length(long start, long max) throws IOException {
        var varint = new ByteWriter(MAX_VARINT);
        int next;
        do {
            next = position < end ? in.read() : -1;
            if (next < 0) {
                throw endsEarly(start);
            }
            position++;
            varint.u8(next);
        } while (next >= 0x80 && varint.length() < MAX_VARINT);
        long length = at(start, () -> new ByteReader(FORMAT, varint.toBytes()).varint());
        if (length < 1 || length > max) {
            throw new FormatException(
                    FORMAT, start, "a length of %d is not one of 1 to %d".formatted(length, max));
        }
        return length;
    }

    /// Parses a part of the archive; offsets in the part become offsets in the archive.
    private static <T> T at(long start, CborReader.Item<T> part) throws FormatException {
        try {
            return part.read();
        } catch (FormatException e) {
            throw new FormatException(FORMAT, start + e.offset(), e.problem());
        }
    }

    private static FormatException endsEarly(long start) {
        return new FormatException(
                FORMAT, start, "the archive ends in the middle of what starts here");
    }
}
