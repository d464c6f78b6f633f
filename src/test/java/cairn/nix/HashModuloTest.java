package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Bytes;
import cairn.nix.NixHash.Algorithm;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HashModuloTest {
    private static final String OWN = "7vk4c3qkdbx2wi16spr2wmx3qijmxarz";
    private static final String ZEROS = "\0".repeat(32);

    @Test
    void isThePlainHashWithoutAnOccurrence() {
        assertEquals(NixHash.sha256Of(Bytes.utf8("hello")), hash("hello", 64));
        assertEquals(NixHash.sha256Of(Bytes.EMPTY), hash("", 64));
    }

    @Test
    void countsOccurrencesAsZerosAndAddsWhereTheyWere() {
        assertEquals(
                NixHash.sha256Of(
                        Bytes.utf8("a " + ZEROS + ZEROS + " " + OWN.substring(1) + "|2|34")),
                hash("a " + OWN + OWN + " " + OWN.substring(1), 64));
    }

    @Test
    void contentThatHoldsZerosAlreadyHashesToSomethingElse() {
        assertEquals(NixHash.sha256Of(Bytes.utf8(ZEROS)), hash(ZEROS, 64));
        assertEquals(NixHash.sha256Of(Bytes.utf8(ZEROS + "|0")), hash(OWN, 64));
    }

    /// Occurrences lie across the buffer's end, and the pieces written are of any size.
    @ParameterizedTest
    @ValueSource(ints = {1, 31, 4096, 65_535, 65_536, 65_537, 1_000_000})
    void doesNotDependOnHowTheContentIsCut(int piece) {
        var random = new Random(1);
        var content = new StringBuilder();
        var expected = new StringBuilder();
        var positions = new StringBuilder();
        while (content.length() < 300_000) {
            String noise = OWN.repeat(2).substring(1, 1 + random.nextInt(31));
            content.append(noise).append('-').append(OWN);
            expected.append(noise).append('-');
            positions.append('|').append(expected.length());
            expected.append(ZEROS);
        }
        assertEquals(
                NixHash.sha256Of(Bytes.utf8(expected.append(positions).toString())),
                hash(content.toString(), piece));
    }

    private static NixHash hash(String text, int piece) {
        var hash = new HashModulo(Algorithm.SHA256, OWN);
        byte[] bytes = Bytes.utf8(text).toByteArray();
        for (int at = 0; at < bytes.length; at += piece) {
            hash.write(bytes, at, Math.min(piece, bytes.length - at));
        }
        return hash.finish();
    }
}
