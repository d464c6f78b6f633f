package cairn.cid;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
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
    public static final HashFunction SHA2_256 = new HashFunction(0x12, "sha2-256", 32);
    public static final HashFunction SHA2_512 = new HashFunction(0x13, "sha2-512", 64);

    private static final List<HashFunction> OF_ONE_LENGTH =
            List.of(
                    SHA2_256,
                    SHA2_512,
                    new HashFunction(0x14, "sha3-512", 64),
                    new HashFunction(0x15, "sha3-384", 48),
                    new HashFunction(0x16, "sha3-256", 32),
                    new HashFunction(0x17, "sha3-224", 28));
    private static final long BLAKE3_CODE = 0x1e;
    private static final long BLAKE2B_8 = 0xb201;
    private static final long BLAKE2B_512 = 0xb240;
    private static final int BLAKE3_SHORTEST = 16;
    private static final int BLAKE3_LONGEST = 128;

    /// The function that a code and the length of a digest tell, if it is one we can compute.
    public static Optional<HashFunction> of(long code, int digestLength) {
        if (code == IDENTITY_CODE) {
            return Optional.of(new HashFunction(code, "identity", digestLength));
        }
        if (code == BLAKE3_CODE) {
            return digestLength < BLAKE3_SHORTEST || digestLength > BLAKE3_LONGEST
                    ? Optional.empty()
                    : Optional.of(new HashFunction(code, "blake3", digestLength));
        }
        if (isBlake2b(code)) {
            return code - BLAKE2B_8 + 1 == digestLength
                    ? Optional.of(
                            new HashFunction(code, "blake2b-" + digestLength * 8, digestLength))
                    : Optional.empty();
        }
        for (HashFunction known : OF_ONE_LENGTH) {
            if (known.code == code && known.digestLength == digestLength) {
                return Optional.of(known);
            }
        }
        return Optional.empty();
    }

    /// Tells whether we can compute the function with a code, so that a digest of a length which it
    /// does not have is malformed, not foreign.
    static boolean isKnown(long code) {
        return code == IDENTITY_CODE
                || code == BLAKE3_CODE
                || isBlake2b(code)
                || OF_ONE_LENGTH.stream().anyMatch(known -> known.code == code);
    }

    /// A fresh SHA-256, for those who hash while bytes stream by.
    public static MessageDigest sha256() {
        try {
            return (MessageDigest) Sha256.UNUSED.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("SHA-256 can be cloned on every Java platform", e);
        }
    }

    public Bytes hash(Bytes data) {
        if (code == IDENTITY_CODE) {
            return data;
        }
        if (code == BLAKE3_CODE) {
            return Blake.hash3(digestLength, data);
        }
        if (isBlake2b(code)) {
            return Blake.hash2b(digestLength, data);
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

    /// Looked up when first needed, which a command that only reads names never does, and cloned
    /// for each use: to look the algorithm up takes longer than to hash a small file.
    private static final class Sha256 {
        static final MessageDigest UNUSED = digest("SHA-256");
    }

    private static boolean isBlake2b(long code) {
        return code >= BLAKE2B_8 && code <= BLAKE2B_512;
    }

    /// Loaded only when needed: the first class of Bouncy Castle makes Java check the signature of
    /// its archive, which takes longer than all else that a short command does.
    private static final class Blake {
        static Bytes hash2b(int length, Bytes data) {
            return hash(new Blake2bDigest(length * 8), data);
        }

        static Bytes hash3(int length, Bytes data) {
            return hash(new Blake3Digest(length * 8), data);
        }

        private static Bytes hash(Digest digest, Bytes data) {
            byte[] input = data.toByteArray();
            digest.update(input, 0, input.length);
            byte[] output = new byte[digest.getDigestSize()];
            digest.doFinal(output, 0);
            return Bytes.wrap(output);
        }
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(algorithm + " belongs to every Java platform", e);
        }
    }
}
