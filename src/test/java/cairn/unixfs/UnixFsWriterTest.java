package cairn.unixfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.PbNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnixFsWriterTest {
    private final MemoryBlocks blocks = new MemoryBlocks();
    private final UnixFsWriter writer = new UnixFsWriter(blocks);
    private final UnixFsReader reader = new UnixFsReader(blocks);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16, 17, 48, 49, 144, 145, 1000})
    void laysFilesOutAsOthersDo(int length) throws IOException {
        assertEquals(recorded("file-3-" + length), file(length, 3, false).cid().toString());
    }

    @Test
    void allowsAsManyLinksAsTheProfileSays() throws IOException {
        assertEquals(
                recorded("file-1024-40000"),
                file(40_000, FileBuilder.MAX_LINKS, false).cid().toString());
    }

    @Test
    void marksExecutablesAsOthersDo() throws IOException {
        assertEquals(recorded("executable"), file(40, 1024, true).cid().toString());
    }

    @Test
    void givesEveryExecutableANode() throws IOException {
        for (int length : new int[] {0, 1, 16, 17}) {
            var node = reader.node(file(length, 3, true).cid());
            assertEquals(new UnixFsNode.RegularFile(node.block(), length, true), node);
            assertArrayEquals(
                    Contents.of(length),
                    reader.contents((UnixFsNode.RegularFile) node).readAllBytes());
        }
    }

    @Test
    void writesSymlinksAsOthersDo() throws IOException {
        assertEquals(recorded("symlink"), writer.symlink(Bytes.utf8("../target")).cid().toString());
    }

    @Test
    void writesDirectoriesAsOthersDo() throws IOException {
        assertEquals(recorded("empty-directory"), writer.directory(List.of()).cid().toString());
        assertEquals(recorded("directory"), writer.directory(names(300)).cid().toString());
    }

    @Test
    void shardsDirectoriesAsOthersDo() throws IOException {
        var small = new UnixFsWriter(blocks, 0);
        assertEquals(recorded("sharded-300"), small.directory(names(300)).cid().toString());
        assertEquals(recorded("sharded-3000"), small.directory(names(3000)).cid().toString());
    }

    @Test
    void shardsWhatExceedsTheLimitByOneByte() throws IOException {
        assertEquals(recorded("directory-262144"), writer.directory(wide("")).cid().toString());
        assertEquals(recorded("directory-262145"), writer.directory(wide("-")).cid().toString());
    }

    @Test
    void doesNotMindTheOrderOfEntries() throws IOException {
        var shuffled = new ArrayList<>(names(300));
        Collections.shuffle(shuffled, new Random(1));
        assertEquals(writer.directory(names(300)), writer.directory(shuffled));
    }

    @Test
    void refusesANameThatOccursTwice() throws IOException {
        List<DirectoryEntry> twice = List.of(names(1).getFirst(), names(1).getFirst());
        var e = assertThrows(IllegalArgumentException.class, () -> writer.directory(twice));
        assertEquals("two entries named 'name 0'", e.getMessage());
    }

    /// Two names that MurmurHash3 cannot tell apart, made by running it backwards.
    @Test
    void refusesNamesOfOneHashWhereItNeedsShards() throws IOException {
        Bytes one = Bytes.utf8("fjdkngjjpmbphmnfllcodfmlpapbjmff");
        Bytes other =
                Bytes.ofHex("686167686d6c6c6f588ae69433783361f629e0b4dd49dd21706170626a6d6666");
        Subtree link = writer.symlink(Bytes.utf8("x"));
        var entries = List.of(new DirectoryEntry(one, link), new DirectoryEntry(other, link));
        var directory = reader.node(writer.directory(entries).cid());
        assertEquals(entries, reader.entries((UnixFsNode.Directory) directory));
        var small = new UnixFsWriter(blocks, 0);
        var e = assertThrows(FormatException.class, () -> small.directory(entries));
        assertEquals(
                "unixfs at byte 0: the names '%s' and '%s' have one hash"
                        .formatted(one.toUtf8(), other.toUtf8()),
                e.getMessage());
    }

    /// The Tsize of a link counts every block below it, each time.
    @Test
    void statesTotalSizes() throws IOException {
        Subtree file = file(1000, 3, false);
        long nodes =
                blocks.blocks.entrySet().stream()
                        .filter(entry -> entry.getKey().is(Codec.DAG_PB))
                        .mapToLong(entry -> entry.getValue().length())
                        .sum();
        assertEquals(new Subtree(file.cid(), 1000, 1000 + nodes), file);
        Subtree folder =
                writer.directory(
                        List.of(
                                new DirectoryEntry(Bytes.utf8("a"), file),
                                new DirectoryEntry(Bytes.utf8("b"), file)));
        long own = blocks.block(folder.cid()).orElseThrow().length();
        assertEquals(new Subtree(folder.cid(), 0, own + 2 * file.totalSize()), folder);
    }

    @Test
    void cutsAStreamIntoChunksAndReadsItBack() throws IOException {
        var content = new byte[3_000_000];
        new Random(1).nextBytes(content);
        Subtree written = writer.file(new ByteArrayInputStream(content), false);
        var file = (UnixFsNode.RegularFile) reader.node(written.cid());
        assertEquals(content.length, file.size());
        assertArrayEquals(content, reader.contents(file).readAllBytes());
        PbNode node = PbNode.decode(file.block().bytes());
        assertEquals(
                Chunker.cut(content, 0, content.length, true), node.links().getFirst().tsize());
        assertTrue(node.links().stream().allMatch(link -> link.hash().is(Codec.RAW)));
    }

    @Test
    void writesASmallFileAsItsLeaf() throws IOException {
        var content = Bytes.utf8("hello");
        assertEquals(
                Subtree.leaf(Cid.of(Codec.RAW, content), 5),
                writer.file(content.toInputStream(), false));
    }

    private Subtree file(int length, int maxLinks, boolean executable) throws IOException {
        var content = Bytes.wrap(Contents.of(length));
        var file = new FileBuilder(blocks, maxLinks);
        for (int i = 0; i < length; i += 16) {
            file.add(content.slice(i, Math.min(i + 16, length)));
        }
        return file.finish(executable);
    }

    private static List<DirectoryEntry> names(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> entry("name " + i * i, String.valueOf(i % 3)))
                .toList();
    }

    private static List<DirectoryEntry> wide(String last) {
        return IntStream.range(0, 4369)
                .mapToObj(i -> entry("%016d%s".formatted(i, i == 4368 ? last : ""), "x"))
                .toList();
    }

    private static DirectoryEntry entry(String name, String content) {
        Cid leaf = Cid.of(Codec.RAW, Bytes.utf8(content));
        return new DirectoryEntry(Bytes.utf8(name), leaf, content.length());
    }

    private static String recorded(String name) throws IOException {
        return Files.readAllLines(Listing.FIXTURES.resolve("identifiers.txt")).stream()
                .map(line -> line.split(" "))
                .filter(words -> words[0].equals(name))
                .map(words -> words[1])
                .findFirst()
                .orElseThrow();
    }
}
