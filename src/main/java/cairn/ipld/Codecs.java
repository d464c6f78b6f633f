package cairn.ipld;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import java.util.ArrayList;
import java.util.List;

/// Turns blocks of every codec into values of the data model and back.
///
/// Known are dag-cbor, dag-json, dag-pb and json; what is written in another codec is a byte
/// string. Only the first three have links.
public final class Codecs {
    /// Longer ways to links lose their start: few bytes of nested keys would else be repeated for
    /// each of many links.
    private static final int MAX_NAME = 255;

    private Codecs() {}

    public static Node decode(Block block) throws FormatException {
        return decode(Codec.of(block.cid().codec()).orElse(Codec.RAW), block.bytes());
    }

    public static Node decode(Codec codec, Bytes block) throws FormatException {
        return switch (codec) {
            case DAG_CBOR -> DagCbor.decode(block);
            case DAG_JSON, JSON -> new JsonReader(codec, block).read();
            case DAG_PB -> PbNode.decode(block).toNode();
            case RAW, CBOR, LIBP2P_KEY, GIT_RAW -> new Node.Bytes(block);
        };
    }

    /// Encodes a value, if the codec can express it.
    public static Bytes encode(Codec codec, Node node) throws FormatException {
        return switch (codec) {
            case DAG_CBOR -> DagCbor.encode(node);
            case DAG_JSON, JSON -> new JsonWriter(codec).write(node).toBytes();
            case DAG_PB -> PbNode.of(node).encode();
            case RAW, CBOR, LIBP2P_KEY, GIT_RAW -> {
                if (node instanceof Node.Bytes(var bytes)) {
                    yield bytes;
                }
                throw new FormatException(codec.toString(), 0, "only bytes can be written so");
            }
        };
    }

    /// The links of a block in the order in which they stand there, repeated ones included.
    public static List<NamedLink> links(Block block) throws FormatException {
        var links = new ArrayList<NamedLink>();
        if (block.cid().is(Codec.DAG_PB)) {
            for (PbLink link : PbNode.decode(block.bytes()).links()) {
                links.add(new NamedLink(link.name().toUtf8(), link.hash()));
            }
        } else if (block.cid().is(Codec.DAG_CBOR) || block.cid().is(Codec.DAG_JSON)) {
            return links(decode(block));
        }
        return links;
    }

    /// The links of a value in their order, named by where they are in it.
    public static List<NamedLink> links(Node node) {
        var links = new ArrayList<NamedLink>();
        collect("", node, links);
        return links;
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
        String whole = path.isEmpty() ? name : path + "/" + name;
        int excess = whole.length() - MAX_NAME;
        return excess <= 0 ? whole : "…" + whole.substring(excess + 1);
    }
}
