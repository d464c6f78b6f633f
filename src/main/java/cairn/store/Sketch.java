package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.HashFunction;
import java.util.Arrays;

/// A few numbers that similar contents have in common.
///
/// A rolling hash over 64 bytes picks one window in 64 or so by its content; of the hashes of all
/// windows picked the smallest are kept. Each kept number that two contents share stands for a part
/// that they share, wherever it lies in them.
final class Sketch {
    private static final int SIZE = 32;
    private static final int PICK_BITS = 6;
    private static final long[] GEAR = gear();

    private Sketch() {}

    /// The numbers in ascending order; fewer where there is little content.
    static long[] of(Bytes content) {
        long[] kept = new long[SIZE];
        int count = 0;
        long hash = 0;
        byte[] bytes = content.toByteArray();
        for (int i = 0; i < bytes.length; i++) {
            hash = (hash << 1) + GEAR[bytes[i] & 0xff];
            if (hash >>> (Long.SIZE - PICK_BITS) == 0 && i >= Long.SIZE - 1) {
                long mixed = mix(hash);
                if (count < SIZE || mixed < kept[count - 1]) {
                    count = insert(kept, count, mixed);
                }
            }
        }
        return Arrays.copyOf(kept, count);
    }

    private static int insert(long[] kept, int count, long value) {
        int place = Arrays.binarySearch(kept, 0, count, value);
        if (place >= 0) {
            return count;
        }
        int at = -place - 1;
        System.arraycopy(kept, at, kept, at + 1, Math.min(count, SIZE - 1) - at);
        kept[at] = value;
        return Math.min(count + 1, SIZE);
    }

    /// The finaliser of SplitMix64, which spreads what the rolling hash leaves in its low bits.
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    private static long[] gear() {
        long[] gear = new long[256];
        for (int i = 0; i < gear.length; i++) {
            var digest = HashFunction.SHA2_256.hash(Bytes.wrap((byte) i));
            for (int j = 0; j < Long.BYTES; j++) {
                gear[i] = (gear[i] << Byte.SIZE) | (digest.at(j) & 0xff);
            }
        }
        return gear;
    }
}
