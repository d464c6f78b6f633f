package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.HashFunction;
import cairn.cid.Multihash;
import cairn.ipld.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir private Path folder;

    /// Else it could not be read back when the index is rebuilt.
    @Test
    void refusesToSayMoreThanAJournalHolds() throws IOException {
        Bytes data = Bytes.wrap(new byte[64 << 20]);
        try (var store = Store.open(folder)) {
            var e =
                    assertThrows(
                            IOException.class,
                            () -> store.commit(tx -> tx.event("topic", Instant.EPOCH, data)));
            assertEquals(
                    "what one statement says has 67108875 bytes; at most 67108864 are kept",
                    e.getMessage());
            assertEquals(List.of(), store.catalog().events("topic", 0, 9));
        }
    }

    @Test
    void givesBackWhatWasCommitted() throws IOException {
        var blocks = Samples.blocks(1, 300);
        try (var store = Store.open(folder);
                var writer = store.writer()) {
            for (Block block : blocks) {
                writer.put(block);
            }
            for (Block block : blocks) {
                assertEquals(Optional.of(block.bytes()), writer.block(block.cid()));
                assertEquals(Optional.empty(), store.block(block.cid()));
            }
            writer.commit();
            Samples.assertHolds(store, blocks);
        }
        try (var store = Store.open(folder)) {
            Samples.assertHolds(store, blocks);
            assertEquals(
                    blocks.getFirst().bytes().length(),
                    store.size(blocks.getFirst().cid()).orElseThrow());
        }
    }

    @Test
    void forgetsWhatWasNotCommitted() throws IOException {
        var blocks = Samples.blocks(2, 50);
        try (var store = Store.open(folder)) {
            try (var writer = store.writer()) {
                for (Block block : blocks) {
                    writer.put(block);
                }
            }
            assertEquals(
                    blocks.stream().map(Block::cid).toList(),
                    store.missing(blocks.stream().map(Block::cid).toList()));
        }
    }

    @Test
    void keepsEveryBlockOnce() throws IOException {
        var blocks = Samples.blocks(3, 100);
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
            long size = Samples.size(folder.resolve("packs"));
            Samples.store(store, blocks);
            assertEquals(size, Samples.size(folder.resolve("packs")));
        }
    }

    @Test
    void findsABlockUnderAnyCodecAndVersion() throws IOException {
        var block = Block.of(Codec.DAG_PB, Bytes.utf8("one"));
        try (var store = Store.open(folder)) {
            Samples.store(store, List.of(block));
            for (Cid cid :
                    List.of(
                            new Cid(0, Codec.DAG_PB.code(), block.cid().hash()),
                            Cid.of(Codec.RAW, block.cid().hash()))) {
                assertEquals(Optional.of(block.bytes()), store.block(cid));
            }
        }
    }

    @Test
    void keepsBlocksOfOtherHashFunctions() throws IOException {
        var bytes = Bytes.utf8("two");
        var sha512 =
                Cid.of(
                        Codec.RAW,
                        new Multihash(
                                HashFunction.SHA2_512.code(), HashFunction.SHA2_512.hash(bytes)));
        try (var store = Store.open(folder)) {
            Samples.store(store, List.of(new Block(sha512, bytes)));
            assertEquals(Optional.of(bytes), store.block(sha512));
            assertFalse(store.has(Cid.of(Codec.RAW, bytes)));
        }
    }

    @Test
    void findsInAnyOrderWhatIsReadInOrder() throws IOException {
        var blocks = Samples.blocks(6, 100);
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
            for (var source : List.of(store.inOrder(), store.streaming())) {
                for (Block block : blocks) {
                    assertEquals(Optional.of(block.bytes()), source.block(block.cid()));
                }
                for (Block block : blocks.reversed()) {
                    assertEquals(Optional.of(block.bytes()), source.block(block.cid()));
                }
                for (Block unknown : Samples.blocks(7, 3)) {
                    assertEquals(Optional.empty(), source.block(unknown.cid()));
                }
            }
        }
    }

    @Test
    void needsNoStoreForInlineData() throws IOException {
        var inline = Cid.of(Codec.RAW, new Multihash(HashFunction.IDENTITY_CODE, Bytes.utf8("x")));
        try (var store = Store.open(folder)) {
            assertEquals(Optional.of(Bytes.utf8("x")), store.block(inline));
            assertTrue(store.has(inline));
        }
    }

    @Test
    void keepsEmptyAndLargeBlocks() throws IOException {
        var large = new byte[Block.MAX_SIZE];
        new Random(4).nextBytes(large);
        var blocks =
                List.of(
                        Block.of(Codec.RAW, Bytes.utf8("before")),
                        Block.of(Codec.RAW, Bytes.EMPTY),
                        Block.of(Codec.RAW, Bytes.wrap(large)),
                        Block.of(Codec.RAW, Bytes.utf8("after")));
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
            Samples.assertHolds(store, blocks);
            assertThrows(
                    IOException.class,
                    () ->
                            Samples.store(
                                    store,
                                    List.of(
                                            Block.of(
                                                    Codec.RAW,
                                                    Bytes.wrap(new byte[Block.MAX_SIZE + 1])))));
        }
    }

    @Test
    void registersPathsWithTheirReferences() throws IOException {
        var library = Samples.path("library");
        var program = Samples.path("program", library.info().path());
        try (var store = Store.open(folder)) {
            boolean fresh = store.commit(tx -> tx.register(library) && tx.register(program));
            assertTrue(fresh);
            var catalog = store.catalog();
            assertEquals(Optional.of(program), catalog.path(program.info().path()));
            assertEquals(Optional.of(library), catalog.path(library.info().path().hash()));
            assertEquals(List.of(program), catalog.named(program.tree()));
            assertEquals(List.of(library), catalog.withNar(library.info().narHash()));
            assertEquals(List.of(program.info().path()), catalog.referrers(library.info().path()));
            assertEquals(List.of(program), catalog.beginning("prog", 10));
            assertEquals(
                    List.of("library", "program"),
                    catalog.list("R", 0, 10).stream().map(row -> row.path().name()).toList());
            assertEquals(1, catalog.count("gram"));
            assertEquals(catalog.list("", 0, 10), catalog.summaries());
        }
    }

    @Test
    void refusesAPathWhoseReferencesAreMissing() throws IOException {
        var library = Samples.path("library");
        var program = Samples.path("program", library.info().path());
        try (var store = Store.open(folder)) {
            var e = assertThrows(IOException.class, () -> store.commit(tx -> tx.register(program)));
            assertEquals(
                    program.info().path()
                            + " refers to paths that are not here: "
                            + library.info().path(),
                    e.getMessage());
            assertEquals(0, store.catalog().count(""));
        }
    }

    @Test
    void remembersEverythingElse() throws IOException {
        var pin = new Pin("top", Cid.of(Codec.RAW, Bytes.EMPTY), NOW);
        var path = Samples.path("program");
        try (var store = Store.open(folder)) {
            long cursor =
                    store.commit(tx -> {
                        tx.register(path);
                        tx.pin(pin);
                        tx.pin(new Pin("other", pin.cid(), NOW));
                        tx.realise("sha256:00!out", Bytes.utf8("{}"), true);
                        tx.log(path.info().path(), pin.cid());
                        return tx.event("board", NOW, Bytes.utf8("fact"));
                    });
            assertEquals(true, store.commit(tx -> tx.unpin("other")));
            assertEquals(false, store.commit(tx -> tx.unpin("other")));
            assertEquals(
                    true,
                    store.commit(tx ->
                            tx.claim(
                                    path.info().path(),
                                    Optional.empty(),
                                    Optional.of("text:sha256:x"),
                                    List.of("key:c2ln"),
                                    NOW)));
            var catalog = store.catalog();
            assertEquals(
                    List.of(new Catalog.LateSignature(path.info().path(), "key:c2ln", NOW)),
                    catalog.lateSignatures());
            assertEquals(List.of(pin), catalog.pins());
            assertEquals(
                    Optional.of(
                            new Catalog.StoredRealisation("sha256:00!out", Bytes.utf8("{}"), true)),
                    catalog.realisation("sha256:00!out"));
            assertEquals(Optional.of(pin.cid()), catalog.log(path.info().path()));
            assertEquals(
                    List.of(new Catalog.Event(cursor, "board", NOW, Bytes.utf8("fact"))),
                    catalog.events("board", 0, 10));
            assertEquals(
                    List.of("key:c2ln"),
                    catalog.path(path.info().path()).orElseThrow().info().signatures());
            assertEquals(
                    List.of("path", "pin", "pin", "realisation", "log", "event", "unpin", "claim"),
                    catalog.changes(0, 99).stream().map(Catalog.Change::kind).toList());
        }
    }

    @Test
    void undoesACommitThatFails() throws IOException {
        var block = Block.of(Codec.RAW, Bytes.utf8("kept for later"));
        try (var store = Store.open(folder);
                var writer = store.writer()) {
            writer.put(block);
            assertThrows(
                    IOException.class,
                    () ->
                            writer.commit(tx -> {
                                tx.pin(new Pin("a", block.cid(), NOW));
                                throw new IOException("changed my mind");
                            }));
            assertEquals(List.of(), store.catalog().pins());
            assertFalse(store.has(block.cid()));
            writer.commit();
            assertEquals(Optional.of(block.bytes()), store.block(block.cid()));
        }
    }

    @Test
    void opensForReadingOnly() throws IOException {
        var blocks = Samples.blocks(5, 10);
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
        }
        try (var store = Store.openReadOnly(folder)) {
            Samples.assertHolds(store, blocks);
            var e = assertThrows(IOException.class, store::writer);
            assertEquals(folder + " can only be read", e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void opensAnIndexThatLacksTheTablesThatCameLater(boolean readOnly) throws Exception {
        var path = Samples.path("a");
        try (var store = Store.open(folder)) {
            store.commit(tx -> tx.register(path));
            store.noteDamage(path.info().path(), "a block is missing");
        }
        String url = "jdbc:sqlite:" + folder.resolve("index.db");
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.executeUpdate("DROP TABLE damage; DROP TABLE access");
        }
        try (var store = readOnly ? Store.openReadOnly(folder) : Store.open(folder)) {
            assertEquals(Optional.empty(), store.catalog().damage(path.info().path()));
            assertEquals(List.of(), store.catalog().damaged());
            assertEquals(0, store.statistics().damaged());
            store.noteDamage(path.info().path(), "a block is missing");
            assertEquals(readOnly ? 0 : 1, store.statistics().damaged());
        }
    }

    @Test
    void givesTheReferencesAsNumbers() throws IOException {
        var a = Samples.path("a");
        var b = Samples.path("b", a.info().path());
        var c = Samples.path("c", a.info().path(), b.info().path());
        try (var store = Store.open(folder)) {
            store.commit(tx -> tx.register(a) && tx.register(b) && tx.register(c));
            var references = store.catalog().references();
            var edges = new ArrayList<String>();
            for (int i = 0; i < references.from().length; i++) {
                edges.add(
                        references.paths().get(references.from()[i]).name()
                                + references.paths().get(references.to()[i]).name());
            }
            assertEquals(List.of("ba", "ca", "cb"), edges);
        }
    }
}
