package cairn.ipld;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DagCborTest {
    static List<CodecFixtures.Fixture> fixtures() {
        return CodecFixtures.of("dag-cbor");
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void encodesWhatItDecodedAsItWas(CodecFixtures.Fixture fixture) throws FormatException {
        Block block = fixture.block();
        assertTrue(block.cid().matches(block.bytes()));
        assertEquals(block.bytes(), DagCbor.encode(DagCbor.decode(block.bytes())));
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void refusesEveryTruncation(CodecFixtures.Fixture fixture) {
        Bytes whole = fixture.block().bytes();
        // The long fixtures are lists of one kind, of which a stretch tells as much as the whole.
        int step = 1 + whole.length() / 100;
        for (int length = whole.length() - 1; length >= 0; length -= step) {
            Bytes part = whole.slice(0, length);
            assertThrows(FormatException.class, () -> DagCbor.decode(part));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "18446744073709551615, 1bffffffffffffffff",
        "9223372036854775808, 1b8000000000000000",
        "4294967296, 1b0000000100000000",
        "4294967295, 1affffffff",
        "24, 1818",
        "23, 17",
        "-24, 37",
        "-25, 3818",
        "-9223372036854775809, 3b8000000000000000",
        "-18446744073709551616, 3bffffffffffffffff"
    })
    void writesIntegersAsShortAsTheyGo(BigInteger value, String hex) throws FormatException {
        assertEquals(hex, DagCbor.encode(new Node.Int(value)).toHex());
        assertEquals(new Node.Int(value), DagCbor.decode(Bytes.ofHex(hex)));
    }

    /// "aa" is longer than "c", U+10151 sorts behind U+FF5E by its bytes though not by its chars.
    @Test
    void sortsKeysByLengthAndThenByTheirBytes() {
        var entries = new LinkedHashMap<String, Node>();
        for (String key : List.of("\uD800\uDD51", "b\uFF5E", "aa", "c")) {
            entries.put(key, Node.NULL);
        }
        assertEquals(
                "a4" + "6163f6" + "626161f6" + "6462efbd9ef6" + "64f0908591f6",
                DagCbor.encode(new Node.Map(entries)).toHex());
    }

    @Test
    void takesNestingToTheLimitAndRefusesMore() throws FormatException {
        Bytes deepest = nested(Node.MAX_DEPTH);
        assertEquals(deepest, DagCbor.encode(DagCbor.decode(deepest)));
        assertRefused(nested(1_000_000), Node.MAX_DEPTH + 1, "nested deeper than 512");
    }

    /// What decoding accepts is canonical, so it can only have been written so.
    @Test
    void takesNothingButWhatItWouldWrite() {
        var random = new Random(1);
        List<CodecFixtures.Fixture> fixtures =
                fixtures().stream().filter(f -> f.block().bytes().length() < 1000).toList();
        int taken = 0;
        for (int i = 0; i < 20_000; i++) {
            var fixture = fixtures.get(random.nextInt(fixtures.size()));
            byte[] altered = fixture.block().bytes().toByteArray();
            altered[random.nextInt(altered.length)] = (byte) random.nextInt();
            Bytes block = Bytes.wrap(altered);
            try {
                assertEquals(block, DagCbor.encode(DagCbor.decode(block)));
                taken++;
            } catch (FormatException _) {
                // Refused, as most are.
            }
        }
        assertTrue(taken > 1000, taken + " of 20,000 taken");
    }

    @Test
    void takesAReplacementCharacterThatStandsThereByRight() throws FormatException {
        assertEquals(new Node.Text("\uFFFD"), DagCbor.decode(Bytes.ofHex("63efbfbd")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    1817                         | 0 | a number is not in its shortest form
                    190017                       | 0 | a number is not in its shortest form
                    1900ff                       | 0 | a number is not in its shortest form
                    1a0000ffff                   | 0 | a number is not in its shortest form
                    1b00000000ffffffff           | 0 | a number is not in its shortest form
                    3800                         | 0 | a number is not in its shortest form
                    5800                         | 0 | a number is not in its shortest form
                    780161                       | 0 | a number is not in its shortest form
                    9800                         | 0 | a number is not in its shortest form
                    b800                         | 0 | a number is not in its shortest form
                    5f42010243030405ff           | 0 | indefinite length or reserved head
                    7f657374726561646d696e67ff   | 0 | indefinite length or reserved head
                    9fff                         | 0 | indefinite length or reserved head
                    bfff                         | 0 | indefinite length or reserved head
                    1c                           | 0 | indefinite length or reserved head
                    ff                           | 0 | 0xff is neither false, true, null nor a 64-bit float
                    f7                           | 0 | 0xf7 is neither false, true, null nor a 64-bit float
                    f0                           | 0 | 0xf0 is neither false, true, null nor a 64-bit float
                    f820                         | 0 | 0xf8 is neither false, true, null nor a 64-bit float
                    f93c00                       | 0 | 0xf9 is neither false, true, null nor a 64-bit float
                    fa47c35000                   | 0 | 0xfa is neither false, true, null nor a 64-bit float
                    fb7ff0000000000000           | 0 | the data model has no Infinity
                    fbfff0000000000000           | 0 | the data model has no -Infinity
                    fb7ff8000000000000           | 0 | the data model has no NaN
                    a2616201616102               | 4 | the key 'a' is out of order
                    a262616101616202             | 5 | the key 'b' is out of order
                    a2616101616102               | 4 | the key 'a' is there twice
                    a3636261720363666f6f0163666f6f02 | 11 | the key 'foo' is there twice
                    a10101                       | 1 | expected text, found an integer
                    a1f601                       | 1 | expected text, found null
                    61ff                         | 0 | the text is not well-formed UTF-8
                    62c080                       | 0 | the text is not well-formed UTF-8
                    63eda080                     | 0 | the text is not well-formed UTF-8
                    a161ff01                     | 1 | the text is not well-formed UTF-8
                    c11a514b67b0                 | 0 | a tag that is not 42, that of links
                    d9002a4100                   | 0 | a number is not in its shortest form
                    d82a00                       | 2 | expected bytes, found an integer
                    d82a40                       | 3 | ends too early
                    d82a4100                     | 4 | ends too early
                    d82a582501017012207252523e6591fb8fe553d67ff55a86f84044b46a3e4176e10c58fa529a4aabd5 | 0 | a link does not begin with a zero byte
                    d82a4700015500010000         | 4 | the CID takes 5 bytes, not 6
                    0000                         | 1 | 1 bytes too many
                    f6f6                         | 1 | 1 bytes too many
                    5b7fffffffffffffff           | 9 | ends too early: 9223372036854775807 bytes wanted, 0 there
                    5bffffffffffffffff           | 9 | ends too early: 18446744073709551615 bytes wanted, 0 there
                    9bffffffffffffffff           | 0 | 18446744073709551615 items do not fit in the 0 bytes left
                    9a7fffffff80                 | 0 | 2147483647 items do not fit in the 1 bytes left
                    bbffffffffffffffff6161f6     | 0 | 18446744073709551615 items do not fit in the 3 bytes left
                    """)
    void refuses(String hex, long offset, String problem) {
        assertRefused(Bytes.ofHex(hex), offset, problem);
    }

    private static void assertRefused(Bytes block, long offset, String problem) {
        var e = assertThrows(FormatException.class, () -> DagCbor.decode(block));
        assertEquals("dag-cbor at byte %d: %s".formatted(offset, problem), e.getMessage());
    }

    /// So many lists in one another.
    private static Bytes nested(int depth) {
        return Bytes.ofHex("81".repeat(depth - 1) + "80");
    }
}
