package cairn.ipld;

import cairn.cid.ByteReader;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;

/// Reads dag-json or plain JSON, by the grammar of RFC 8259 to the letter.
///
/// A number of digits alone is an integer, any other a float. Refused are keys that are there
/// twice, integers beyond 64 bits, halves of surrogate pairs, and, in dag-json, maps in the
/// reserved namespace that are neither links nor bytes.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>
final class JsonReader {
    private static final Base64.Encoder BASE64 = Base64.getEncoder().withoutPadding();

    /// The length of −2^64; what is longer is out of range, and dear to convert.
    private static final int MAX_INTEGER_LENGTH = 21;

    private final Codec codec;
    private final Bytes text;
    private final ByteReader in;
    private int depth;

    JsonReader(Codec codec, Bytes text) {
        this.codec = codec;
        this.text = text;
        in = new ByteReader(codec.toString(), text);
    }

    Node read() throws FormatException {
        Node value = value();
        skipSpace();
        in.expectEnd();
        return value;
    }

    private Node value() throws FormatException {
        skipSpace();
        return switch (in.peek()) {
            case '{' -> map();
            case '[' -> list();
            case '"' -> new Node.Text(string());
            case 't' -> word("true", Node.TRUE);
            case 'f' -> word("false", Node.FALSE);
            case 'n' -> word("null", Node.NULL);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw in.malformed("expected a value");
        };
    }

    private Node list() throws FormatException {
        enter();
        var items = new ArrayList<Node>();
        while (more(']', items.isEmpty())) {
            items.add(value());
        }
        depth--;
        return new Node.List(items);
    }

    private Node map() throws FormatException {
        int start = in.position();
        enter();
        var entries = new LinkedHashMap<String, Node>();
        while (more('}', entries.isEmpty())) {
            skipSpace();
            int at = in.position();
            String key = string();
            skipSpace();
            expect(':');
            if (entries.put(key, value()) != null) {
                throw in.malformed(at, "the key '%s' is there twice".formatted(key));
            }
        }
        depth--;
        var map = new Node.Map(entries);
        boolean reserved =
                codec == Codec.DAG_JSON
                        && DagJson.isReserved(map, read -> read.entries().firstEntry().getKey());
        return reserved ? linkOrBytes(start, map) : map;
    }

    /// Steps over the bracket that opens or the comma, and tells whether another item follows.
    private boolean more(char close, boolean first) throws FormatException {
        skipSpace();
        if (first) {
            in.u8();
            skipSpace();
        }
        if (in.peek() == close) {
            in.u8();
            return false;
        }
        if (!first) {
            expect(',');
        }
        return true;
    }

    private Node linkOrBytes(int start, Node.Map map) throws FormatException {
        if (map.entries().size() == 1) {
            switch (map.entries().get(DagJson.SLASH)) {
                case Node.Text(var cid) -> {
                    return new Node.Link(link(start, cid));
                }
                case Node.Map(var inner)
                        when inner.size() == 1
                                && inner.get(DagJson.BYTES) instanceof Node.Text(var base64) -> {
                    return new Node.Bytes(bytes(start, base64));
                }
                case null, default -> {}
            }
        }
        throw in.malformed(start, "a map whose first key is \"/\" is neither a link nor bytes");
    }

    private Cid link(int start, String cid) throws FormatException {
        Cid link;
        try {
            link = Cid.parse(cid);
        } catch (FormatException e) {
            throw in.malformed(start, "a link is no CID: " + e.problem());
        }
        if (!link.toString().equals(cid)) {
            throw in.malformed(start, "a link is not in base32");
        }
        return link;
    }

    private Bytes bytes(int start, String base64) throws FormatException {
        try {
            byte[] decoded = Base64.getDecoder().decode(base64);
            if (BASE64.encodeToString(decoded).equals(base64)) {
                return Bytes.wrap(decoded);
            }
        } catch (IllegalArgumentException _) {
            // Refused below, as padding and stray bits are.
        }
        throw in.malformed(start, "bytes are not in base64 without padding");
    }

