package cairn.unixfs;

import cairn.cid.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The hash that tells where in a sharded directory a name belongs: the first 64 bits of
/// MurmurHash3 x64 128 with seed 0. Its most significant bits are used first.
///
/// @see <a
///   href="https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp">MurmurHash3</a>
final class NameHash {
    /// The multicodec code of murmur3-x64-64.
    static final long CODE = 0x22;

    private static final long C1 = 0x87c37b91114253d5L;
    private static final long C2 = 0x4cf5ad432745937fL;

    private NameHash() {}

    static long of(Bytes name) {
        long h1 = 0;
        long h2 = 0;
        ByteBuffer in = name.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        while (in.remaining() >= 16) {
            h1 ^= mix1(in.getLong());
            h1 = (Long.rotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
            h2 ^= mix2(in.getLong());
            h2 = (Long.rotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
        }
        h2 ^= mix2(tail(name, in.position() + 8));
        h1 ^= mix1(tail(name, in.position()));
        h1 ^= name.length();
        h2 ^= name.length();
        h1 += h2;
        h2 += h1;
        return finish(h1) + finish(h2);
    }

    /// Up to 8 bytes, little-endian, zeros for what is not there.
    private static long tail(Bytes name, int from) {
        long value = 0;
        for (int i = Math.min(name.length(), from + 8) - 1; i >= from; i--) {
            value = (value << 8) | (name.at(i) & 0xff);
        }
        return value;
    }

    private static long mix1(long k) {
        return Long.rotateLeft(k * C1, 31) * C2;
    }

    private static long mix2(long k) {
        return Long.rotateLeft(k * C2, 33) * C1;
    }

    private static long finish(long h) {
        long k = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        k = (k ^ (k >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return k ^ (k >>> 33);
    }
}
