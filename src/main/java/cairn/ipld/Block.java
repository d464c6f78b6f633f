package cairn.ipld;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;

/// Bytes and the identifier that names them. Nothing is checked here: whoever takes a block from
/// outside asks [Cid#matches(Bytes)] before believing it.
public record Block(Cid cid, Bytes bytes) {
    /// The largest block that is taken from anywhere, in bytes.
    public static final int MAX_SIZE = 2 << 20;

    /// Names bytes by their SHA-256.
    public static Block of(Codec codec, Bytes bytes) {
        return new Block(Cid.of(codec, bytes), bytes);
    }
}
