package cairn.ipld;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;

/// A named link of a dag-pb block.
///
/// The format tells an absent field from an empty one, so that a block that is decoded and encoded
/// comes out as it was; who only reads sees an empty name and a size of 0 for what is absent.
///
/// @param hash the block that the link leads to
/// @param name a byte string, usually but not always UTF-8
/// @param tsize the cumulative size of what the link leads to as its writer claims it, an unsigned
///   64-bit integer
public record PbLink(Cid hash, boolean hasName, Bytes name, boolean hasTsize, long tsize) {
    private static final int HASH = 1 << 3 | PbNode.LENGTH_DELIMITED;
    private static final int NAME = 2 << 3 | PbNode.LENGTH_DELIMITED;
    private static final int TSIZE = 3 << 3;

    public PbLink {
        if (!hasName && !name.isEmpty() || !hasTsize && tsize != 0) {
            throw new IllegalArgumentException("an absent field has a value");
        }
    }

    /// A link with all its fields, as UnixFS writes them.
    public PbLink(Cid hash, Bytes name, long tsize) {
        this(hash, true, name, true, tsize);
    }

    static PbLink read(ByteReader in) throws FormatException {
        long length = in.varint();
        if (length > in.remaining()) {
            throw in.malformed("a link of %d bytes is cut off".formatted(length));
        }
        int end = in.position() + (int) length;
        if (end == in.position() || in.peek() != HASH) {
            throw in.malformed("expected the hash of a link");
        }
        in.u8();
        Cid hash = Cid.read(in, in.varint());
        boolean hasName = in.position() < end && in.peek() == NAME;
        Bytes name = Bytes.EMPTY;
        if (hasName) {
            in.u8();
            name = in.bytes(in.varint());
        }
        boolean hasTsize = in.position() < end && in.peek() == TSIZE;
        long tsize = 0;
        if (hasTsize) {
            in.u8();
            tsize = in.varint64();
        }
        if (in.position() < end) {
            throw in.malformed("a field of a link is unknown, repeated or out of order");
        }
        if (in.position() > end) {
            throw in.malformed("a field reaches beyond the end of its link");
        }
        return new PbLink(hash, hasName, name, hasTsize, tsize);
    }

    void write(ByteWriter out) {
        Bytes cid = hash.encode();
        var link = new ByteWriter(cid.length() + name.length() + 24);
        link.u8(HASH).varint(cid.length()).bytes(cid);
        if (hasName) {
            link.u8(NAME).varint(name.length()).bytes(name);
        }
        if (hasTsize) {
            link.u8(TSIZE).varint64(tsize);
        }
        Bytes bytes = link.toBytes();
        out.varint(bytes.length()).bytes(bytes);
    }

    static PbLink of(Node node) throws FormatException {
        var fields = PbNode.fields(node, "a link", List.of("Hash", "Name", "Tsize"));
        if (!(fields.get("Hash") instanceof Node.Link(var hash))) {
            throw new FormatException(PbNode.FORMAT, 0, "the Hash of a link is not a link");
        }
        Bytes name =
                switch (fields.get("Name")) {
                    case null -> Bytes.EMPTY;
                    case Node.Text(var text) -> Bytes.utf8(text);
                    case Node.Bytes(var bytes) -> bytes;
                    default -> throw new FormatException(PbNode.FORMAT, 0, "Name is not text");
                };
        long tsize =
                switch (fields.get("Tsize")) {
                    case null -> 0;
                    case Node.Int(var value) when value.signum() >= 0 -> value.longValue();
                    default ->
                            throw new FormatException(
                                    PbNode.FORMAT, 0, "Tsize is not an unsigned integer");
                };
        return new PbLink(
                hash, fields.containsKey("Name"), name, fields.containsKey("Tsize"), tsize);
    }

    /// A name that is not UTF-8 is given as bytes, so that it is not lost.
    Node toNode() {
        var fields = new LinkedHashMap<String, Node>();
        fields.put("Hash", new Node.Link(hash));
        if (hasName) {
            fields.put(
                    "Name",
                    name.text().<Node>map(Node.Text::new).orElseGet(() -> new Node.Bytes(name)));
        }
        if (hasTsize) {
            fields.put("Tsize", new Node.Int(new BigInteger(Long.toUnsignedString(tsize))));
        }
        return new Node.Map(fields);
    }
}
