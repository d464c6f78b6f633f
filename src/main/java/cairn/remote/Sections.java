package cairn.remote;

import cairn.cid.ByteReader;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.ipld.Block;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Optional;

/// Finds the blocks in a file of CAR sections by their identifiers.
///
/// Of each block it keeps where its section starts and 64 bits that stand for its identifier, some
/// 30 bytes in all; the rest is read again. Versions 0 and 1 of an identifier name the same block.
/// Reading is safe for several threads, adding belongs to one.
///
/// ```
/// section = length:varint cid block
/// ```
final class Sections {
    /// Takes some 200 MB.
    private static final int MAX = 1 << 23;

    private static final String FORMAT = "car";
    private static final int LENGTH = 10;
    private static final int HEAD = 128;

    private final FileChannel channel;
    private int count;
    private long[] starts = new long[1 << 9];
    private long[] keys = new long[1 << 9];

    /// The number of a section, counted from 1, by its key; when that is taken, behind it.
    private int[] slots = new int[1 << 10];

    Sections(FileChannel channel) {
        this.channel = channel;
    }

    int count() {
        return count;
    }

    boolean contains(Cid cid) throws IOException {
        return slots[slot(cid, key(cid))] != 0;
    }

    /// Adds the block whose section starts at a place of the file, unless it is there already.
    void add(Cid cid, long start) throws IOException {
        long key = key(cid);
        int slot = slot(cid, key);
        if (slots[slot] != 0) {
            return;
        }
        if (count == MAX) {
            throw new FormatException(
                    FORMAT, start, "the archive has more than %,d blocks".formatted(MAX));
        }
        if (count == starts.length) {
            grow();
            slot = slot(cid, key);
        }
        starts[count] = start;
        keys[count++] = key;
        slots[slot] = count;
    }

    /// The bytes of a block, unchecked.
    Optional<Bytes> block(Cid cid) throws IOException {
        int number = slots[slot(cid, key(cid))];
        if (number == 0) {
            return Optional.empty();
        }
        var in = new ByteReader(FORMAT, section(starts[number - 1], Integer.MAX_VALUE));
        var _ = Cid.read(in);
        return Optional.of(in.rest());
    }

    /// The identifier of a block by its place among all, in version 1.
    Cid cid(int place) throws IOException {
        Bytes head = section(starts[place], HEAD);
        try {
            return Cid.read(new ByteReader(FORMAT, head)).toV1();
        } catch (FormatException _) {
            // Inline data makes identifiers long.
            Bytes all = section(starts[place], Integer.MAX_VALUE);
            return Cid.read(new ByteReader(FORMAT, all)).toV1();
        }
    }

    /// Where the number of a block is, or the free slot where it belongs.
    private int slot(Cid cid, long key) throws IOException {
        int at = (int) key & slots.length - 1;
        while (slots[at] != 0) {
            if (keys[slots[at] - 1] == key && cid(slots[at] - 1).equals(cid.toV1())) {
                return at;
            }
            at = at + 1 & slots.length - 1;
        }
        return at;
    }

    private void grow() {
        starts = Arrays.copyOf(starts, 2 * count);
        keys = Arrays.copyOf(keys, 2 * count);
        slots = new int[4 * count];
        for (int i = 0; i < count; i++) {
            int at = (int) keys[i] & slots.length - 1;
            while (slots[at] != 0) {
                at = at + 1 & slots.length - 1;
            }
            slots[at] = i + 1;
        }
    }

    /// The first bytes of a section behind its length, at most so many.
    private Bytes section(long start, int most) throws IOException {
        var in = new ByteReader(FORMAT, read(start, LENGTH));
        long length = in.varint();
        int wanted = (int) Math.min(length, most);
        Bytes section =
                length > 2L * Block.MAX_SIZE ? Bytes.EMPTY : read(start + in.position(), wanted);
        if (section.length() < wanted) {
            throw new FormatException(FORMAT, start, "the archive has changed since it was read");
        }
        return section;
    }

    private Bytes read(long start, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        int read = 0;
        while (buffer.hasRemaining() && read >= 0) {
            read = channel.read(buffer, start + buffer.position());
        }
        return Bytes.wrap(buffer.array(), 0, buffer.position());
    }

    /// Nobody can choose identifiers so that many have one key.
    private static long key(Cid cid) {
        Bytes hash = HashFunction.SHA2_256.hash(cid.toV1().encode());
        return hash.toByteBuffer().getLong();
    }
}
