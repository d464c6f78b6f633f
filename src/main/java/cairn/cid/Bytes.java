package cairn.cid;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;

/// An immutable byte string.
///
/// Slices share their array with the whole, so cutting is free and a small slice keeps a large
/// array alive; [#compact()] lets go of it. Order is that of unsigned bytes, shorter first among
/// equal prefixes, which is the order in which IPLD and Nix sort names.
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

    private static final char REPLACEMENT = '\uFFFD';

    /// Stands before the two digits of a byte that belongs to no character.
    private static final char STRAY = 0;

    private final byte[] array;
    private final int offset;
    private final int length;

    private Bytes(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /// Takes over an array without copying it; the caller must not change it any more.
    public static Bytes wrap(byte... array) {
        return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
    }

    /// Takes over part of an array without copying it; the caller must not change it any more.
    public static Bytes wrap(byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        return length == 0 ? EMPTY : new Bytes(array, offset, length);
    }

    public static Bytes copyOf(byte[] array, int offset, int length) {
        return wrap(Arrays.copyOfRange(array, offset, offset + length));
    }

    public static Bytes copyOf(byte... array) {
        return wrap(array.clone());
    }

    /// The UTF-8 encoding of a text.
    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Parses hexadecimal digits of either case.
    ///
    /// @throws IllegalArgumentException if the text is something else; meant for our own constants
    public static Bytes ofHex(String hex) {
        return wrap(HexFormat.of().parseHex(hex));
    }

    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    public byte at(int index) {
        return array[offset + Objects.checkIndex(index, length)];
    }

    /// The bytes from an index, included, to another, excluded; shares memory with this.
    public Bytes slice(int from, int to) {
        Objects.checkFromToIndex(from, to, length);
        if (from == 0 && to == length) {
            return this;
        }
        return wrap(array, offset + from, to - from);
    }

    public Bytes slice(int from) {
        return slice(from, length);
    }

    /// The same bytes in an array of just their size.
    public Bytes compact() {
        return length == array.length ? this : copyOf(array, offset, length);
    }

    public boolean startsWith(Bytes prefix) {
        return length >= prefix.length
                && Arrays.equals(
                        array,
                        offset,
                        offset + prefix.length,
                        prefix.array,
                        prefix.offset,
                        prefix.offset + prefix.length);
    }

    public Bytes concat(Bytes tail) {
        byte[] whole = Arrays.copyOfRange(array, offset, offset + length + tail.length);
        System.arraycopy(tail.array, tail.offset, whole, length, tail.length);
        return wrap(whole);
    }

    /// A copy of the bytes, the caller's to change.
    public byte[] toByteArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /// Copies `count` bytes from index `from` into an array.
    public void copyTo(int from, byte[] target, int at, int count) {
        Objects.checkFromIndexSize(from, count, length);
        System.arraycopy(array, offset + from, target, at, count);
    }

    /// A read-only view.
    public ByteBuffer toByteBuffer() {
        return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
    }

    public InputStream toInputStream() {
        return new ByteArrayInputStream(array, offset, length);
    }

    public void writeTo(OutputStream out) throws IOException {
        out.write(array, offset, length);
    }

    public void update(MessageDigest digest) {
        digest.update(array, offset, length);
    }

    /// Tells whether the bytes are well-formed UTF-8.
    public boolean isUtf8() {
        return text().isPresent();
    }

    /// The text these bytes encode in UTF-8, or empty if they are malformed.
    public Optional<String> text() {
        String text = toUtf8();
        // Decoding leaves the mark where it met malformed bytes; it may also stand there by right.
        return text.indexOf(REPLACEMENT) < 0 || utf8(text).equals(this)
                ? Optional.of(text)
                : Optional.empty();
    }

    /// The text these bytes encode; malformed parts are replaced by U+FFFD.
    public String toUtf8() {
        return new String(array, offset, length, StandardCharsets.UTF_8);
    }

    /// The text these bytes encode, in which U+0000 and two hexadecimal digits stand for each byte
    /// that belongs to no character, and for a zero byte: `"latin\u0000e9"`. Names that are not
    /// UTF-8 are told so wherever text is asked for, in JSON for one. No two strings of bytes have
    /// the same text.
    public String toEscaped() {
        var text = text().filter(plain -> plain.indexOf(STRAY) < 0);
        if (text.isPresent()) {
            return text.get();
        }
        var decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = toByteBuffer();
        CharBuffer out = CharBuffer.allocate(length);
        var escaped = new StringBuilder(length);
        while (true) {
            var result = decoder.decode(in, out, true);
            escaped.append(out.flip().toString().replace("\0", "\0" + "00"));
            out.clear();
            if (!result.isMalformed()) {
                return escaped.toString();
            }
            for (int i = 0; i < result.length(); i++) {
                escaped.append(STRAY).append(HexFormat.of().toHexDigits(in.get()));
            }
        }
    }

    /// The bytes that have a text by [#toEscaped()]; empty if none have.
    public static Optional<Bytes> ofEscaped(String text) {
        var bytes = new ByteWriter(text.length());
        int start = 0;
        for (int i = text.indexOf(STRAY); i >= 0; i = text.indexOf(STRAY, start)) {
            if (text.length() < i + 3
                    || !HexFormat.isHexDigit(text.charAt(i + 1))
                    || !HexFormat.isHexDigit(text.charAt(i + 2))) {
                return Optional.empty();
            }
            bytes.bytes(utf8(text.substring(start, i)));
            start = i + 3;
            bytes.u8(HexFormat.fromHexDigits(text, i + 1, start));
        }
        Bytes found = bytes.bytes(utf8(text.substring(start))).toBytes();
        return found.toEscaped().equals(text) ? Optional.of(found) : Optional.empty();
    }

    public String toHex() {
        return HexFormat.of().formatHex(array, offset, offset + length);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(
                array,
                offset,
                offset + length,
                other.array,
                other.offset,
                other.offset + other.length);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Bytes other
                && Arrays.equals(
                        array,
                        offset,
                        offset + length,
                        other.array,
                        other.offset,
                        other.offset + other.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    /// Hexadecimal, shortened in the middle where there are many.
    @Override
    public String toString() {
        return length <= 64
                ? toHex()
                : slice(0, 30).toHex()
                        + "…"
                        + slice(length - 2).toHex()
                        + " ("
                        + length
                        + " bytes)";
    }
}
