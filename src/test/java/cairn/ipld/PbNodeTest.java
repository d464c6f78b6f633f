package cairn.ipld;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PbNodeTest {
    /// The five bytes 0 to 4, inline.
    private static final String INLINE = "0a09015500050001020304";

    private static final Cid CID = cid("bafkqabiaaebagba");

    static List<CodecFixtures.Fixture> fixtures() {
        return CodecFixtures.of("dag-pb");
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void encodesWhatItDecodedAsItWas(CodecFixtures.Fixture fixture) throws FormatException {
        Block block = fixture.block();
        assertTrue(block.cid().matches(block.bytes()));
        assertEquals(block.bytes(), PbNode.decode(block.bytes()).encode());
    }

    /// A block that ends between two fields is a block, but another one.
    @ParameterizedTest
    @MethodSource("fixtures")
    void noTruncationPassesForTheWhole(CodecFixtures.Fixture fixture) throws FormatException {
        Bytes whole = fixture.block().bytes();
        PbNode node = PbNode.decode(whole);
        for (int length = 0; length < whole.length(); length++) {
            try {
                assertNotEquals(node, PbNode.decode(whole.slice(0, length)));
            } catch (FormatException _) {
                // Refused, as most are.
            }
        }
    }

    @Test
    void tellsAbsentFieldsFromEmptyOnes() throws FormatException {
        var absent = new PbLink(CID, false, Bytes.EMPTY, false, 0);
        var empty = new PbLink(CID, Bytes.EMPTY, 0);
        assertEquals(
                new PbNode(List.of(absent, empty), false, Bytes.EMPTY),
                PbNode.decode(Bytes.ofHex("120b" + INLINE + "120f" + INLINE + "12001800")));
        assertEquals(new PbNode(List.of(), Bytes.EMPTY), PbNode.decode(Bytes.ofHex("0a00")));
    }

    @Test
    void takesAnUnsignedTsizeOf64Bits() throws FormatException {
        Bytes block = Bytes.ofHex("1216" + INLINE + "18ffffffffffffffffff01");
        PbNode node = PbNode.decode(block);
        assertEquals(-1, node.links().getFirst().tsize());
        assertEquals(block, node.encode());
    }

    @Test
    void keepsNamesThatAreNoText() throws FormatException {
        Bytes block = Bytes.ofHex("120f" + INLINE + "1202fffe");
        PbNode node = PbNode.decode(block);
        assertEquals(Bytes.ofHex("fffe"), node.links().getFirst().name());
        assertEquals(block, node.encode());
    }

    @Test
    void sortsLinksByNameAndKeepsTheOrderOfEquals() throws FormatException {
        var node =
                new PbNode(
                        List.of(link("b", 1), link("a", 2), link("", 3), link("a", 4)),
                        Bytes.EMPTY);
        assertEquals(
                List.of(link("", 3), link("a", 2), link("a", 4), link("b", 1)),
                PbNode.decode(node.encode()).links());
    }

    /// Old IPFS wrote some nodes so.
    @Test
    void takesDataBeforeLinks() throws FormatException {
        PbNode node = PbNode.decode(Bytes.ofHex("0a020801" + "120b" + INLINE));
        assertEquals(Bytes.ofHex("0801"), node.data());
        assertEquals(Bytes.ofHex("120b" + INLINE + "0a020801"), node.encode());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    1200                               | 2  | expected the hash of a link
                    12021200                           | 2  | expected the hash of a link
                    120b1209736f6d65206e616d65         | 2  | expected the hash of a link
                    120318f207                         | 2  | expected the hash of a link
                    12020a00                           | 4  | ends too early
                    120c0a0a01550005000102030400       | 4  | the CID takes 9 bytes, not 10
                    120d0a090155000500010203041000     | 13 | a field of a link is unknown, repeated or out of order
                    120f0a0901550005000102030412001200 | 15 | a field of a link is unknown, repeated or out of order
                    120f0a0901550005000102030418001200 | 15 | a field of a link is unknown, repeated or out of order
                    12160a090155000500010203040a09015500050001020304 | 13 | a field of a link is unknown, repeated or out of order
                    120e0a090155000500010203041202ffff0a00 | 17 | a field reaches beyond the end of its link
                    12ffffffff07                       | 6  | a link of 2147483647 bytes is cut off
                    12ffffffffffffffff7f               | 10 | a link of 9223372036854775807 bytes is cut off
                    12ffffffffffffffffff01             | 1  | varint is longer than 9 bytes
                    0a8000                             | 1  | varint is not in its shortest form
                    120e0a09015500050001020304188000   | 14 | varint is not in its shortest form
                    12160a0901550005000102030418ffffffffffffffffff02 | 14 | varint does not fit in 64 bits
                    0a000a00                           | 2  | data is given twice
                    120b0a090155000500010203040a00120b0a09015500050001020304 | 15 | links on both sides of the data
                    0800                               | 0  | unknown field 0x08
                    1a00                               | 0  | unknown field 0x1a
                    8a0000                             | 0  | unknown field 0x8a
                    0a05000102                         | 2  | ends too early: 5 bytes wanted, 3 there
                    """)
    void refuses(String hex, long offset, String problem) {
        var e = assertThrows(FormatException.class, () -> PbNode.decode(Bytes.ofHex(hex)));
        assertEquals(problem + " @" + offset, e.problem() + " @" + e.offset());
    }

    private static PbLink link(String name, long tsize) {
        return new PbLink(CID, Bytes.utf8(name), tsize);
    }

    private static Cid cid(String text) {
        try {
            return Cid.parse(text);
        } catch (FormatException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
