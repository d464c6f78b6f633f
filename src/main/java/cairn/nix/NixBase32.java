package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;

/// Nix's own base 32: no E, O, U or T, and the last bits of the bytes come first.
///
/// @see <a href="https://nix.dev/manual/nix/latest/protocols/nix32.html">Nix32</a>
public final class NixBase32 {
    static final String ALPHABET = "0123456789abcdfghijklmnpqrsvwxyz";

    private NixBase32() {}

    /// How many characters encode so many bytes.
    public static int textLength(int bytes) {
        return (bytes * 8 + 4) / 5;
    }

    public static String encode(Bytes bytes) {
        int length = textLength(bytes.length());
        var text = new StringBuilder(length);
        for (int n = length - 1; n >= 0; n--) {
            int bit = n * 5;
            int index = bit / 8;
            int shift = bit % 8;
            int value = (bytes.at(index) & 0xff) >>> shift;
            if (index + 1 < bytes.length()) {
                value |= (bytes.at(index + 1) & 0xff) << (8 - shift);
            }
            text.append(ALPHABET.charAt(value & 0x1f));
        }
        return text.toString();
    }

    public static Bytes decode(String text) throws FormatException {
        byte[] bytes = new byte[text.length() * 5 / 8];
        for (int n = 0; n < text.length(); n++) {
            int at = text.length() - n - 1;
            int digit = ALPHABET.indexOf(text.charAt(at));
            if (digit < 0) {
                throw new FormatException(
                        "nix32", at, "'" + text.charAt(at) + "' is not in the alphabet");
            }
            int bit = n * 5;
            int index = bit / 8;
            int shift = bit % 8;
            int carry = digit >>> (8 - shift);
            if (index < bytes.length) {
                bytes[index] |= (byte) (digit << shift);
            }
            if (index + 1 < bytes.length) {
                bytes[index + 1] |= (byte) carry;
            }
            if ((index + 1 >= bytes.length && carry != 0)
                    || (index >= bytes.length && digit != 0)) {
                throw new FormatException("nix32", at, "stray bits at the start");
            }
        }
        if (text.length() != textLength(bytes.length)) {
            throw new FormatException("nix32", 0, "no bytes encode to so many characters");
        }
        return Bytes.wrap(bytes);
    }
}
