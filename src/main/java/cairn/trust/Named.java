package cairn.trust;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.util.Base64;

/// Bytes under a key's name, as Nix writes keys and signatures: `name:base64`.
///
/// @param name has neither colon nor white space, since signatures stand in lists
record Named(String name, Bytes value) {
    private static final int MAX_NAME = 255;

    /// Parses a text whose bytes must be of just this length.
    static Named parse(String format, String text, int length) throws FormatException {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new FormatException(format, 0, "not a name, a colon and base64");
        }
        String name = text.substring(0, colon);
        checkName(format, name);
        String digits = text.substring(colon + 1);
        byte[] value;
        try {
            value = Base64.getDecoder().decode(digits);
        } catch (IllegalArgumentException _) {
            throw new FormatException(format, colon + 1, "not base64");
        }
        if (value.length != length) {
            throw new FormatException(
                    format, colon + 1, "%d bytes, not %d".formatted(value.length, length));
        }
        if (!Base64.getEncoder().encodeToString(value).equals(digits)) {
            throw new FormatException(format, colon + 1, "base64 that is not canonical");
        }
        return new Named(name, Bytes.wrap(value));
    }

    static void checkName(String format, String name) throws FormatException {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw new FormatException(
                    format, 0, "a key's name has 1 to " + MAX_NAME + " characters");
        }
        if (name.chars().anyMatch(c -> c == ':' || c <= ' ' || c == 0x7f)) {
            throw new FormatException(format, 0, "a key's name has neither colons nor white space");
        }
    }

    @Override
    public String toString() {
        return name + ":" + Base64.getEncoder().encodeToString(value.toByteArray());
    }
}
