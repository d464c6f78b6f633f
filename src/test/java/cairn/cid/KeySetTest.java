package cairn.cid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeySetTest {
    private final KeySet keys = new KeySet();

    @Test
    void holdsWhatASetHolds() {
        var expected = new HashSet<Bytes>();
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            var key = new byte[32];
            new Random(random.nextInt(12_000)).nextBytes(key);
            assertEquals(expected.add(Bytes.wrap(key)), keys.add(Bytes.wrap(key)));
        }
        expected.forEach(key -> assertTrue(keys.contains(key)));
        assertFalse(keys.contains(Bytes.utf8("some other key of thirty-two b..")));
    }

    @Test
    void holdsTheKeyOfNothingButZeros() {
        var zeros = Bytes.wrap(new byte[32]);
        assertFalse(keys.contains(zeros));
        assertTrue(keys.add(zeros));
        assertFalse(keys.add(zeros));
        assertTrue(keys.contains(zeros));
    }

    /// Takes minutes if each is looked for where all the others are.
    @Test
    void isNotSlowedDownByKeysThatCountInTheirMiddle() {
        for (int i = 0; i < 300_000; i++) {
            assertTrue(keys.add(Bytes.wrap(ByteBuffer.allocate(32).putInt(6, i).array())));
        }
    }

    @Test
    void takesBothVersionsOfAnIdentifierForOne() {
        var one = Cid.of(Codec.DAG_PB, Bytes.EMPTY);
        assertTrue(keys.add(one));
        assertFalse(keys.add(new Cid(0, one.codec(), one.hash())));
        assertTrue(keys.add(Cid.of(Codec.RAW, Bytes.EMPTY)));
    }
}
