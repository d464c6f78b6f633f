package cairn.ipld;

import cairn.cid.ByteReader;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// Reads a dag-cbor block item by item.
///
/// Who knows what a block must hold asks for it in order; anything else is refused with its offset.
/// Only the canonical encoding is accepted: shortest heads, definite lengths, map keys in order, no
/// floats but those of 64 bits, no tag but that of links.
///
/// ```
/// var in = new CborReader("nix.path/1", block);
/// in.fields(2);
/// Cid tree = in.field("tree").link();
/// long narSize = in.field("narSize").integer();
/// in.expectEnd();
/// ```
///
/// @see <a href="https://ipld.io/specs/codecs/dag-cbor/spec/">DAG-CBOR specification</a>
public final class CborReader {
    static final int UNSIGNED = 0;
    static final int NEGATIVE = 1;
    static final int BYTES = 2;
    static final int TEXT = 3;
    static final int LIST = 4;
    static final int MAP = 5;
    static final int TAG = 6;
    static final int FALSE = 0xf4;
    static final int TRUE = 0xf5;
    static final int NULL = 0xf6;
    static final int FLOAT = 0xfb;
    static final int LINK_TAG = 42;

    private static final List<String> KINDS =
            List.of(
                    "an integer",
                    "a negative integer",
                    "bytes",
                    "text",
                    "a list",
                    "a map",
                    "a link",
                    "a simple value");
    private static final BigInteger TWO_TO_64 = BigInteger.TWO.pow(Long.SIZE);

    private final ByteReader in;
    private int depth;

    /// @param format what the block claims to be, for messages
    public CborReader(String format, Bytes block) {
        in = new ByteReader(format, block);
    }

    /// Reads one item of a list or the value of one key of a map.
    @FunctionalInterface
    public interface Item<T> {
        T read() throws FormatException;
    }

    /// Enters a map of so many fixed fields; [#field(String)] then takes each, in dag-cbor's order.
    public void fields(int size) throws FormatException {
        int start = in.position();
        long found = head(MAP);
        if (found != size) {
            throw in.malformed(
                    start,
                    "expected %d fields, found %s".formatted(size, Long.toUnsignedString(found)));
        }
    }

    /// Reads the key of a field, and stands before its value.
    public CborReader field(String key) throws FormatException {
        int start = in.position();
        String found = text();
        if (!found.equals(key)) {
            throw in.malformed(start, "expected field '%s', found '%s'".formatted(key, found));
        }
        return this;
    }

    /// Reads a map of any keys.
    public <T> SequencedMap<String, T> mapOf(Item<T> value) throws FormatException {
        long size = count(MAP, 2);
        enter();
        var entries = new LinkedHashMap<String, T>();
        Bytes previous = Bytes.EMPTY;
        for (long i = 0; i < size; i++) {
            int start = in.position();
            Bytes key = in.bytes(head(TEXT));
            if (i > 0 && DagCbor.KEY_ORDER.compare(previous, key) >= 0) {
                throw in.malformed(
                        start,
                        "the key '%s' is %s"
                                .formatted(
                                        key.toUtf8(),
                                        key.equals(previous) ? "there twice" : "out of order"));
            }
            previous = key;
            entries.put(text(start, key), value.read());
        }
        depth--;
        return Collections.unmodifiableSequencedMap(entries);
    }

    public <T> List<T> listOf(Item<T> item) throws FormatException {
        long size = count(LIST, 1);
        enter();
        // Grows with what is read, not with what is claimed: nested claims would multiply.
        var items = new ArrayList<T>();
        for (long i = 0; i < size; i++) {
            items.add(item.read());
        }
        depth--;
        return Collections.unmodifiableList(items);
    }

    public String text() throws FormatException {
        int start = in.position();
        return text(start, in.bytes(head(TEXT)));
    }

    /// Reads a text that can only be this one.
    public void text(String expected) throws FormatException {
        int start = in.position();
        String found = text();
        if (!found.equals(expected)) {
            throw in.malformed(start, "expected '%s', found '%s'".formatted(expected, found));
        }
    }

    /// A slice of the block.
    public Bytes bytes() throws FormatException {
        return in.bytes(head(BYTES));
    }

    public Cid link() throws FormatException {
        int start = in.position();
        if (head(TAG) != LINK_TAG) {
            throw in.malformed(start, "a tag that is not %d, that of links".formatted(LINK_TAG));
        }
        long length = head(BYTES);
        if (in.u8() != 0) {
            throw in.malformed(start, "a link does not begin with a zero byte");
        }
        return Cid.read(in, length - 1);
    }

