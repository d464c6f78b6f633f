package cairn.cid;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/// A way to write bytes as text, told by the first character.
///
/// Decoding accepts exactly what encoding gives: no padding, no stray bits, no letter in another
/// case.
///
/// @see <a href="https://github.com/multiformats/multibase">Multibase</a>
public enum Multibase {
    BASE16("base16", 'f', "0123456789abcdef", 4),
    BASE16_UPPER("base16upper", 'F', "0123456789ABCDEF", 4),
    BASE32("base32", 'b', "abcdefghijklmnopqrstuvwxyz234567", 5),
    BASE32_UPPER("base32upper", 'B', "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5),
    BASE36("base36", 'k', "0123456789abcdefghijklmnopqrstuvwxyz", 0),
    BASE36_UPPER("base36upper", 'K', "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 0),
    BASE58BTC("base58btc", 'z', "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 0),
    BASE64URL(
            "base64url",
            'u',
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
            6);

    /// Bases that are no power of two cost the square of the length.
    private static final int MAX_POSITIONAL = 2048;

    private final String label;
    private final char prefix;
    private final String alphabet;
    private final int bits;

    Multibase(String label, char prefix, String alphabet, int bits) {
        this.label = label;
        this.prefix = prefix;
        this.alphabet = alphabet;
        this.bits = bits;
    }

    public static Optional<Multibase> of(char prefix) {
        return Arrays.stream(values()).filter(base -> base.prefix == prefix).findFirst();
    }

    public char prefix() {
        return prefix;
    }

    /// Encodes without the prefix.
    public String encode(Bytes bytes) {
        return bits == 0 ? encodePositional(bytes) : encodeBits(bytes);
    }

    /// Decodes text that has no prefix.
    public Bytes decode(String text) throws FormatException {
        for (int i = 0; i < text.length(); i++) {
            if (value(text.charAt(i)) < 0) {
                throw new FormatException(
                        label, i, "'" + text.charAt(i) + "' is not in the alphabet");
            }
        }
        return bits == 0 ? decodePositional(text) : decodeBits(text);
    }

    /// The name in the multibase table.
    @Override
    public String toString() {
        return label;
    }

    private int value(char c) {
        return alphabet.indexOf(c);
    }

    private String encodeBits(Bytes bytes) {
        var text = new StringBuilder(bytes.length() * 8 / bits + 1);
        int held = 0;
        int buffer = 0;
        for (int i = 0; i < bytes.length(); i++) {
            buffer = (buffer << 8) | (bytes.at(i) & 0xff);
            held += 8;
            while (held >= bits) {
                held -= bits;
                text.append(alphabet.charAt((buffer >>> held) & ((1 << bits) - 1)));
            }
            buffer &= (1 << held) - 1;
        }
        if (held > 0) {
            text.append(alphabet.charAt((buffer << (bits - held)) & ((1 << bits) - 1)));
        }
        return text.toString();
    }

    private Bytes decodeBits(String text) throws FormatException {
        byte[] bytes = new byte[(int) ((long) text.length() * bits / 8)];
        int held = 0;
        int buffer = 0;
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            buffer = (buffer << bits) | value(text.charAt(i));
            held += bits;
            if (held >= 8) {
                held -= 8;
                bytes[length++] = (byte) (buffer >>> held);
                buffer &= (1 << held) - 1;
            }
        }
        if (held >= bits || buffer != 0) {
            throw new FormatException(label, text.length(), "stray bits at the end");
        }
        return Bytes.wrap(bytes);
    }

    private String encodePositional(Bytes bytes) {
        int zeros = 0;
        while (zeros < bytes.length() && bytes.at(zeros) == 0) {
            zeros++;
        }
        var base = BigInteger.valueOf(alphabet.length());
        var text = new StringBuilder();
        var rest = new BigInteger(1, bytes.toByteArray());
        while (rest.signum() > 0) {
            BigInteger[] parts = rest.divideAndRemainder(base);
            text.append(alphabet.charAt(parts[1].intValue()));
            rest = parts[0];
        }
        text.append(alphabet.substring(0, 1).repeat(zeros));
        return text.reverse().toString();
    }

    private Bytes decodePositional(String text) throws FormatException {
        if (text.length() > MAX_POSITIONAL) {
            throw new FormatException(
                    label, MAX_POSITIONAL, "longer than " + MAX_POSITIONAL + " characters");
        }
        int zeros = 0;
        while (zeros < text.length() && text.charAt(zeros) == alphabet.charAt(0)) {
            zeros++;
        }
        var base = BigInteger.valueOf(alphabet.length());
        var number = BigInteger.ZERO;
        for (int i = zeros; i < text.length(); i++) {
            number = number.multiply(base).add(BigInteger.valueOf(value(text.charAt(i))));
        }
        byte[] magnitude = number.signum() == 0 ? new byte[0] : number.toByteArray();
        int sign = magnitude.length > 0 && magnitude[0] == 0 ? 1 : 0;
        byte[] bytes = new byte[zeros + magnitude.length - sign];
        System.arraycopy(magnitude, sign, bytes, zeros, magnitude.length - sign);
        return Bytes.wrap(bytes);
    }
}
