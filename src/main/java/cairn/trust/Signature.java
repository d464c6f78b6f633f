package cairn.trust;

import cairn.cid.Bytes;
import cairn.cid.FormatException;

/// An Ed25519 signature and the name of the key that is said to have made it: `name:base64`.
///
/// @param value 64 bytes
public record Signature(String keyName, Bytes value) {
    static final int LENGTH = 64;
    private static final String FORMAT = "signature";

    /// @throws IllegalArgumentException if the parts are none of a signature
    public Signature {
        try {
            Named.checkName(FORMAT, keyName);
        } catch (FormatException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        if (value.length() != LENGTH) {
            throw new IllegalArgumentException("a signature has 64 bytes, not " + value.length());
        }
    }

    public static Signature parse(String text) throws FormatException {
        var named = Named.parse(FORMAT, text, LENGTH);
        return new Signature(named.name(), named.value());
    }

    @Override
    public String toString() {
        return new Named(keyName, value).toString();
    }
}
