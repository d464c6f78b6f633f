package cairn.unixfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.PbLink;
import cairn.ipld.PbNode;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Trees that no tool should write.
class MalformedUnixFsTest {
    private final MemoryBlocks blocks = new MemoryBlocks();
    private final UnixFsReader reader = new UnixFsReader(blocks);
    private final Cid leaf = block(Codec.RAW, Bytes.utf8("leaf"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''               | unixfs at byte 0: block %s: no known type
                    0806             | unixfs at byte 2: block %s: no known type
                    0803             | unixfs at byte 0: block %s: metadata is no file
                    0802180a         | unixfs at byte 4: block %s: a file size of 10, but its parts have 0
                    08021202787818 01| unixfs at byte 8: block %s: a file size of 1, but its parts have 2
                    0800180a         | unixfs at byte 4: block %s: a file size of 10, but its parts have 0
                    08022001         | unixfs at byte 0: block %s: 1 block sizes for 0 links
                    080220ffffffffffffffff7f2001 | unixfs at byte 14: block %s: the block sizes add up to 2^63 or more
                    080220ffffffffffffffffff01   | unixfs at byte 3: block %s: varint is longer than 9 bytes
                    08020a           | unixfs at byte 3: block %s: ends too early
                    08021205ab       | unixfs at byte 4: block %s: ends too early: 5 bytes wanted, 1 there
                    080212ffffffff0f | unixfs at byte 8: block %s: ends too early: 4294967295 bytes wanted, 0 there
                    08028000         | unixfs at byte 2: block %s: varint is not in its shortest form
                    0802388080808010 | unixfs at byte 8: block %s: mode 40000000000 is too large
                    080247           | unixfs at byte 3: block %s: unknown wire type 7
                    """)
    void refusesData(String hex, String problem) {
        Cid cid = node(Bytes.ofHex(hex.replace(" ", "")));
        refuses(problem.formatted(cid), () -> reader.node(cid));
    }

    @Test
    void passesOverUnknownFieldsAndPackedSizes() throws IOException {
        Bytes data =
                Bytes.ofHex(
                        "0802"
                                + "22020404"
                                + "1808"
                                + "42020801"
                                + "7d01020304"
                                + "790102030405060708"
                                + "7201ff"
                                + "7001");
        Cid cid = node(data, link(leaf), link(leaf));
        var file = (UnixFsNode.RegularFile) reader.node(cid);
        assertArrayEquals(
                Bytes.utf8("leafleaf").toByteArray(), reader.contents(file).readAllBytes());
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        blocks.load(Listing.FIXTURES.resolve("ok", "tree.car"));
        for (Map.Entry<Cid, Bytes> whole : Map.copyOf(blocks.blocks).entrySet()) {
            if (whole.getKey().is(Codec.DAG_PB)) {
                for (int length = 0; length < whole.getValue().length(); length++) {
                    Cid cut = block(Codec.DAG_PB, whole.getValue().slice(0, length));
                    assertThrows(FormatException.class, () -> reader.node(cut));
                }
            }
        }
    }

    @Test
    void findsNoOtherFaultInDamagedBlocks() throws IOException {
        var random = new Random(1);
        for (String name : List.of("tree", "version-0", "trickle-wrapped", "inline", "sharded-8")) {
            Cid root = blocks.load(Listing.FIXTURES.resolve("ok", name + ".car"));
            var whole = List.copyOf(blocks.blocks.entrySet());
            for (int i = 0; i < 300; i++) {
                Map.Entry<Cid, Bytes> victim = whole.get(random.nextInt(whole.size()));
                byte[] bytes = victim.getValue().concat(Bytes.wrap((byte) 0)).toByteArray();
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                blocks.blocks.put(victim.getKey(), Bytes.wrap(bytes));
                try {
                    Listing.of(reader, root);
                } catch (FormatException | MissingBlockException e) {
                    assertNotNull(e.getMessage());
                }
                blocks.blocks.put(victim.getKey(), victim.getValue());
            }
            blocks.blocks.clear();
        }
    }

    @Test
    void refusesAnUnknownCodec() {
        Cid cid = block(Codec.DAG_CBOR, Bytes.ofHex("a0"));
        refuses(
                "unixfs at byte 0: block %s: its codec is not of UnixFS".formatted(cid),
                () -> reader.node(cid));
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 5})
    void refusesALeafOfAnotherSizeThanItsParentSays(long size) {
        Cid file = file(List.of(size), leaf);
        refuses(
                "unixfs at byte 0: block %s: covers 4 bytes of a file, but %d are expected"
                        .formatted(leaf, size),
                () -> read(file));
    }

    @Test
    void refusesAnInnerNodeOfAnotherSizeThanItsParentSays() {
        Cid inner = file(List.of(4L), leaf);
        Cid file = file(List.of(4L, 5L), leaf, inner);
        refuses(
                "unixfs at byte 0: block %s: covers 4 bytes of a file, but 5 are expected"
                        .formatted(inner),
                () -> read(file));
    }

    @Test
    void refusesContentWhereNoneIsStated() {
        Cid file = file(List.of(4L, 0L), leaf, leaf);
        refuses(
                "unixfs at byte 0: block %s: covers 4 bytes of a file, but 0 are expected"
                        .formatted(leaf),
                () -> read(file));
    }

    @Test
    void allowsLinksToEmptyLeaves() throws IOException {
        Cid empty = block(Codec.RAW, Bytes.EMPTY);
        Cid file = file(List.of(0L, 4L, 0L), empty, leaf, empty);
        assertArrayEquals(Bytes.utf8("leaf").toByteArray(), read(file));
    }

    /// Each node leads to the one below many times, and none but the lowest to anything.
    @Test
    void doesNotFollowNodesThatOnlyBranch() throws IOException {
        Cid inner = block(Codec.RAW, Bytes.EMPTY);
        for (int i = 0; i < 20; i++) {
            inner =
                    file(
                            Collections.nCopies(10, 0L),
                            Collections.nCopies(10, inner).toArray(Cid[]::new));
        }
        Cid file = file(List.of(0L, 4L), inner, leaf);
        assertArrayEquals(Bytes.utf8("leaf").toByteArray(), read(file));
    }

    @Test
    void refusesAFileThatIsTooDeep() {
        Cid cid = leaf;
        for (int i = 0; i < 64; i++) {
            cid = file(List.of(4L), cid);
        }
        Cid file = cid;
        refuses(
                "unixfs at byte 0: block %s: is more than 64 links away from its file"
                        .formatted(leaf),
                () -> read(file));
    }

    @ParameterizedTest
    @CsvSource({"0801, directory", "080412017a, symlink", "0805, HAMT shard"})
    void refusesOtherThingsAsPartOfAFile(String hex, String what) {
        Cid other = node(Bytes.ofHex(hex));
        Cid file = file(List.of(1L), other);
        refuses(
                "unixfs at byte 0: block %s: a %s as part of a file".formatted(other, what),
                () -> read(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "/", "..\0", "\0"})
    void refusesNamesThatWouldDoHarm(String name) throws IOException {
        Cid cid = node(UnixFsData.directory().encode(), link("fine"), link(name));
        var directory = (UnixFsNode.Directory) reader.node(cid);
        String problem =
                "unixfs at byte 0: block %s: '%s' is no name for a file"
                        .formatted(cid, name.replace('\0', '\ufffd'));
        refuses(problem, () -> reader.entries(directory));
        refuses(problem, () -> reader.entry(directory, Bytes.utf8(name)));
    }

    @Test
    void refusesANameThatOccursTwice() throws IOException {
        Cid cid = node(UnixFsData.directory().encode(), link("twice"), link("twice"));
        var directory = (UnixFsNode.Directory) reader.node(cid);
        refuses(
                "unixfs at byte 0: block %s: two entries named 'twice'".formatted(cid),
                () -> reader.entries(directory));
    }

    /// By its hash "a" belongs into slot 0x85 of 256, and below that into slot 0x55.
    @Test
    void readsAShard() throws IOException {
        Cid below = shard(256, 0x22, slots(0x55), link("55a"));
        Cid cid = shard(256, 0x22, slots(0x85), new PbLink(below, Bytes.utf8("85"), 0));
        var directory = (UnixFsNode.Directory) reader.node(cid);
        List<DirectoryEntry> entries = List.of(new DirectoryEntry(Bytes.utf8("a"), leaf, 4));
        assertEquals(entries, reader.entries(directory));
    }

    @Test
    void refusesShardsThatContradictThemselves() throws IOException {
        String fit = "the bit field of a shard does not fit its links";
        refusesShard(fit, shard(256, 0x22, slots(0x85, 0x86), link("85a")));
        refusesShard(fit, shard(256, 0x22, slots(0x85), link("85a"), link("86b")));
        refusesShard(fit, shard(256, 0x22, Bytes.EMPTY, link("85a")));
        refusesShard(fit, shard(16, 0x22, slots(16), link("10a")));
        refusesShard(
                "slot 133 of a shard has a link named '86a'",
                shard(256, 0x22, slots(0x85), link("86a")));
        refusesShard(
                "slot 171 of a shard has a link named 'aba'",
                shard(256, 0x22, slots(0xab), link("aba")));
        refusesShard(
                "slot 133 of a shard has a link named '8'",
                shard(256, 0x22, slots(0x85), link("8")));
        refusesShard(
                "slot 133 of a shard has a link named '87c'",
                shard(256, 0x22, slots(0x85, 0x87), link("87c"), link("85a")));
        refusesShard("the name 'a' is in a wrong slot", shard(256, 0x22, slots(0x86), link("86a")));
        refusesShard(
                "'..' is no name for a file",
                shard(256, 0x22, slots(slotOf("..")), link("%02X..".formatted(slotOf("..")))));
        refusesShard("a shard with a fanout of 0", shard(0, 0x22, Bytes.EMPTY));
        refusesShard("a shard with a fanout of 1", shard(1, 0x22, slots(0), link("0a")));
        refusesShard("a shard with a fanout of 100", shard(100, 0x22, slots(0), link("00a")));
        refusesShard("a shard with a fanout of 2048", shard(2048, 0x22, slots(0), link("000a")));
        refusesShard(
                "a shard with a fanout of 4611686018427387904",
                shard(1L << 62, 0x22, slots(0), link("00a")));
        refusesShard("a shard with hash function 0x12", shard(256, 0x12, slots(0x85), link("85a")));
    }

    @Test
    void refusesShardsThatLeadToSomethingElse() throws IOException {
        Cid directory = node(UnixFsData.directory().encode());
        Cid toDirectory = shard(256, 0x22, slots(1), new PbLink(directory, Bytes.utf8("01"), 0));
        refusesEntries(directory, "a shard leads to a directory", toDirectory);
        Cid empty = shard(256, 0x22, Bytes.EMPTY);
        Cid toEmpty = shard(256, 0x22, slots(1), new PbLink(empty, Bytes.utf8("01"), 0));
        refusesEntries(empty, "a shard leads to an empty one", toEmpty);
        Cid below = shard(256, 0x22, slots(0x56), link("56a"));
        Cid wrong = shard(256, 0x22, slots(0x85), new PbLink(below, Bytes.utf8("85"), 0));
        refusesEntries(below, "the name 'a' is in a wrong slot", wrong);
    }

    @Test
    void refusesShardsThatAreTooDeep() throws IOException {
        Cid bottom = shard(256, 0x22, slots(0), link("00a"));
        Cid cid = bottom;
        for (int i = 0; i < 8; i++) {
            cid = shard(256, 0x22, slots(0), new PbLink(cid, Bytes.utf8("00"), 0));
        }
        refusesEntries(bottom, "a shard deeper than the hash of a name is long", cid);
    }

    /// Few blocks that stand for 256^7 shards: the first name that is where it cannot be ends it.
    @Test
    void refusesShardsThatShareTheirBlocksExponentially() throws IOException {
        Cid bottom = shard(256, 0x22, slots(0), link("00a"));
        Cid cid = bottom;
        var all = new int[256];
        for (int slot = 0; slot < 256; slot++) {
            all[slot] = slot;
        }
        for (int i = 0; i < 7; i++) {
            var links = new PbLink[256];
            for (int slot = 0; slot < 256; slot++) {
                links[slot] = new PbLink(cid, Bytes.utf8("%02X".formatted(slot)), 0);
            }
            cid = shard(256, 0x22, slots(all), links);
        }
        refusesEntries(bottom, "the name 'a' is in a wrong slot", cid);
    }

    private void refusesShard(String problem, Cid shard) throws IOException {
        refusesEntries(shard, problem, shard);
    }

    private void refusesEntries(Cid culprit, String problem, Cid cid) throws IOException {
        var directory = (UnixFsNode.Directory) reader.node(cid);
        refuses(
                "unixfs at byte 0: block %s: %s".formatted(culprit, problem),
                () -> reader.entries(directory));
    }

    private static void refuses(String message, Executable reading) {
        assertEquals(message, assertThrows(FormatException.class, reading).getMessage());
    }

    private byte[] read(Cid cid) throws IOException {
        return reader.contents((UnixFsNode.RegularFile) reader.node(cid)).readAllBytes();
    }

    private Cid file(List<Long> sizes, Cid... parts) {
        return node(
                UnixFsData.file(sizes, false).encode(),
                Stream.of(parts).map(MalformedUnixFsTest::link).toArray(PbLink[]::new));
    }

    private Cid shard(long fanout, long hashType, Bytes slots, PbLink... links) {
        var data = new UnixFsData(UnixFsData.Type.SHARD, slots, List.of(), hashType, fanout, 0);
        return node(data.encode(), links);
    }

    private static Bytes slots(int... slots) {
        var field = BigInteger.ZERO;
        for (int slot : slots) {
            field = field.setBit(slot);
        }
        return Bytes.wrap(field.toByteArray());
    }

    private static int slotOf(String name) {
        return (int) (NameHash.of(Bytes.utf8(name)) >>> 56);
    }

    private static PbLink link(Cid cid) {
        return new PbLink(cid, Bytes.EMPTY, 0);
    }

    private PbLink link(String name) {
        return new PbLink(leaf, Bytes.utf8(name), 4);
    }

    /// Encodes by hand, as [PbNode] would sort the links.
    private Cid node(Bytes data, PbLink... links) {
        var block = new ByteWriter();
        for (PbLink link : links) {
            block.bytes(new PbNode(List.of(link), false, Bytes.EMPTY).encode());
        }
        block.bytes(new PbNode(List.of(), data).encode());
        return block(Codec.DAG_PB, block.toBytes());
    }

    private Cid block(Codec codec, Bytes bytes) {
        var block = Block.of(codec, bytes);
        blocks.put(block);
        return block.cid();
    }
}
