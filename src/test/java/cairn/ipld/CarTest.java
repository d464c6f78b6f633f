package cairn.ipld;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CarTest {
    /// The header of version 1 without roots.
    private static final String HEADER = "11a265726f6f7473806776657273696f6e01";

    private static final String VERSION_2 = "0aa16776657273696f6e02" + "00".repeat(16);

    @ParameterizedTest
    @ValueSource(strings = {"unixfs", "every-codec", "no-roots", "no-blocks", "version-2"})
    void readsWhatOtherToolsRead(String name) throws IOException {
        var lines = new ArrayList<String>();
        try (var reader = CarReader.open(resource(name + ".car").toInputStream())) {
            reader.roots().forEach(root -> lines.add("root " + root));
            for (var block = reader.next(); block.isPresent(); block = reader.next()) {
                lines.add(block.get().cid() + " " + block.get().bytes().length());
            }
        }
        assertEquals(resource(name + ".txt").toUtf8().lines().toList(), lines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unixfs", "every-codec", "no-roots", "no-blocks"})
    void writesWhatItReadAsItWas(String name) throws IOException {
        Bytes whole = resource(name + ".car");
        var out = new ByteArrayOutputStream();
        try (var reader = CarReader.open(whole.toInputStream())) {
            var writer = CarWriter.start(out, reader.roots());
            for (var block = reader.next(); block.isPresent(); block = reader.next()) {
                writer.put(block.get());
            }
        }
        assertEquals(whole, Bytes.wrap(out.toByteArray()));
    }

    /// Between two sections an archive of version 1 may end.
    @Test
    void noTruncationPassesForTheWhole() throws IOException {
        Bytes whole = resource("every-codec.car");
        int blocks = blocks(whole).size();
        for (int length = 0; length < whole.length(); length++) {
            try {
                assertTrue(blocks(whole.slice(0, length)).size() < blocks);
            } catch (FormatException _) {
                // Refused, as most are.
            }
        }
    }

    @Test
    void refusesEveryTruncationThatVersion2Tells() throws IOException {
        Bytes whole = resource("version-2.car");
        int endOfData = 60 + resource("every-codec.car").length();
        assertEquals(blocks(whole), blocks(whole.slice(0, endOfData)));
        for (int length = 0; length < endOfData; length++) {
            Bytes part = whole.slice(0, length);
            assertThrows(FormatException.class, () -> blocks(part));
        }
    }

    @Test
    void refusesABlockThatWasAltered() throws IOException {
        byte[] altered = resource("unixfs.car").toByteArray();
        altered[altered.length - 1] ^= 1;
        var e = assertThrows(FormatException.class, () -> blocks(Bytes.wrap(altered)));
        assertEquals(
                "car at byte 3361: the bytes of block"
                        + " bafybeieankt4cs3ov4kz3ffwbxe6p4i7cmh2ao34ane6ukposvngycompm do not match it",
                e.getMessage());
    }

    @Test
    void takesBlocksToTheLimitAndRefusesLargerOnes() throws IOException {
        var largest = Block.of(Codec.RAW, Bytes.wrap(new byte[Block.MAX_SIZE]));
        assertEquals(List.of(largest), blocks(archive(largest)));
        var larger = Block.of(Codec.RAW, Bytes.wrap(new byte[Block.MAX_SIZE + 1]));
        var e = assertThrows(FormatException.class, () -> blocks(archive(larger)));
        assertEquals("a block is larger than 2097152 bytes", e.problem());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    00                                   | 0  | a length of 0 is not one of 1 to 33554432
                    ffffffff0f                           | 0  | a length of 4294967295 is not one of 1 to 33554432
                    8000                                 | 0  | varint is not in its shortest form
                    ffffffffffffffffff01                 | 0  | varint is longer than 9 bytes
                    80                                   | 0  | the archive ends in the middle of what starts here
                    818080                               | 0  | the archive ends in the middle of what starts here
                    02a0                                 | 0  | the archive ends in the middle of what starts here
                    01f6                                 | 1  | expected a map, found null
                    0a a16776657273696f6e03              | 1  | expected 2 fields, found 1
                    08 a165726f6f747380                  | 1  | expected 2 fields, found 1
                    18 a364626c6970f565726f6f7473806776657273696f6e01 00 | 1 | expected 2 fields, found 3
                    11 a265726f6f7473806776657273696f6e02 | 18 | unsupported version 2
                    11 a265726f6f7473a06776657273696f6e01 | 8 | expected a list, found a map
                    12 a265726f6f747381016776657273696f6e01 | 9 | expected a link, found an integer
                    11 a26776657273696f6e0165726f6f747380 | 2 | expected field 'roots', found 'version'
                    12 a265726f6f7473806776657273696f6e01f6 | 18 | 1 bytes too many
                    """)
    void refusesABadHeader(String hex, long offset, String problem) {
        assertRefused(hex.replace(" ", ""), offset, problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    00                 | 18 | a length of 0 is not one of 1 to 2097408
                    818280 01          | 18 | a length of 2097409 is not one of 1 to 2097408
                    05 0155000161      | 18 | the bytes of block bafkqaalb do not match it
                    06 015500016162    | 18 | the bytes of block bafkqaalb do not match it
                    04 01550001        | 23 | ends too early: 1 bytes wanted, 0 there
                    03 025500          | 20 | unsupported version 2
                    06 0155000161      | 18 | the archive ends in the middle of what starts here
                    """)
    void refusesABadSection(String hex, long offset, String problem) {
        assertRefused(HEADER + hex.replace(" ", ""), offset, problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    3200000000000000 1200000000000000 0000000000000000 | 11 | there can be no 18 bytes of data at 50
                    ffffffffffffffff 1200000000000000 0000000000000000 | 11 | there can be no 18 bytes of data at 18446744073709551615
                    3300000000000000 ffffffffffffffff 0000000000000000 | 11 | there can be no 18446744073709551615 bytes of data at 51
                    ffffffffffffff7f ffffffffffffff7f 0000000000000000 | 11 | there can be no 9223372036854775807 bytes of data at 9223372036854775807
                    ffffffffffffff7f 0000000000000000 0000000000000000 | 51 | the archive ends in the middle of what starts here
                    3300000000000000 0000000000000000 0000000000000000 | 51 | the archive ends in the middle of what starts here
                    3300000000000000 1100000000000000 0000000000000000 | 51 | the archive ends in the middle of what starts here
                    3300000000000000 ffffffffffffff0f ffffffffffffffff | 69 | the archive ends in the middle of what starts here
                    """)
    void refusesABadHeaderOfVersion2(String fields, long offset, String problem) {
        assertRefused(VERSION_2 + fields.replace(" ", "") + HEADER, offset, problem);
    }

    @Test
    void refusesVersion2InVersion2() {
        String header = VERSION_2 + "3300000000000000" + "3300000000000000" + "00".repeat(8);
        assertRefused(header + header, 52, "expected 2 fields, found 1");
    }

    private static void assertRefused(String hex, long offset, String problem) {
        var e = assertThrows(FormatException.class, () -> blocks(Bytes.ofHex(hex)));
        assertEquals("car at byte %d: %s".formatted(offset, problem), e.getMessage());
    }

    private static List<Block> blocks(Bytes archive) throws IOException {
        var blocks = new ArrayList<Block>();
        try (var reader = CarReader.open(archive.toInputStream())) {
            for (var block = reader.next(); block.isPresent(); block = reader.next()) {
                blocks.add(block.get());
            }
        }
        return blocks;
    }

    private static Bytes archive(Block block) throws IOException {
        var out = new ByteArrayOutputStream();
        CarWriter.start(out, List.<Cid>of()).put(block);
        return Bytes.wrap(out.toByteArray());
    }

    private static Bytes resource(String name) throws IOException {
        try (var in = CarTest.class.getResourceAsStream("car/" + name)) {
            return Bytes.wrap(Objects.requireNonNull(in, name).readAllBytes());
        }
    }
}
