package cairn.ipld;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import java.util.ArrayList;
import java.util.List;

/// Turns blocks of every codec into values of the data model and back.
///
/// What is written in a codec that is not known here is a byte string without links.
public final class Codecs {
    private Codecs() {}

    public static Node decode(Block block) throws FormatException {
        return decode(block.cid().codec(), block.bytes());
    }

    public static Node decode(Codec codec, Bytes block) throws FormatException {
        return decode(codec.code(), block);
    }

    /// Encodes a value, if the codec can express it.
    public static Bytes encode(Codec codec, Node node) throws FormatException {
        return switch (codec) {
            case DAG_CBOR -> DagCbor.encode(node);
            case DAG_JSON -> DagJson.encode(node);
            case DAG_PB -> PbNode.of(node).encode();
            default -> {
                if (node instanceof Node.Bytes(var bytes)) {
                    yield bytes;
                }
                throw new FormatException(codec.toString(), 0, "only bytes can be written so");
            }
        };
    }

    /// The links of a block in the order in which they stand there, repeated ones included.
    public static List<NamedLink> links(Block block) throws FormatException {
        if (block.cid().is(Codec.DAG_PB)) {
            return PbNode.decode(block.bytes()).links().stream()
                    .map(link -> new NamedLink(link.name().toUtf8(), link.hash()))
                    .toList();
        }
        var links = new ArrayList<NamedLink>();
        collect("", decode(block), links);
        return links;
    }

    private static Node decode(long codec, Bytes block) throws FormatException {
        if (codec == Codec.DAG_CBOR.code()) {
            return DagCbor.decode(block);
        }
        if (codec == Codec.DAG_JSON.code()) {
            return DagJson.decode(block);
        }
        return codec == Codec.DAG_PB.code() ? PbNode.decode(block).toNode() : new Node.Bytes(block);
    }

    private static void collect(String path, Node node, List<NamedLink> links) {
        switch (node) {
            case Node.Link(Cid cid) -> links.add(new NamedLink(path, cid));
            case Node.List(var items) -> {
                for (int i = 0; i < items.size(); i++) {
                    collect(child(path, Integer.toString(i)), items.get(i), links);
                }
            }
            case Node.Map(var entries) ->
                    entries.forEach((key, value) -> collect(child(path, key), value, links));
            case Node.Null _,
                    Node.Bool _,
                    Node.Int _,
                    Node.Float64 _,
                    Node.Text _,
                    Node.Bytes _ -> {}
        }
    }

    private static String child(String path, String name) {
        return path.isEmpty() ? name : path + "/" + name;
    }
}
