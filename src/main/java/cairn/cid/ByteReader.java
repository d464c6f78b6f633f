package cairn.cid;

/// Reads a byte string from front to back; whatever does not fit is a [FormatException] that names
/// the format and the offset.
public final class ByteReader {
    /// The tenth byte of a varint holds the 64th bit alone.
    private static final int LAST_SHIFT = 63;

    private final String format;
    private final Bytes bytes;
    private int position;

    public ByteReader(String format, Bytes bytes) {
        this.format = format;
        this.bytes = bytes;
    }

    public int position() {
        return position;
    }

    public int remaining() {
        return bytes.length() - position;
    }

    public boolean atEnd() {
        return position == bytes.length();
    }

    /// The next byte, 0 to 255.
    public int u8() throws FormatException {
        if (atEnd()) {
            throw malformed("ends too early");
        }
        return bytes.at(position++) & 0xff;
    }

    /// The next byte, not yet consumed.
    public int peek() throws FormatException {
        int value = u8();
        position--;
        return value;
    }

    /// An unsigned integer of `size` bytes, most significant first; 8 bytes may come out negative.
    public long bigEndian(int size) throws FormatException {
        Bytes field = bytes(size);
        long value = 0;
        for (int i = 0; i < size; i++) {
            value = (value << 8) | (field.at(i) & 0xff);
        }
        return value;
    }

    /// An unsigned integer of `size` bytes, least significant first; 8 bytes may come out negative.
    public long littleEndian(int size) throws FormatException {
        Bytes field = bytes(size);
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = (value << 8) | (field.at(i) & 0xff);
        }
        return value;
    }

    /// An unsigned varint below 2^63 in its shortest form.
    ///
    /// @see <a href="https://github.com/multiformats/unsigned-varint">Unsigned varint</a>
    public long varint() throws FormatException {
        int start = position;
        long value = varint64();
        if (value < 0) {
            throw malformed(start, "varint is longer than 9 bytes");
        }
        return value;
    }

    /// An unsigned varint of up to 64 bits in its shortest form, as Protocol Buffers have them; may
    /// come out negative.
    public long varint64() throws FormatException {
        int start = position;
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = u8();
            if (shift == LAST_SHIFT && next > 1) {
                break;
            }
            value |= (long) (next & 0x7f) << shift;
            if ((next & 0x80) == 0) {
                if (next == 0 && shift > 0) {
                    throw malformed(start, "varint is not in its shortest form");
                }
                return value;
            }
        }
        throw malformed(start, "varint does not fit in 64 bits");
    }

    /// The next `count` bytes; checked against what is there before anything is taken.
    public Bytes bytes(long count) throws FormatException {
        if (count < 0 || count > remaining()) {
            throw malformed(
                    "ends too early: %s bytes wanted, %d there"
                            .formatted(Long.toUnsignedString(count), remaining()));
        }
        Bytes taken = bytes.slice(position, position + (int) count);
        position += (int) count;
        return taken;
    }

    /// The text that the next `count` bytes encode in UTF-8, which must be well-formed.
    public String utf8(long count) throws FormatException {
        int start = position;
        return bytes(count)
                .text()
                .orElseThrow(() -> malformed(start, "the text is not well-formed UTF-8"));
    }

    public Bytes rest() {
        Bytes taken = bytes.slice(position);
        position = bytes.length();
        return taken;
    }

    public void expectEnd() throws FormatException {
        if (!atEnd()) {
            throw malformed(remaining() + " bytes too many");
        }
    }

    /// An exception about the element that starts here.
    public FormatException malformed(String problem) {
        return malformed(position, problem);
    }

    /// An exception about the element that started at an earlier position.
    public FormatException malformed(int start, String problem) {
        return new FormatException(format, start, problem);
    }
}
