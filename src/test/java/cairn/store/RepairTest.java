package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.ipld.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepairTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private static final int PINS = 5000;
    private static final int PIN_LENGTH = 1000;

    @TempDir private Path folder;

    @Test
    void answersAsBefore() throws IOException {
        var blocks = Samples.blocks(1, 200);
        try (var store = Store.open(folder)) {
            fill(store, blocks);
        }
        String before = answers(folder);
        Files.delete(folder.resolve("index.db"));

        var repaired = Store.repair(folder, Progress.NONE);
        assertEquals(new Repaired(2, 201, Optional.empty(), List.of()), repaired);
        assertEquals(before, answers(folder));
        try (var store = Store.open(folder)) {
            Samples.assertHolds(store, blocks);
            Samples.store(store, Samples.blocks(2, 10));
        }
        assertEquals(211, Store.repair(folder, Progress.NONE).blocks());
    }

    @Test
    void answersAsBeforeACollection() throws IOException {
        var blocks = Samples.blocks(3, 100);
        try (var store = Store.open(folder)) {
            fill(store, blocks);
            Samples.store(store, Samples.blocks(4, 100));
            store.collect(() -> blocks.stream().map(Block::cid).toList(), Progress.NONE);
        }
        String before = answers(folder);
        assertEquals(List.of(), Store.repair(folder, Progress.NONE).damages());
        assertEquals(before, answers(folder));
    }

    /// The new pack counts already, and the old one was not deleted any more.
    @Test
    void answersAsBeforeACollectorThatWasKilled() throws IOException {
        var blocks = Samples.blocks(10, 100);
        Path old;
        try (var store = Store.open(folder)) {
            fill(store, blocks);
            Samples.store(store, Samples.blocks(11, 100));
        }
        old = onlyPack();
        byte[] bytes = Files.readAllBytes(old);
        try (var store = Store.open(folder)) {
            store.collect(() -> blocks.stream().map(Block::cid).toList(), Progress.NONE);
        }
        assertFalse(Files.exists(old));
        Files.write(old, bytes);
        String before = answers(folder);
        Files.delete(folder.resolve("index.db"));
        assertEquals(List.of(), Store.repair(folder, Progress.NONE).damages());
        assertEquals(before, answers(folder));
    }

    @Test
    void movesTheOldIndexAside() throws IOException {
        try (var store = Store.open(folder)) {
            Samples.store(store, Samples.blocks(5, 3));
        }
        Files.writeString(
                folder.resolve("index.db"), "this is no database, and long enough for one");
        var e = assertThrows(IOException.class, () -> Store.open(folder));
        assertEquals(
                folder.resolve("index.db")
                        + ": it is damaged; 'cairn repair' rebuilds it from the packs",
                e.getMessage());
        var repaired = Store.repair(folder, Progress.NONE);
        assertEquals(3, repaired.blocks());
        assertTrue(Files.exists(repaired.aside().orElseThrow()));
        try (var store = Store.open(folder)) {
            Samples.assertHolds(store, Samples.blocks(5, 3));
        }
    }

    @Test
    void skipsDamagedFramesAndNamesThem() throws IOException {
        var first = Samples.blocks(6, 5);
        var second = Samples.blocks(7, 5);
        try (var store = Store.open(folder)) {
            Samples.store(store, first);
            Samples.store(store, second);
        }
        Path pack = onlyPack();
        byte[] bytes = Files.readAllBytes(pack);
        bytes[PackAppender.HEAD + 500] ^= 1;
        Files.write(pack, bytes);

        var repaired = Store.repair(folder, Progress.NONE);
        assertEquals(5, repaired.blocks());
        assertEquals(
                List.of("pack at byte 24: a frame's bytes do not match its checksum"),
                repaired.damages().stream().map(damage -> damage.problem()).toList());
        try (var store = Store.open(folder)) {
            Samples.assertHolds(store, second);
        }
    }

    /// A commit that says more than fits into one frame: without its first part, the rest would be
    /// read from the middle of a record.
    @Test
    void namesThePartOfACommitThatIsLost() throws IOException {
        try (var store = Store.open(folder)) {
            sayMuch(store);
        }
        Path pack = onlyPack();
        byte[] bytes = Files.readAllBytes(pack);
        bytes[PackAppender.HEAD + 500] ^= 1;
        Files.write(pack, bytes);
        var problems =
                Store.repair(folder, Progress.NONE).damages().stream()
                        .map(damage -> damage.problem().replaceAll("pack at byte \\d+: ", ""))
                        .toList();
        assertEquals(
                List.of(
                        "a frame's bytes do not match its checksum",
                        "part 1 of what commit 1 said is not before part 2"),
                problems.subList(0, 2));
        assertEquals(PINS, problems.stream().filter(each -> each.endsWith(" is lost")).count());
    }

    @Test
    void joinsThePartsOfACommit() throws IOException {
        try (var store = Store.open(folder)) {
            sayMuch(store);
        }
        assertEquals(List.of(), Store.repair(folder, Progress.NONE).damages());
        try (var store = Store.open(folder)) {
            assertEquals(PINS, store.catalog().pins().size());
        }
    }

    private static void sayMuch(Store store) throws IOException {
        var cid = Cid.of(Codec.RAW, Bytes.EMPTY);
        int _ =
                store.commit(tx -> {
                    for (int i = 0; i < PINS; i++) {
                        tx.pin(new Pin("pin " + i + " " + "x".repeat(PIN_LENGTH), cid, NOW));
                    }
                    return 0;
                });
    }

    @Test
    void findsTheNextFrameBehindADamagedHeader() throws IOException {
        try (var store = Store.open(folder)) {
            Samples.store(store, Samples.blocks(8, 5));
            Samples.store(store, Samples.blocks(9, 5));
        }
        Path pack = onlyPack();
        byte[] bytes = Files.readAllBytes(pack);
        bytes[PackAppender.HEAD + 9] ^= 1;
        Files.write(pack, bytes);
        assertEquals(5, Store.repair(folder, Progress.NONE).blocks());
        try (var store = Store.open(folder)) {
            Samples.assertHolds(store, Samples.blocks(9, 5));
        }
    }

    /// A stranger may have put there what looks like a frame, and so would say what he likes.
    @Test
    void takesNothingForAFrameThatIsTheContentOfABlock() throws IOException {
        var cid = Cid.of(Codec.RAW, Bytes.EMPTY);
        var forged = new ByteWriter();
        Journal.write(forged, new Journal.Statement.Pinned(new Pin("forged", cid, NOW)));
        byte[] noise = new byte[30_000];
        new Random(16).nextBytes(noise);
        try (var codec = new FrameCodec();
                var store = Store.open(folder)) {
            Bytes journal = codec.journal(forged.toBytes(), 1, true, 2);
            Bytes content = Bytes.wrap(noise).concat(journal).concat(Bytes.wrap(noise));
            Samples.store(store, List.of(Block.of(Codec.RAW, content)));
            int _ =
                    store.commit(tx -> {
                        tx.pin(new Pin("honest", cid, NOW));
                        return 0;
                    });
        }
        Path pack = onlyPack();
        byte[] bytes = Files.readAllBytes(pack);
        bytes[PackAppender.HEAD + 9] ^= 1;
        Files.write(pack, bytes);
        Files.delete(folder.resolve("index.db"));
        assertEquals(0, Store.repair(folder, Progress.NONE).blocks());
        try (var store = Store.open(folder)) {
            assertEquals(List.of(new Pin("honest", cid, NOW)), store.catalog().pins());
        }
    }

    /// A collection deletes the packs that the index does not name.
    @Test
    void takesWhatIsWholeOfAPackWhoseHeadIsDamaged() throws IOException {
        try (var store = Store.open(folder)) {
            Samples.store(store, Samples.blocks(15, 5));
            fill(store, Samples.blocks(14, 5));
        }
        String before = answers(folder);
        Path pack = onlyPack();
        byte[] bytes = Files.readAllBytes(pack);
        bytes[9] ^= 1;
        bytes[PackAppender.HEAD + 9] ^= 1;
        Files.write(pack, bytes);
        Files.writeString(folder.resolve("packs/stray.pack"), "no pack, and long enough for one");
        assertEquals(
                List.of(
                        "packs/%s: pack at byte 0: the pack's head is damaged"
                                .formatted(pack.getFileName()),
                        "packs/%s: pack at byte 24: a frame's header is damaged"
                                .formatted(pack.getFileName()),
                        "packs/stray.pack: pack at byte 0: this is not a pack"),
                damages());
        assertEquals(before, answers(folder));
        try (var store = Store.open(folder)) {
            Samples.assertHolds(store, Samples.blocks(14, 5));
        }
    }

    @Test
    void namesPathsWhoseReferencesAreLost() throws IOException {
        var library = Samples.path("library");
        var program = Samples.path("program", library.info().path());
        try (var store = Store.open(folder)) {
            boolean _ = store.commit(tx -> tx.register(library));
            boolean _ = store.commit(tx -> tx.register(program));
        }
        Path pack = onlyPack();
        byte[] bytes = Files.readAllBytes(pack);
        bytes[PackAppender.HEAD + FrameHeader.LENGTH + 3] ^= 1;
        Files.write(pack, bytes);
        var repaired = Store.repair(folder, Progress.NONE);
        assertEquals(0, repaired.paths());
        assertEquals(
                List.of(
                        "pack at byte 24: a frame's bytes do not match its checksum",
                        "%s refers to paths that are not here: %s"
                                .formatted(program.info().path(), library.info().path()),
                        "commits 1 to 1 are in no pack, and what they said is lost",
                        program.info().path() + " is lost",
                        library.info().path() + " is lost"),
                repaired.damages().stream().map(damage -> damage.problem()).toList());
    }

    /// Three commits by two writers at once lie in two packs.
    @Test
    void tellsWhatWasInAPackThatIsGone() throws IOException {
        var library = Samples.path("library");
        var program = Samples.path("program", library.info().path());
        try (var store = Store.open(folder);
                var one = store.writer();
                var other = store.writer()) {
            boolean _ = one.commit(tx -> tx.register(library));
            Path first = onlyPack();
            boolean _ = other.commit(tx -> tx.register(program));
            int _ =
                    other.commit(tx -> {
                        tx.pin(new Pin("a", program.cid(), NOW));
                        return 0;
                    });
            int _ =
                    one.commit(tx -> {
                        tx.pin(new Pin("b", library.cid(), NOW));
                        return 0;
                    });
            Files.move(first, folder.resolve("first.pack"));
            Files.move(onlyPack(), folder.resolve("packs/gone"));
            Files.move(folder.resolve("first.pack"), first);
        }
        Files.delete(folder.resolve("packs/gone"));
        assertEquals(
                List.of(
                        "packs: commits 2 to 3 are in no pack, and what they said is lost",
                        "index.db.before-repair-1: %s is lost".formatted(program.info().path()),
                        "index.db.before-repair-1: the pin a is lost"),
                damages());
        Files.delete(folder.resolve("index.db"));
        assertEquals(
                List.of("packs: commits 2 to 3 are in no pack, and what they said is lost"),
                damages());
    }

    private List<String> damages() throws IOException {
        return Store.repair(folder, Progress.NONE).damages().stream()
                .map(damage -> folder.relativize(damage.place()) + ": " + damage.problem())
                .toList();
    }

    /// It would be taken for a whole one, and a collection would delete the packs that it lacks.
    @Test
    void leavesNoHalfOfAnIndexWhenItIsCutOff() throws IOException {
        try (var store = Store.open(folder)) {
            fill(store, Samples.blocks(12, 20));
        }
        String before = answers(folder);
        cutOff();
        assertEquals(before, answers(folder));

        Files.delete(folder.resolve("index.db"));
        cutOff();
        var e = assertThrows(IOException.class, () -> Store.open(folder));
        assertEquals(
                folder.resolve("index.db")
                        + ": it is lost; 'cairn repair' rebuilds it from the packs",
                e.getMessage());
        assertEquals(List.of(), Store.repair(folder, Progress.NONE).damages());
        assertEquals(before, answers(folder));
    }

    private void cutOff() {
        var cancelling =
                new AtFirst("commits") {
                    @Override
                    void run() {
                        throw new CancellationException();
                    }
                };
        assertThrows(CancellationException.class, () -> Store.repair(folder, cancelling));
    }

    /// What was killed while it moved the old index aside left the old index's log.
    @Test
    void takesNoLogOfAnotherIndex() throws IOException {
        var blocks = Samples.blocks(13, 20);
        Path index = folder.resolve("index.db");
        Path log = folder.resolve("index.db-wal");
        byte[] left;
        try (var store = Store.open(folder)) {
            fill(store, blocks);
            left = Files.readAllBytes(log);
        }
        String before = answers(folder);
        Files.delete(index);
        Files.write(log, left);
        var repaired = Store.repair(folder, Progress.NONE);
        assertEquals(List.of(), repaired.damages());
        assertEquals(Optional.empty(), repaired.aside());
        assertEquals(before, answers(folder));
    }

    @Test
    void refusesAHomeThatIsOpen() throws IOException {
        try (var _ = Store.open(folder)) {
            var e = assertThrows(IOException.class, () -> Store.repair(folder, Progress.NONE));
            assertEquals(folder + " is open; close it first", e.getMessage());
        }
    }

    private static void fill(Store store, List<Block> blocks) throws IOException {
        var library = Samples.path("library");
        var program = Samples.path("program", library.info().path());
        var other = Samples.path("other", library.info().path());
        try (var writer = store.writer()) {
            for (Block block : blocks) {
                writer.put(block);
            }
            writer.put(new Block(library.cid(), Bytes.utf8("library")));
            int _ =
                    writer.commit(tx -> {
                        tx.register(library);
                        tx.register(program);
                        tx.register(other);
                        tx.pin(new Pin("a", program.cid(), NOW));
                        tx.pin(new Pin("b", program.cid(), NOW));
                        tx.realise("sha256:00!out", Bytes.utf8("{}"), false);
                        tx.log(program.info().path(), Cid.of(Codec.RAW, Bytes.EMPTY));
                        return 0;
                    });
        }
        long _ = store.commit(tx -> tx.event("board", NOW, Bytes.utf8("fact")));
        boolean _ = store.commit(tx -> tx.unpin("b"));
        boolean _ = store.commit(tx -> tx.remove(other.info().path()));
        boolean _ =
                store.commit(tx ->
                        tx.claim(
                                program.info().path(),
                                Optional.of(library.info().path()),
                                Optional.of("text:sha256:x"),
                                List.of("key:c2ln"),
                                NOW));
    }

    /// Everything that the catalog can be asked.
    private static String answers(Path folder) throws IOException {
        try (var store = Store.open(folder)) {
            var catalog = store.catalog();
            return String.join(
                    "\n",
                    catalog.paths().toString(),
                    catalog.pins().toString(),
                    catalog.realisations().toString(),
                    catalog.logs().toString(),
                    catalog.lateSignatures().toString(),
                    catalog.events("board", 0, 99).toString(),
                    catalog.changes(0, 99).toString());
        }
    }

    private Path onlyPack() throws IOException {
        try (var packs = Files.list(folder.resolve("packs"))) {
            return packs.findFirst().orElseThrow();
        }
    }
}