    private String string() throws FormatException {
        expect('"');
        var string = new StringBuilder();
        while (true) {
            string.append(in.utf8(plainLength()));
            int at = in.position();
            switch (in.u8()) {
                case '"' -> {
                    return string.toString();
                }
                case '\\' -> escape(at, string);
                default -> throw in.malformed(at, "a control character in a string");
            }
        }
    }

    /// How many bytes of the string follow that stand for themselves.
    private int plainLength() {
        int end = in.position();
        while (end < text.length()) {
            int c = text.at(end) & 0xff;
            if (c == '"' || c == '\\' || c < ' ') {
                break;
            }
            end++;
        }
        return end - in.position();
    }

    private void escape(int start, StringBuilder string) throws FormatException {
        switch (in.u8()) {
            case '"' -> string.append('"');
            case '\\' -> string.append('\\');
            case '/' -> string.append('/');
            case 'b' -> string.append('\b');
            case 'f' -> string.append('\f');
            case 'n' -> string.append('\n');
            case 'r' -> string.append('\r');
            case 't' -> string.append('\t');
            case 'u' -> {
                char unit = hex4();
                string.append(unit);
                if (Character.isSurrogate(unit)) {
                    expect('\\');
                    expect('u');
                    char low = hex4();
                    if (!Character.isSurrogatePair(unit, low)) {
                        throw in.malformed(start, "half a surrogate pair");
                    }
                    string.append(low);
                }
            }
            default -> throw in.malformed(start, "an unknown escape");
        }
    }

    private char hex4() throws FormatException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int at = in.position();
            int digit = Character.digit(in.u8(), 16);
            if (digit < 0) {
                throw in.malformed(at, "expected a hexadecimal digit");
            }
            value = value << 4 | digit;
        }
        return (char) value;
    }

    private Node number() throws FormatException {
        int start = in.position();
        accept('-');
        if (!accept('0')) {
            digits();
        }
        boolean integer = true;
        if (accept('.')) {
            digits();
            integer = false;
        }
        if (accept('e') || accept('E')) {
            if (!accept('+')) {
                accept('-');
            }
            digits();
            integer = false;
        }
        String number = text.slice(start, in.position()).toUtf8();
        return integer ? integer(start, number) : float64(start, number);
    }

    private Node integer(int start, String digits) throws FormatException {
        if (digits.length() <= MAX_INTEGER_LENGTH) {
            var value = new BigInteger(digits);
            if (value.bitLength() <= Long.SIZE) {
                return new Node.Int(value);
            }
        }
        throw in.malformed(start, "an integer beyond 64 bits");
    }

    private Node float64(int start, String number) throws FormatException {
        double value = Double.parseDouble(number);
        if (!Double.isFinite(value)) {
            throw in.malformed(start, "a number beyond the range of a 64-bit float");
        }
        return new Node.Float64(value);
    }

    private void digits() throws FormatException {
        int start = in.position();
        while (!in.atEnd() && in.peek() >= '0' && in.peek() <= '9') {
            in.u8();
        }
        if (in.position() == start) {
            throw in.malformed("expected a digit");
        }
    }

    private Node word(String word, Node value) throws FormatException {
        int start = in.position();
        if (!in.bytes(Math.min(word.length(), in.remaining())).equals(Bytes.utf8(word))) {
            throw in.malformed(start, "expected '" + word + "'");
        }
        return value;
    }

    private boolean accept(char c) throws FormatException {
        if (in.atEnd() || in.peek() != c) {
            return false;
        }
        in.u8();
        return true;
    }

    private void expect(char c) throws FormatException {
        if (in.peek() != c) {
            throw in.malformed("expected '" + c + "'");
        }
        in.u8();
    }

    private void skipSpace() throws FormatException {
        while (accept(' ') || accept('\n') || accept('\t') || accept('\r')) {
            // Each call steps over one.
        }
    }

    private void enter() throws FormatException {
        if (++depth > Node.MAX_DEPTH) {
            throw in.malformed("nested deeper than " + Node.MAX_DEPTH);
        }
    }
}
