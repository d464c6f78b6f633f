package cairn.ipld;

import cairn.cid.Bytes;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import java.util.function.Function;

/// The codec dag-json: JSON in which a map with the one key "/" stands for a link or for bytes.
///
/// Reading takes JSON however it is laid out, with keys in any order, though only a map whose first
/// key is "/" is a link or bytes. Writing gives the canonical form: keys sorted by their bytes, no
/// white space, escapes and numbers as JavaScript writes them, a float always with a point or an
/// exponent.
///
/// ```
/// link  = {"/": "<CID: version 1 in base32, version 0 in base58>"}
/// bytes = {"/": {"bytes": "<base64 without padding>"}}
/// ```
///
/// @see <a href="https://ipld.io/specs/codecs/dag-json/spec/">DAG-JSON specification</a>
public final class DagJson {
    static final String SLASH = "/";
    static final String BYTES = "bytes";

    private DagJson() {}

    public static Node decode(Bytes block) throws FormatException {
        return new JsonReader(Codec.DAG_JSON, block).read();
    }

    /// Encodes a value; one that holds a map in the reserved namespace has no encoding.
    public static Bytes encode(Node node) throws FormatException {
        return new JsonWriter(Codec.DAG_JSON).write(node).toBytes();
    }

    /// Tells whether a map, its keys in some order, begins as links and bytes do.
    ///
    /// @param first gives the first key of a map that is not empty
    /// @see <a href="https://ipld.io/specs/codecs/dag-json/spec/#the-reserved-namespace">The
    ///   reserved namespace</a>
    static boolean isReserved(Node.Map map, Function<Node.Map, String> first) {
        return begins(map, SLASH, first)
                && switch (map.entries().get(SLASH)) {
                    case Node.Text _ -> true;
                    case Node.Map inner ->
                            begins(inner, BYTES, first)
                                    && inner.entries().get(BYTES) instanceof Node.Text;
                    case null, default -> false;
                };
    }

    private static boolean begins(Node.Map map, String key, Function<Node.Map, String> first) {
        return !map.entries().isEmpty() && first.apply(map).equals(key);
    }
}
