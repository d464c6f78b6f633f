package cairn.unixfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.ipld.Block;
import cairn.ipld.PbLink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnixFsReaderTest {
    private final MemoryBlocks blocks = new MemoryBlocks();
    private final UnixFsReader reader = new UnixFsReader(blocks);

    static Stream<Path> cars() throws IOException {
        try (Stream<Path> files = Files.list(Listing.FIXTURES.resolve("ok"))) {
            return files.filter(file -> file.toString().endsWith(".car")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cars")
    void readsWhatOthersWrote(Path car) throws IOException {
        Cid root = blocks.load(car);
        assertEquals(Listing.recorded(car), Listing.of(reader, root));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"balanced", "balanced-wrapped", "trickle", "trickle-wrapped", "data-first"})
    void readsAnyRangeOfAnyLayout(String name) throws IOException {
        var file = (UnixFsNode.RegularFile) reader.node(load(name));
        byte[] content = Contents.of(1000);
        int[] places = {0, 1, 15, 16, 17, 31, 47, 48, 49, 500, 511, 992, 999, 1000};
        for (int from : places) {
            for (int to : places) {
                if (from <= to) {
                    try (InputStream in = reader.contents(file, from, to)) {
                        assertArrayEquals(Arrays.copyOfRange(content, from, to), in.readAllBytes());
                    }
                }
            }
        }
    }

    @Test
    void readsOnlyTheBlocksOfARange() throws IOException {
        var file = (UnixFsNode.RegularFile) reader.node(load("balanced"));
        blocks.read.clear();
        reader.contents(file, 500, 501).readAllBytes();
        assertEquals(4, blocks.read.size(), "63 leaves in nodes of 3 are 4 below the topmost");
    }

    @Test
    void skipsWithoutReading() throws IOException {
        var file = (UnixFsNode.RegularFile) reader.node(load("trickle"));
        byte[] content = Contents.of(1000);
        try (InputStream in = reader.contents(file)) {
            assertEquals(content[0] & 0xff, in.read());
            assertEquals(15, in.available());
            assertEquals(898, in.skip(898));
            assertEquals(content[899] & 0xff, in.read());
            blocks.read.clear();
            assertEquals(100, in.skip(1000));
            assertEquals(-1, in.read());
            assertEquals(List.of(), blocks.read);
        }
    }

    @Test
    void refusesARangeOutsideTheFile() throws IOException {
        var file = (UnixFsNode.RegularFile) reader.node(load("trickle"));
        assertThrows(IndexOutOfBoundsException.class, () -> reader.contents(file, 0, 1001));
        assertThrows(IndexOutOfBoundsException.class, () -> reader.contents(file, 2, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sharded-2", "sharded-8", "sharded-16", "sharded-256", "sharded-1024"})
    void findsANameInShards(String name) throws IOException {
        var directory = (UnixFsNode.Directory) reader.node(load(name));
        for (DirectoryEntry entry : reader.entries(directory)) {
            assertEquals(Optional.of(entry), reader.entry(directory, entry.name()));
        }
        for (int i = 0; i < 100; i++) {
            assertEquals(Optional.empty(), reader.entry(directory, Bytes.utf8("other " + i)));
        }
    }

    @Test
    void readsOnlyTheShardsOnTheWayToAName() throws IOException {
        var directory = (UnixFsNode.Directory) reader.node(load("sharded-256"));
        for (DirectoryEntry entry : reader.entries(directory)) {
            blocks.read.clear();
            reader.entry(directory, entry.name());
            assertTrue(blocks.read.size() <= 2);
        }
    }

    @Test
    void findsANameInOneBlock() throws IOException {
        var directory = (UnixFsNode.Directory) reader.node(load("tree"));
        assertEquals(
                List.of("bin", "empty", "folder", "old"),
                reader.entries(directory).stream().map(entry -> entry.name().toUtf8()).toList());
        for (DirectoryEntry entry : reader.entries(directory)) {
            assertEquals(Optional.of(entry), reader.entry(directory, entry.name()));
        }
        assertEquals(Optional.empty(), reader.entry(directory, Bytes.utf8("bi")));
    }

    @Test
    void keepsNamesAndTargetsThatAreNoUtf8() throws IOException {
        var writer = new UnixFsWriter(blocks);
        Bytes odd = Bytes.ofHex("ff80c0");
        Subtree link = writer.symlink(odd);
        Subtree folder = writer.directory(List.of(new DirectoryEntry(odd, link)));
        var directory = (UnixFsNode.Directory) reader.node(folder.cid());
        assertEquals(List.of(new DirectoryEntry(odd, link)), reader.entries(directory));
        assertEquals(odd, ((UnixFsNode.Symlink) reader.node(link.cid())).target());
    }

    @Test
    void readsARangeOfAFileThatSharesItsBlocksExponentially() throws IOException {
        byte[] leaf = Contents.of(16);
        var block = Block.of(Codec.RAW, Bytes.wrap(leaf));
        blocks.put(block);
        var part = Subtree.leaf(block.cid(), 16);
        for (int i = 0; i < 58; i++) {
            part =
                    UnixFsBlock.write(
                            blocks,
                            UnixFsData.file(Collections.nCopies(2, part.size()), false),
                            Collections.nCopies(2, new PbLink(part.cid(), Bytes.EMPTY, 0)));
        }
        var file = (UnixFsNode.RegularFile) reader.node(part.cid());
        assertEquals(1L << 62, file.size());
        try (InputStream in = reader.contents(file, file.size() - 20, file.size())) {
            assertArrayEquals(Arrays.copyOfRange(leaf, 12, 16), in.readNBytes(4));
            assertArrayEquals(leaf, in.readAllBytes());
        }
    }

    @Test
    void tellsWhichBlockIsMissing() throws IOException {
        Cid root = load("balanced");
        Cid leaf = Cid.of(Codec.RAW, Bytes.copyOf(Contents.of(1000), 0, 16));
        blocks.blocks.remove(leaf);
        var file = (UnixFsNode.RegularFile) reader.node(root);
        var e =
                assertThrows(
                        MissingBlockException.class, () -> reader.contents(file).readAllBytes());
        assertEquals(leaf, e.cid());
        assertEquals("block " + leaf + " is missing", e.getMessage());
    }

    private Cid load(String name) throws IOException {
        return blocks.load(Listing.FIXTURES.resolve("ok", name + ".car"));
    }
}
