package cairn.trust;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// The public half of a signing key, with the name by which signatures refer to it.
///
/// Immutable. Keys that are no point of the full group are refused: a signature by one would vouch
/// for anything.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc8032#section-5.1">Ed25519</a>
public final class PublicKey {
    static final int LENGTH = Ed25519.PUBLIC_KEY_SIZE;
    private static final String FORMAT = "public key";

    private final String name;
    private final Bytes bytes;
    private final Ed25519.PublicPoint point;

    private PublicKey(String name, Bytes bytes) throws FormatException {
        Named.checkName(FORMAT, name);
        if (bytes.length() != LENGTH) {
            throw new FormatException(
                    FORMAT, 0, "%d bytes, not %d".formatted(bytes.length(), LENGTH));
        }
        var decoded = Ed25519.validatePublicKeyFullExport(bytes.toByteArray(), 0);
        if (decoded == null) {
            throw new FormatException(FORMAT, 0, "no point that Ed25519 allows");
        }
        this.name = name;
        this.bytes = bytes;
        point = decoded;
    }

    /// Parses `name:base64`, as Nix writes it.
    public static PublicKey parse(String text) throws FormatException {
        var named = Named.parse(FORMAT, text, LENGTH);
        return new PublicKey(named.name(), named.value());
    }

    /// A key of these 32 bytes.
    public static PublicKey of(String name, Bytes bytes) throws FormatException {
        return new PublicKey(name, bytes);
    }

    public String name() {
        return name;
    }

    /// The 32 bytes of the point.
    public Bytes bytes() {
        return bytes;
    }

    /// Tells whether this key made a signature over a message. The signature's name plays no part.
    public boolean verifies(Bytes message, Signature signature) {
        byte[] text = message.toByteArray();
        return Ed25519.verify(signature.value().toByteArray(), 0, point, text, 0, text.length);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof PublicKey other
                && name.equals(other.name)
                && bytes.equals(other.bytes);
    }

    @Override
    public int hashCode() {
        return bytes.hashCode();
    }

    /// As Nix writes it.
    @Override
    public String toString() {
        return new Named(name, bytes).toString();
    }
}
