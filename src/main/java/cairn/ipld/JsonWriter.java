package cairn.ipld;

import cairn.cid.Bytes;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;

/// Writes a value as canonical dag-json, or as plain JSON of the same form.
final class JsonWriter {
    private static final Base64.Encoder BASE64 = Base64.getEncoder().withoutPadding();

    /// Where ECMAScript goes over to exponents, in decimal places left and right of the point.
    private static final int MAX_PLACES = 21;

    private static final int MIN_PLACES = -6;

    private final Codec codec;
    private final StringBuilder out = new StringBuilder();

    JsonWriter(Codec codec) {
        this.codec = codec;
    }

    Bytes toBytes() {
        return Bytes.utf8(out.toString());
    }

    JsonWriter write(Node node) throws FormatException {
        switch (node) {
            case Node.Null _ -> out.append("null");
            case Node.Bool(var value) -> out.append(value);
            case Node.Int(var value) -> out.append(value);
            case Node.Float64(var value) -> number(value);
            case Node.Text(var value) -> string(value);
            case Node.Bytes(var value) -> {
                requireDagJson("JSON has no bytes");
                out.append("{\"/\":{\"bytes\":\"")
                        .append(BASE64.encodeToString(value.toByteArray()))
                        .append("\"}}");
            }
            case Node.Link(var cid) -> {
                requireDagJson("JSON has no links");
                out.append("{\"/\":\"").append(cid).append("\"}");
            }
            case Node.List(var items) -> {
                out.append('[');
                for (Node item : items) {
                    separate('[');
                    write(item);
                }
                out.append(']');
            }
            case Node.Map map -> map(map);
        }
        return this;
    }

    private void map(Node.Map map) throws FormatException {
        if (codec == Codec.DAG_JSON
                && DagJson.isReserved(map, all -> Collections.min(all.entries().keySet()))) {
            throw malformed("a map whose first key is \"/\" would be taken for a link or bytes");
        }
        out.append('{');
        for (var entry : map.sorted(Comparator.naturalOrder())) {
            separate('{');
            string(entry.getKey().toUtf8());
            out.append(':');
            write(entry.getValue());
        }
        out.append('}');
    }

    private void requireDagJson(String otherwise) throws FormatException {
        if (codec != Codec.DAG_JSON) {
            throw malformed(otherwise);
        }
    }

    private FormatException malformed(String problem) {
        return new FormatException(codec.toString(), out.length(), problem);
    }

    private void separate(char opening) {
        if (out.charAt(out.length() - 1) != opening) {
            out.append(',');
        }
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /// Writes the fewest digits that come back as the same float, laid out as ECMAScript does.
    ///
    /// @see <a
    ///   href="https://tc39.es/ecma262/#sec-numeric-types-number-tostring">Number::toString</a>
    private void number(double value) {
        if (value < 0 || 1 / value < 0) {
            out.append('-');
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        int places = digits.length() - shortest.scale();
        if (places > MAX_PLACES || places <= MIN_PLACES) {
            out.append(digits.charAt(0));
            if (digits.length() > 1) {
                out.append('.').append(digits, 1, digits.length());
            }
            out.append(places > 0 ? "e+" : "e-").append(Math.abs(places - 1));
            return;
        }
        String plain = shortest.toPlainString();
        out.append(plain).append(shortest.scale() <= 0 ? ".0" : "");
    }

    /// Java prints two digits at least, and so the nearest pair where one digit would do.
    private static BigDecimal shortest(double value) {
        BigDecimal printed = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (printed.precision() == 2) {
            BigDecimal rounded = printed.setScale(printed.scale() - 1, RoundingMode.HALF_EVEN);
            if (rounded.doubleValue() == value) {
                return rounded.stripTrailingZeros();
            }
        }
        return printed;
    }
}
