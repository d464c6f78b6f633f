package cairn.ipld;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.util.Comparator;

/// The codec dag-cbor, for values of any kind; [CborReader] and [CborWriter] serve known ones.
///
/// @see <a href="https://ipld.io/specs/codecs/dag-cbor/spec/">DAG-CBOR specification</a>
public final class DagCbor {
    /// The order of map keys: shorter ones first, equally long ones by their bytes.
    static final Comparator<Bytes> KEY_ORDER =
            Comparator.comparingInt(Bytes::length).thenComparing(Comparator.naturalOrder());

    private DagCbor() {}

    /// Decodes a block, which must be in the canonical encoding.
    public static Node decode(Bytes block) throws FormatException {
        var in = new CborReader("dag-cbor", block);
        Node node = in.node();
        in.expectEnd();
        return node;
    }

    public static Bytes encode(Node node) {
        return new CborWriter().node(node).toBytes();
    }
}
