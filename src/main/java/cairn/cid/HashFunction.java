package cairn.cid;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.Blake2bDigest;
import org.bouncycastle.crypto.digests.Blake3Digest;

/// A hash function that Cairn can compute, with the length of its digest.
///
/// @param code its code in the multicodec table
/// @param name its name there
/// @param digestLength the digest's length in bytes; for identity, whatever the data has
/// @see <a href="https://github.com/multiformats/multicodec/blob/master/table.csv">Multicodec
///   table</a>
public record HashFunction(long code, String name, int digestLength) {
    public static final long IDENTITY_CODE = 0x00;
    private static final long BLAKE3_CODE = 0x1e;
    private static final long BLAKE2B_8 = 0xb201;
    private static final long BLAKE2B_512 = 0xb240;
    private static final int BLAKE3_SHORTEST = 16;
    private static final int BLAKE3_LONGEST = 128;

    /// Cloned for each use, because to look the algorithm up takes longer than to hash a small
    /// file.
    private static final MessageDigest UNUSED_SHA256 = digest("SHA-256");

    public static final HashFunction SHA2_256 = new HashFunction(0x12, "sha2-256", 32);
    public static final HashFunction SHA2_512 = new HashFunction(0x13, "sha2-512", 64);

    /// The function that a code and the length of a digest tell, if it is one we can compute.
    public static Optional<HashFunction> of(long code, int digestLength) {
        if (code >= BLAKE2B_8 && code <= BLAKE2B_512) {
            int bytes = (int) (code - BLAKE2B_8) + 1;
            return exact(new HashFunction(code, "blake2b-" + bytes * 8, bytes), digestLength);
        }
        if (code == BLAKE3_CODE) {
            return digestLength < BLAKE3_SHORTEST || digestLength > BLAKE3_LONGEST
                    ? Optional.empty()
                    : Optional.of(new HashFunction(code, "blake3", digestLength));
        }
        if (code == IDENTITY_CODE) {
            return Optional.of(new HashFunction(code, "identity", digestLength));
        }
        return switch ((int) Math.min(code, Integer.MAX_VALUE)) {
            case 0x12 -> exact(SHA2_256, digestLength);
            case 0x13 -> exact(SHA2_512, digestLength);
            case 0x14 -> exact(new HashFunction(code, "sha3-512", 64), digestLength);
            case 0x15 -> exact(new HashFunction(code, "sha3-384", 48), digestLength);
            case 0x16 -> exact(new HashFunction(code, "sha3-256", 32), digestLength);
            case 0x17 -> exact(new HashFunction(code, "sha3-224", 28), digestLength);
            default -> Optional.empty();
        };
    }

    /// A fresh SHA-256, for those who hash while bytes stream by.
    public static MessageDigest sha256() {
        try {
            return (MessageDigest) UNUSED_SHA256.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("SHA-256 can be cloned on every Java platform", e);
        }
    }

    public Bytes hash(Bytes data) {
        if (code == IDENTITY_CODE) {
            return data;
        }
        if (code == BLAKE3_CODE) {
            return hash(new Blake3Digest(digestLength * 8), data);
        }
        if (code >= BLAKE2B_8 && code <= BLAKE2B_512) {
            return hash(new Blake2bDigest(digestLength * 8), data);
        }
        var digest =
                switch ((int) code) {
                    case 0x12 -> sha256();
                    case 0x13 -> digest("SHA-512");
                    default -> digest("SHA3-" + digestLength * 8);
                };
        data.update(digest);
        return Bytes.wrap(digest.digest());
    }

    private static Optional<HashFunction> exact(HashFunction function, int digestLength) {
        return function.digestLength == digestLength ? Optional.of(function) : Optional.empty();
    }

    private static Bytes hash(Digest digest, Bytes data) {
        byte[] input = data.toByteArray();
        digest.update(input, 0, input.length);
        byte[] output = new byte[digest.getDigestSize()];
        digest.doFinal(output, 0);
        return Bytes.wrap(output);
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(algorithm + " belongs to every Java platform", e);
        }
    }
}
