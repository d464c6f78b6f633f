package cairn.unixfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.HashFunction;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkerTest {
    private static final int KIB = 1 << 10;
    private static final Map<Byte, Long> GEAR = new HashMap<>();

    /// The SHA-256 of the numbers from 0 on, 4 bytes big-endian each. The cuts were found by a
    /// dozen lines of Python that follow the profile.
    @Test
    void cutsWhereAnotherImplementationDoes() {
        var data = ByteBuffer.allocate(1 << 20);
        var sha256 = HashFunction.sha256();
        for (int i = 0; data.hasRemaining(); i++) {
            data.put(sha256.digest(ByteBuffer.allocate(4).putInt(i).array()));
        }
        assertEquals(
                List.of(
                        70798, 137520, 209392, 303413, 387534, 472355, 540858, 633008, 736744,
                        785084, 863613, 932131, 1012402, 1048576),
                cuts(data.array()));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void cutsRandomDataWhereTheReferenceDoes(long seed) {
        byte[] data = random(seed, 2_000_000);
        assertEquals(referenceCuts(data), cuts(data));
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void cutsDataOfFewValuesWhereTheReferenceDoes(long seed) {
        byte[] data = random(seed, 2_000_000);
        for (int i = 0; i < data.length; i++) {
            data[i] &= 1;
        }
        assertEquals(referenceCuts(data), cuts(data));
    }

    @Test
    void cutsWhatNeverMatchesAtTheMaximum() {
        assertEquals(List.of(256 * KIB, 512 * KIB, 600_000), cuts(new byte[600_000]));
    }

    @Test
    void endsTheLastChunkWhereTheFileEnds() {
        for (int length :
                new int[] {1, 16 * KIB - 1, 16 * KIB, 16 * KIB + 1, 64 * KIB, 256 * KIB}) {
            assertEquals(List.of(length), cuts(new byte[length]));
        }
        assertEquals(List.of(), cuts(new byte[0]));
    }

    @Test
    void asksForMoreAsLongAsTheCutIsOpen() {
        byte[] data = random(6, 300_000);
        int cut = Chunker.cut(data, 0, data.length, true);
        assertEquals(-1, Chunker.cut(data, 0, 0, false));
        assertEquals(-1, Chunker.cut(data, 0, 16 * KIB, false));
        assertEquals(-1, Chunker.cut(data, 0, cut, false));
        assertEquals(cut, Chunker.cut(data, 0, cut + 1, false));
        assertEquals(-1, Chunker.cut(new byte[300_000], 7, 6 + 256 * KIB, false));
        assertEquals(7 + 256 * KIB, Chunker.cut(new byte[300_000], 7, 7 + 256 * KIB, false));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4096, 65_537, 1 << 20})
    void cutsAStreamTheSameWhateverItsReadsBring(int read) throws IOException {
        byte[] data = random(7, 1_500_000);
        var chunker = new Chunker(trickling(data, read));
        int from = 0;
        for (int cut : cuts(data)) {
            assertEquals(Optional.of(Bytes.copyOf(data, from, cut - from)), chunker.next());
            from = cut;
        }
        assertEquals(Optional.empty(), chunker.next());
        assertEquals(Optional.empty(), chunker.next());
    }

    @Test
    void givesWhatLiesInTheBufferAtOnce() throws IOException {
        byte[] data = random(8, 1_500_000);
        var chunker = new Chunker(new ByteArrayInputStream(data));
        int from = 0;
        int most = 0;
        for (var few = chunker.nextFew(); !few.isEmpty(); few = chunker.nextFew()) {
            for (Bytes chunk : few) {
                int cut = Chunker.cut(data, from, data.length, true);
                assertEquals(Bytes.copyOf(data, from, cut - from), chunk);
                from = cut;
            }
            most = Math.max(most, few.size());
        }
        assertEquals(data.length, from);
        assertTrue(most > 3, "never more than " + most + " at once");
    }

    private static List<Integer> cuts(byte[] data) {
        var cuts = new ArrayList<Integer>();
        for (int from = 0; from < data.length; from = cuts.getLast()) {
            cuts.add(Chunker.cut(data, from, data.length, true));
        }
        return cuts;
    }

    private static List<Integer> referenceCuts(byte[] data) {
        var cuts = new ArrayList<Integer>();
        int from = 0;
        while (from < data.length) {
            int size = referenceSize(Arrays.copyOfRange(data, from, data.length));
            from += size;
            cuts.add(from);
        }
        return cuts;
    }

    /// The size of the first chunk, as slowly and plainly as can be.
    private static int referenceSize(byte[] rest) {
        long fp = 0;
        for (int i = 16 * KIB; i < rest.length; i++) {
            if (i == 256 * KIB) {
                return i;
            }
            fp = fp * 2 + GEAR.computeIfAbsent(rest[i], ChunkerTest::gear);
            if (Long.numberOfLeadingZeros(fp) >= (i < 64 * KIB ? 18 : 14)) {
                return i;
            }
        }
        return rest.length;
    }

    private static long gear(byte value) {
        byte[] digest = HashFunction.sha256().digest(new byte[] {value});
        return new BigInteger(HexFormat.of().formatHex(digest, 0, 8), 16).longValue();
    }

    private static byte[] random(long seed, int length) {
        byte[] data = new byte[length];
        new Random(seed).nextBytes(data);
        return data;
    }

    private static InputStream trickling(byte[] data, int most) {
        return new FilterInputStream(new ByteArrayInputStream(data)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return super.read(target, offset, Math.min(length, most));
            }
        };
    }
}
