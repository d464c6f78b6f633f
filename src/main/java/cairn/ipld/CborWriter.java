package cairn.ipld;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import java.math.BigInteger;
import java.util.List;

/// Writes a dag-cbor block item by item, as [CborReader] reads it.
///
/// Every item comes out in its canonical encoding; that the fields of a map come in the order of
/// dag-cbor, shorter keys first, is the caller's business.
public final class CborWriter {
    private final ByteWriter out = new ByteWriter(512);

    /// Begins a map of so many fields, each written by [#field(String)] and a value.
    public CborWriter fields(int size) {
        return head(CborReader.MAP, size);
    }

    public CborWriter field(String key) {
        return text(key);
    }

    /// Begins a list of so many items, which follow.
    public CborWriter list(int size) {
        return head(CborReader.LIST, size);
    }

    public CborWriter text(String text) {
        return text(Bytes.utf8(text));
    }

    public CborWriter bytes(Bytes bytes) {
        head(CborReader.BYTES, bytes.length());
        out.bytes(bytes);
        return this;
    }

    public CborWriter link(Cid cid) {
        Bytes encoded = cid.encode();
        head(CborReader.TAG, CborReader.LINK_TAG);
        head(CborReader.BYTES, encoded.length() + 1);
        out.u8(0).bytes(encoded);
        return this;
    }

    /// Writes null, which stands for a nullable link that is absent.
    public CborWriter absent() {
        out.u8(CborReader.NULL);
        return this;
    }

    public CborWriter links(List<Cid> cids) {
        list(cids.size());
        cids.forEach(this::link);
        return this;
    }

    public CborWriter bool(boolean value) {
        out.u8(value ? CborReader.TRUE : CborReader.FALSE);
        return this;
    }

    public CborWriter integer(long value) {
        return value < 0 ? head(CborReader.NEGATIVE, ~value) : head(CborReader.UNSIGNED, value);
    }

    public CborWriter node(Node node) {
        switch (node) {
            case Node.Null _ -> absent();
            case Node.Bool(var value) -> bool(value);
            case Node.Int(var value) -> integer(value);
            case Node.Float64(var value) ->
                    out.u8(CborReader.FLOAT)
                            .bigEndian(Double.doubleToLongBits(value), Double.BYTES);
            case Node.Text(var value) -> text(value);
            case Node.Bytes(var value) -> bytes(value);
            case Node.List(var items) -> {
                list(items.size());
                items.forEach(this::node);
            }
            case Node.Map map -> {
                fields(map.entries().size());
                for (var entry : map.sorted(DagCbor.KEY_ORDER)) {
                    text(entry.getKey()).node(entry.getValue());
                }
            }
            case Node.Link(var cid) -> link(cid);
        }
        return this;
    }

    public Bytes toBytes() {
        return out.toBytes();
    }

    private CborWriter integer(BigInteger value) {
        // The low 64 bits of −1−n and of n are the arguments; longValue() takes just those.
        return value.signum() < 0
                ? head(CborReader.NEGATIVE, value.not().longValue())
                : head(CborReader.UNSIGNED, value.longValue());
    }

    private CborWriter text(Bytes encoded) {
        head(CborReader.TEXT, encoded.length());
        out.bytes(encoded);
        return this;
    }

    private CborWriter head(int major, long argument) {
        if (argument >= 0 && argument < 24) {
            out.u8(major << 5 | (int) argument);
            return this;
        }
        int size = argument >>> 32 != 0 ? 3 : argument > 0xffff ? 2 : argument > 0xff ? 1 : 0;
        out.u8(major << 5 | 24 + size).bigEndian(argument, 1 << size);
        return this;
    }
}
