package cairn.cid;

import java.util.Arrays;

/// Builds a byte string from front to back.
public final class ByteWriter {
    private byte[] array;
    private int length;

    public ByteWriter() {
        this(64);
    }

    public ByteWriter(int capacity) {
        array = new byte[capacity];
    }

    public int length() {
        return length;
    }

    public ByteWriter u8(int value) {
        room(1);
        array[length++] = (byte) value;
        return this;
    }

    public ByteWriter bigEndian(long value, int size) {
        room(size);
        for (int i = size - 1; i >= 0; i--) {
            array[length++] = (byte) (value >>> (8 * i));
        }
        return this;
    }

    public ByteWriter littleEndian(long value, int size) {
        room(size);
        for (int i = 0; i < size; i++) {
            array[length++] = (byte) (value >>> (8 * i));
        }
        return this;
    }

    /// Writes an unsigned varint in its shortest form.
    public ByteWriter varint(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("negative varint: " + value);
        }
        return varint64(value);
    }

    /// Writes the 64 bits of an unsigned integer as a varint in its shortest form.
    public ByteWriter varint64(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            array[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[length++] = (byte) rest;
        return this;
    }

    public ByteWriter bytes(Bytes bytes) {
        room(bytes.length());
        bytes.copyTo(0, array, length, bytes.length());
        length += bytes.length();
        return this;
    }

    /// The bytes written so far, copied.
    public Bytes toBytes() {
        return Bytes.copyOf(array, 0, length);
    }

    private void room(int count) {
        if (array.length - length < count) {
            array = Arrays.copyOf(array, Math.max(array.length * 2, Math.addExact(length, count)));
        }
    }
}
