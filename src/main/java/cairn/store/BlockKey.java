package cairn.store;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.cid.Multihash;

/// What the index finds a block by: its hash, whatever codec its names claim.
///
/// ```
/// key = digest:32            ; sha2-256
///     | multihash [ 0 ]      ; any other; the zero keeps one of 32 bytes apart from a digest
/// ```
final class BlockKey {
    private static final int DIGEST = HashFunction.SHA2_256.digestLength();

    private BlockKey() {}

    static Bytes of(Cid cid) {
        Multihash hash = cid.hash();
        if (isSha256(hash)) {
            return hash.digest();
        }
        var out = new ByteWriter();
        hash.write(out);
        if (out.length() == DIGEST) {
            out.u8(0);
        }
        return out.toBytes();
    }

    /// A name of the block with this key; the codec is not known any more and said to be raw.
    static Cid name(Bytes key) throws FormatException {
        if (key.length() == DIGEST) {
            return Cid.of(Codec.RAW, new Multihash(HashFunction.SHA2_256.code(), key));
        }
        return Cid.of(Codec.RAW, Multihash.read(new ByteReader("block key", key)));
    }

    /// Inline data is in its name and never stored.
    static boolean isInline(Cid cid) {
        return cid.hash().code() == HashFunction.IDENTITY_CODE;
    }

    private static boolean isSha256(Multihash hash) {
        return hash.code() == HashFunction.SHA2_256.code() && hash.digest().length() == DIGEST;
    }
}
