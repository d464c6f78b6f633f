package cairn.cid;

import java.util.concurrent.ThreadLocalRandom;

/// A set of hashes that keeps 128 bits of each, for millions of blocks.
///
/// Two keys that agree in their first 16 bytes are taken for one, so it only serves where that does
/// no harm: who collects then keeps a block too many. Identifiers are added by a hash of their own,
/// so that nobody can choose two that agree. Where a key goes is drawn by lot, so that nobody can
/// choose many that crowd in one place either. Belongs to one thread.
public final class KeySet {
    private static final int KEPT = 16;

    private final long highFactor = ThreadLocalRandom.current().nextLong() | 1;
    private final long lowFactor = ThreadLocalRandom.current().nextLong() | 1;
    private long[] slots = new long[1 << 12];
    private int size;
    private boolean hasZero;

    /// Adds an identifier in version 1, and tells whether it was not in the set.
    public boolean add(Cid cid) {
        return add(key(cid));
    }

    public boolean contains(Cid cid) {
        return contains(key(cid));
    }

    /// Adds a key, and tells whether it was not in the set.
    public boolean add(Bytes key) {
        long high = word(key, 0);
        long low = word(key, KEPT / 2);
        if (high == 0 && low == 0) {
            boolean fresh = !hasZero;
            hasZero = true;
            return fresh;
        }
        if (size * 4 >= slots.length) {
            grow();
        }
        if (!insert(high, low)) {
            return false;
        }
        size++;
        return true;
    }

    public boolean contains(Bytes key) {
        long high = word(key, 0);
        long low = word(key, KEPT / 2);
        if (high == 0 && low == 0) {
            return hasZero;
        }
        int at = find(high, low);
        return slots[at] != 0 || slots[at + 1] != 0;
    }

    private boolean insert(long high, long low) {
        int at = find(high, low);
        if (slots[at] != 0 || slots[at + 1] != 0) {
            return false;
        }
        slots[at] = high;
        slots[at + 1] = low;
        return true;
    }

    /// The slot of a key, or the free one where it belongs.
    private int find(long high, long low) {
        int mask = slots.length / 2 - 1;
        int at = (int) ((high * highFactor + low * lowFactor) >>> 33) & mask;
        while (true) {
            long first = slots[2 * at];
            long second = slots[2 * at + 1];
            if (first == high && second == low || first == 0 && second == 0) {
                return 2 * at;
            }
            at = (at + 1) & mask;
        }
    }

    private void grow() {
        long[] old = slots;
        slots = new long[old.length * 2];
        for (int i = 0; i < old.length; i += 2) {
            if (old[i] != 0 || old[i + 1] != 0) {
                insert(old[i], old[i + 1]);
            }
        }
    }

    private static Bytes key(Cid cid) {
        return HashFunction.SHA2_256.hash(cid.toV1().encode());
    }

    private static long word(Bytes key, int from) {
        long word = 0;
        for (int i = from; i < from + Long.BYTES && i < key.length(); i++) {
            word = (word << 8) | (key.at(i) & 0xff);
        }
        return word;
    }
}
