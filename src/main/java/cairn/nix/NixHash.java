package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.cid.Multibase;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/// A hash as Nix writes it: an algorithm and a digest.
///
/// The text forms are `sha256:<nix32>`, `sha256:<base16>`, `sha256:<base64>` and SRI,
/// `sha256-<base64>`.
///
/// @see <a href="https://www.w3.org/TR/SRI/">Subresource Integrity</a>
public record NixHash(Algorithm algorithm, Bytes digest) {
    /// The algorithms that Nix knows.
    public enum Algorithm {
        MD5("md5", 16, "MD5"),
        SHA1("sha1", 20, "SHA-1"),
        SHA256("sha256", 32, "SHA-256"),
        SHA512("sha512", 64, "SHA-512");

        private final String label;
        private final int length;
        private final String java;

        Algorithm(String label, int length, String java) {
            this.label = label;
            this.length = length;
            this.java = java;
        }

        public static Algorithm named(String label) throws FormatException {
            return Arrays.stream(values())
                    .filter(algorithm -> algorithm.label.equals(label))
                    .findFirst()
                    .orElseThrow(() ->
                            new FormatException("hash", 0, "unknown algorithm '" + label + "'"));
        }

        /// The digest's length in bytes.
        public int length() {
            return length;
        }

        public MessageDigest digest() {
            try {
                return MessageDigest.getInstance(java);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(java + " belongs to every Java platform", e);
            }
        }

        @Override
        public String toString() {
            return label;
        }
    }

    public NixHash {
        if (digest.length() != algorithm.length) {
            throw new IllegalArgumentException(
                    "a digest of %s has %d bytes, not %d"
                            .formatted(algorithm, algorithm.length, digest.length()));
        }
    }

    public static NixHash sha256(Bytes digest) {
        return new NixHash(Algorithm.SHA256, digest);
    }

    /// The SHA-256 of some bytes.
    public static NixHash sha256Of(Bytes data) {
        return sha256(HashFunction.SHA2_256.hash(data));
    }

    /// Parses any of the text forms; the algorithm must be named in it.
    public static NixHash parse(String text) throws FormatException {
        int colon = text.indexOf(':');
        int dash = text.indexOf('-');
        if (colon < 0 && dash < 0) {
            throw new FormatException("hash", 0, "no algorithm is named");
        }
        if (colon < 0 || dash >= 0 && dash < colon) {
            var algorithm = Algorithm.named(text.substring(0, dash));
            return new NixHash(algorithm, base64(algorithm, text.substring(dash + 1)));
        }
        var algorithm = Algorithm.named(text.substring(0, colon));
        return parse(algorithm, text.substring(colon + 1));
    }

    /// Parses a digest without its algorithm; the form is told by its length.
    public static NixHash parse(Algorithm algorithm, String digest) throws FormatException {
        Bytes bytes;
        if (digest.length() == algorithm.length * 2) {
            bytes = Multibase.BASE16.decode(digest);
        } else if (digest.length() == NixBase32.textLength(algorithm.length)) {
            bytes = NixBase32.decode(digest);
        } else {
            bytes = base64(algorithm, digest);
        }
        return new NixHash(algorithm, bytes);
    }

    /// `sha256:` and base 16, as it stands in fingerprints of store paths.
    public String toBase16() {
        return algorithm + ":" + digest.toHex();
    }

    /// As `nix path-info --json` prints it.
    public String toSri() {
        return algorithm + "-" + Base64.getEncoder().encodeToString(digest.toByteArray());
    }

    /// `sha256:` and Nix's base 32, as narinfo files have it.
    @Override
    public String toString() {
        return algorithm + ":" + NixBase32.encode(digest);
    }

    private static Bytes base64(Algorithm algorithm, String text) throws FormatException {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new FormatException("hash", 0, "not base64: " + e.getMessage());
        }
        if (bytes.length != algorithm.length
                || !Base64.getEncoder().encodeToString(bytes).equals(text)) {
            throw new FormatException(
                    "hash",
                    0,
                    "a digest of %s has %d bytes in base 16, Nix32 or base64"
                            .formatted(algorithm, algorithm.length));
        }
        return Bytes.wrap(bytes);
    }
}
