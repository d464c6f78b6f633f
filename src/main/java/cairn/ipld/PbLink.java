package cairn.ipld;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;

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
}