    public Optional<Cid> nullableLink() throws FormatException {
        if (in.peek() == NULL) {
            in.u8();
            return Optional.empty();
        }
        return Optional.of(link());
    }

    public boolean bool() throws FormatException {
        int initial = in.peek();
        if (initial != FALSE && initial != TRUE) {
            throw in.malformed("expected true or false, found " + kind(initial));
        }
        return in.u8() == TRUE;
    }

    /// An integer that fits in 64 bits with its sign.
    public long integer() throws FormatException {
        int start = in.position();
        try {
            return bigInteger().longValueExact();
        } catch (ArithmeticException _) {
            throw in.malformed(start, "the integer does not fit in 64 bits with its sign");
        }
    }

    public BigInteger bigInteger() throws FormatException {
        int major = in.peek() >>> 5;
        long argument = head(major == NEGATIVE ? NEGATIVE : UNSIGNED);
        BigInteger value = BigInteger.valueOf(argument);
        BigInteger unsigned = argument < 0 ? value.add(TWO_TO_64) : value;
        return major == NEGATIVE ? unsigned.not() : unsigned;
    }

    /// Reads an item of any kind.
    public Node node() throws FormatException {
        int initial = in.peek();
        return switch (initial >>> 5) {
            case UNSIGNED, NEGATIVE -> new Node.Int(bigInteger());
            case BYTES -> new Node.Bytes(bytes());
            case TEXT -> new Node.Text(text());
            case LIST -> new Node.List(listOf(this::node));
            case MAP -> new Node.Map(mapOf(this::node));
            case TAG -> new Node.Link(link());
            default ->
                    switch (initial) {
                        case FALSE, TRUE -> new Node.Bool(bool());
                        case NULL -> {
                            in.u8();
                            yield Node.NULL;
                        }
                        case FLOAT -> new Node.Float64(float64());
                        default ->
                                throw in.malformed(
                                        "0x%02x is neither false, true, null nor a 64-bit float"
                                                .formatted(initial));
                    };
        };
    }

    public void expectEnd() throws FormatException {
        in.expectEnd();
    }

    /// An exception about what was read last, or is to be read next.
    public FormatException malformed(String problem) {
        return in.malformed(problem);
    }

    private double float64() throws FormatException {
        int start = in.position();
        in.u8();
        double value = Double.longBitsToDouble(in.bigEndian(Double.BYTES));
        if (!Double.isFinite(value)) {
            throw in.malformed(start, "the data model has no " + value);
        }
        return value;
    }

    private String text(int start, Bytes encoded) throws FormatException {
        return encoded.text()
                .orElseThrow(() -> in.malformed(start, "the text is not well-formed UTF-8"));
    }

    private void enter() throws FormatException {
        if (++depth > Node.MAX_DEPTH) {
            throw in.malformed("nested deeper than " + Node.MAX_DEPTH);
        }
    }

    /// The size of a list or map, whose items take at least so many bytes each.
    private long count(int major, int leastBytes) throws FormatException {
        int start = in.position();
        long count = head(major);
        if (Long.compareUnsigned(count, in.remaining() / leastBytes) > 0) {
            throw in.malformed(
                    start,
                    "%s items do not fit in the %d bytes left"
                            .formatted(Long.toUnsignedString(count), in.remaining()));
        }
        return count;
    }

    /// The argument in the head of an item of a major type, unsigned.
    private long head(int major) throws FormatException {
        int start = in.position();
        int initial = in.peek();
        if (initial >>> 5 != major) {
            throw in.malformed("expected %s, found %s".formatted(KINDS.get(major), kind(initial)));
        }
        in.u8();
        int info = initial & 0x1f;
        if (info < 24) {
            return info;
        }
        if (info > 27) {
            throw in.malformed(start, "indefinite length or reserved head");
        }
        int size = 1 << (info - 24);
        long argument = in.bigEndian(size);
        if (Long.compareUnsigned(argument, size == 1 ? 24 : 1L << (4 * size)) < 0) {
            throw in.malformed(start, "a number is not in its shortest form");
        }
        return argument;
    }

    private static String kind(int initial) {
        return switch (initial) {
            case FALSE, TRUE -> "true or false";
            case NULL -> "null";
            case FLOAT -> "a float";
            default -> KINDS.get(initial >>> 5);
        };
    }
}
