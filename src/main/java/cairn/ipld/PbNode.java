package cairn.ipld;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A dag-pb block: links and a byte string.
///
/// ```
/// message PBLink { optional bytes Hash = 1; optional string Name = 2; optional uint64 Tsize = 3; }
/// message PBNode { repeated PBLink Links = 2; optional bytes Data = 1; }
/// ```
///
/// Decoding keeps the order of the links, and slices names and data out of the block instead of
/// copying them. It refuses unknown, repeated and misplaced fields and links without a hash; data
/// may stand before the links, as some old writers put it. Encoding writes the canonical form:
/// links sorted by the bytes of their names, those of one name in the order given, then the data.
///
/// @param data the empty byte string where `hasData` is false
/// @see <a href="https://ipld.io/specs/codecs/dag-pb/spec/">DAG-PB specification</a>
public record PbNode(List<PbLink> links, boolean hasData, Bytes data) {
    /// The wire type of all that has a length in front.
    static final int LENGTH_DELIMITED = 2;

    static final String FORMAT = "dag-pb";
    private static final int DATA = 1 << 3 | LENGTH_DELIMITED;
    private static final int LINKS = 2 << 3 | LENGTH_DELIMITED;
    private static final Comparator<PbLink> BY_NAME =
            (one, other) -> one.name().compareTo(other.name());

    public PbNode {
        links = List.copyOf(links);
        if (!hasData && !data.isEmpty()) {
            throw new IllegalArgumentException("absent data has a value");
        }
    }

    public PbNode(List<PbLink> links, Bytes data) {
        this(links, true, data);
    }

    public static PbNode decode(Bytes block) throws FormatException {
        var in = new ByteReader(FORMAT, block);
        var links = new ArrayList<PbLink>();
        boolean hasData = false;
        boolean linksBeforeData = false;
        Bytes data = Bytes.EMPTY;
        while (!in.atEnd()) {
            switch (in.peek()) {
                case LINKS -> {
                    if (linksBeforeData) {
                        throw in.malformed("links on both sides of the data");
                    }
                    in.u8();
                    links.add(PbLink.read(in));
                }
                case DATA -> {
                    if (hasData) {
                        throw in.malformed("data is given twice");
                    }
                    in.u8();
                    data = in.bytes(in.varint());
                    hasData = true;
                    linksBeforeData = !links.isEmpty();
                }
                default -> throw in.malformed("unknown field 0x%02x".formatted(in.peek()));
            }
        }
        return new PbNode(links, hasData, data);
    }

    public Bytes encode() {
        var out = new ByteWriter(data.length() + 64 * links.size() + 16);
        for (PbLink link : links.stream().sorted(BY_NAME).toList()) {
            link.write(out.u8(LINKS));
        }
        if (hasData) {
            out.u8(DATA).varint(data.length()).bytes(data);
        }
        return out.toBytes();
    }

    /// Takes a value of the form that [#toNode()] gives.
    public static PbNode of(Node node) throws FormatException {
        var fields = fields(node, "a node", List.of("Data", "Links"));
        if (!(fields.get("Links") instanceof Node.List(var items))) {
            throw new FormatException(FORMAT, 0, "Links is not a list");
        }
        var links = new ArrayList<PbLink>();
        for (Node item : items) {
            links.add(PbLink.of(item));
        }
        return switch (fields.get("Data")) {
            case null -> new PbNode(links, false, Bytes.EMPTY);
            case Node.Bytes(var data) -> new PbNode(links, data);
            default -> throw new FormatException(FORMAT, 0, "Data is not bytes");
        };
    }

    /// This node in the data model: `{"Data": bytes, "Links": [{"Hash", "Name", "Tsize"}]}`,
    /// without the fields that are absent.
    public Node.Map toNode() {
        var fields = new LinkedHashMap<String, Node>();
        if (hasData) {
            fields.put("Data", new Node.Bytes(data));
        }
        fields.put("Links", new Node.List(links.stream().<Node>map(PbLink::toNode).toList()));
        return new Node.Map(fields);
    }

    /// The fields of a map that has none but those allowed.
    static Map<String, Node> fields(Node node, String what, List<String> allowed)
            throws FormatException {
        if (!(node instanceof Node.Map(var fields)) || !allowed.containsAll(fields.keySet())) {
            throw new FormatException(FORMAT, 0, what + " is a map of " + allowed);
        }
        return fields;
    }
}
