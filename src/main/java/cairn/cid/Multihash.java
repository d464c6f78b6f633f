package cairn.cid;

import java.util.Optional;

/// A digest that names the function it was made with.
///
/// ```
/// multihash = function:varint length:varint digest
/// ```
///
/// @param code the multicodec code of the function; need not be one that we can compute
/// @see <a href="https://github.com/multiformats/multihash">Multihash</a>
public record Multihash(long code, Bytes digest) {
    private static final int MAX_DIGEST = 128;
    private static final int MAX_INLINE = 1 << 20;

    public Multihash {
        if (code < 0) {
            throw new IllegalArgumentException("negative hash code: " + code);
        }
    }

    public static Multihash sha256(Bytes data) {
        return new Multihash(HashFunction.SHA2_256.code(), HashFunction.SHA2_256.hash(data));
    }

    /// Reads one multihash from where the reader stands.
    ///
    /// Digests are at most 128 bytes, inline data (the identity function) at most 1 MiB. A function
    /// that we know must come with the digest length it has. The digest is copied, so that a name
    /// taken out of a block does not keep the block in memory.
    public static Multihash read(ByteReader in) throws FormatException {
        long code = in.varint();
        long length = in.varint();
        if (length > (code == HashFunction.IDENTITY_CODE ? MAX_INLINE : MAX_DIGEST)) {
            throw in.malformed("a digest of " + length + " bytes is too long");
        }
        var hash = new Multihash(code, in.bytes(length).compact());
        if (hash.function().isEmpty() && HashFunction.isKnown(code)) {
            throw in.malformed(
                    "a digest of %d bytes does not fit hash function 0x%x".formatted(length, code));
        }
        return hash;
    }

    public void write(ByteWriter out) {
        out.varint(code).varint(digest.length()).bytes(digest);
    }

    /// The function, if it is one that we can compute.
    public Optional<HashFunction> function() {
        return HashFunction.of(code, digest.length());
    }

    /// Tells whether [#matches(Bytes)] can decide.
    public boolean isVerifiable() {
        return function().isPresent();
    }

    /// Tells whether the data has this hash; never true for a function that we cannot compute.
    public boolean matches(Bytes data) {
        return function().map(function -> function.hash(data).equals(digest)).orElse(false);
    }
}
