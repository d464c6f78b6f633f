package cairn.store;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.ipld.Block;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A frame of blocks, decoded: the blocks' names, where each begins, and their bytes one after the
/// other.
///
/// ```
/// list = { cid length:varint }
/// ```
final class Frame {
    /// How many blocks are gathered into one: however small they are, each has a name in the list.
    static final int MAX_BLOCKS = 1600;

    private final List<Cid> cids;
    private final int[] starts;
    private final Bytes payload;

    private Frame(List<Cid> cids, int[] starts, Bytes payload) {
        this.cids = cids;
        this.starts = starts;
        this.payload = payload;
    }

    /// @param offset where the frame stands in its pack, for messages
    static Frame of(Bytes list, Bytes payload, long offset) throws FormatException {
        var entries = entries(list, payload.length(), offset);
        var cids = new ArrayList<Cid>(entries.size());
        int[] starts = new int[entries.size() + 1];
        for (int i = 0; i < entries.size(); i++) {
            cids.add(entries.get(i).cid);
            starts[i + 1] = starts[i] + entries.get(i).length;
        }
        return new Frame(cids, starts, payload);
    }

    /// One block in a list.
    record Entry(Cid cid, int length) {}

    /// Reads a list, and checks that its blocks just fill the payload.
    static List<Entry> entries(Bytes list, int payload, long offset) throws FormatException {
        var in = new ByteReader("pack", list);
        var entries = new ArrayList<Entry>();
        long end = 0;
        while (!in.atEnd()) {
            Cid cid = Cid.read(in);
            long length = in.varint();
            if (length > Block.MAX_SIZE || end + length > payload) {
                throw new FormatException("pack", offset, "a block reaches beyond its frame");
            }
            end += length;
            entries.add(new Entry(cid, (int) length));
        }
        if (end != payload) {
            throw new FormatException("pack", offset, "a frame is longer than its blocks");
        }
        return entries;
    }

    /// Writes one entry of a list.
    static void list(ByteWriter out, Cid cid, int length) {
        cid.write(out);
        out.varint(length);
    }

    /// What names a frame's payload wherever the frame is moved and however it is encoded: the
    /// first 16 bytes of the SHA-256 of its list.
    static Bytes identity(Bytes list) {
        return HashFunction.SHA2_256.hash(list).slice(0, FrameHeader.IDENTITY);
    }

    /// The names and lengths of the blocks, as they are written.
    Bytes list() {
        var out = new ByteWriter(cids.size() * 40);
        for (int i = 0; i < cids.size(); i++) {
            list(out, cids.get(i), length(i));
        }
        return out.toBytes();
    }

    int count() {
        return cids.size();
    }

    Cid cid(int index) {
        return cids.get(index);
    }

    int start(int index) {
        return starts[index];
    }

    int length(int index) {
        return starts[index + 1] - starts[index];
    }

    Bytes block(int index) {
        return payload.slice(starts[index], starts[index + 1]);
    }

    /// The block that starts at an offset, if it is there and has this key and length.
    Optional<Bytes> block(Bytes key, int offset, int length) {
        int index = indexOf(key, offset, length);
        return index < 0 ? Optional.empty() : Optional.of(block(index));
    }

    /// Which block starts at an offset and has this key and length; negative if none does.
    int indexOf(Bytes key, int offset, int length) {
        // Empty blocks share their start with the next: look at all that start here.
        int first = Arrays.binarySearch(starts, 0, cids.size(), offset);
        while (first > 0 && starts[first - 1] == offset) {
            first--;
        }
        for (int i = Math.max(first, 0); i < cids.size() && starts[i] == offset; i++) {
            if (length(i) == length && BlockKey.of(cids.get(i)).equals(key)) {
                return i;
            }
        }
        return -1;
    }

    /// Which block has this key; negative if none does.
    ///
    /// @param from where to look first
    int indexOf(Bytes key, int from) {
        for (int i = 0; i < cids.size(); i++) {
            int index = (from + i) % cids.size();
            if (BlockKey.of(cids.get(index)).equals(key)) {
                return index;
            }
        }
        return -1;
    }

    Bytes payload() {
        return payload;
    }
}
