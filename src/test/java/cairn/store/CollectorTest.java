package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.ipld.Block;
import cairn.ipld.DagCbor;
import cairn.ipld.Node;
import cairn.nix.StorePath;
import cairn.unixfs.MissingBlockException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CollectorTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir private Path folder;
    private Store store;

    @BeforeEach
    void open() throws IOException {
        store = Store.open(folder);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    @Test
    void keepsAnEmptyBlockThatHasAFrameToItself() throws IOException {
        var empty = List.of(Block.of(Codec.RAW, Bytes.EMPTY));
        Samples.store(store, empty);
        Samples.store(store, Samples.blocks(2, 40));
        pin("root", empty.getFirst().cid());
        assertEquals(40, collect().blocks());
        Samples.assertHolds(store, empty);
    }

    @Test
    void takesWhatNothingKeeps() throws IOException {
        var kept = Samples.blocks(1, 40);
        var lost = Samples.blocks(2, 40);
        var root = node(kept);
        Samples.store(store, kept);
        Samples.store(store, lost);
        Samples.store(store, List.of(root));
        pin("root", root.cid());

        assertEquals(40, collect().blocks());

        Samples.assertHolds(store, kept);
        Samples.assertHolds(store, List.of(root));
        assertEquals(cids(lost), store.missing(cids(lost)));
        assertEquals(new Collected(0, 0, 0, List.of()), collect());
    }

    @Test
    void keepsWhatTheCallerNames() throws IOException {
        var blocks = Samples.blocks(3, 5);
        Samples.store(store, blocks);
        store.collect(() -> Set.of(blocks.get(2).cid()), Progress.NONE);
        assertEquals(
                List.of(true, false),
                List.of(store.has(blocks.get(2).cid()), store.has(blocks.get(3).cid())));
    }

    /// Whole frames, partly used ones, packs of journals alone, again and again: the prediction is
    /// exact, what is left is intact, and nothing that is needed goes.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void predictsToTheByte(long seed) throws IOException {
        var random = new Random(seed);
        var pinned = new ArrayList<List<Block>>();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 4; i++) {
                var blocks = Samples.blocks(random.nextLong(), 1 + random.nextInt(60));
                var some = new ArrayList<>(blocks);
                some.removeIf(_ -> random.nextInt(3) == 0);
                var root = node(some);
                some.add(root);
                Samples.store(store, blocks);
                Samples.store(store, some);
                pin("root-" + pinned.size(), root.cid());
                pinned.add(some);
            }
            int victim = random.nextInt(pinned.size());
            boolean _ = store.commit(tx -> tx.unpin("root-" + victim));
            pinned.set(victim, List.of());
            long before = Samples.size(folder.resolve("packs"));

            var promised = store.tryCollecting(Roots.NONE, Progress.NONE);
            assertEquals(before, Samples.size(folder.resolve("packs")));
            assertEquals(promised, collect());

            assertEquals(before - promised.bytes(), Samples.size(folder.resolve("packs")));
            for (var blocks : pinned) {
                Samples.assertHolds(store, blocks);
            }
            store.verifyAll(Progress.NONE, found -> assertTrue(found.isHealthy()));
        }
    }

    @Test
    void removesPathsThatNothingKeeps() throws IOException {
        var library = path("library");
        var program = path("program", library);
        var other = path("other", library);
        store.commit(tx -> tx.register(library) && tx.register(program) && tx.register(other));
        pin("program", program.cid());

        var promised = store.tryCollecting(Roots.NONE, Progress.NONE);
        assertEquals(1, promised.paths());
        long before = Samples.size(folder.resolve("packs"));
        assertEquals(promised, collect());
        assertEquals(before - promised.bytes(), Samples.size(folder.resolve("packs")));
        assertEquals(
                List.of(library, program).stream()
                        .map(path -> path.info().path())
                        .sorted()
                        .toList(),
                store.catalog().paths().stream().map(path -> path.info().path()).toList());
        assertEquals(
                List.of(program.info().path()), store.catalog().referrers(library.info().path()));
    }

    /// To journal the removal takes more than is won.
    @Test
    void neverTellsLessThanNothing() throws IOException {
        boolean _ = store.commit(tx -> tx.register(Samples.path("path")));
        long before = Samples.size(folder.resolve("packs"));
        var promised = store.tryCollecting(Roots.NONE, Progress.NONE);
        assertEquals(new Collected(1, 0, 0, List.of()), promised);
        assertEquals(promised, collect());
        assertTrue(Samples.size(folder.resolve("packs")) > before);
    }

    /// Between the look at its frames and the taking of its lock.
    @Test
    void leavesAPackAloneThatAWriterMakesLongerMeanwhile() throws IOException {
        var late = Samples.blocks(13, 10);
        Samples.store(store, Samples.blocks(12, 40));
        store.collect(
                Roots.NONE,
                new AtFirst("packs") {
                    @Override
                    void run() throws IOException {
                        Samples.store(store, late);
                    }
                });
        Samples.assertHolds(store, late);
    }

    @Test
    void keepsWhatAPathNeedsWhoseNodeIsLost() throws IOException {
        var library = path("library");
        var program = path("program", library);
        store.commit(tx -> tx.register(library) && tx.register(program));
        pin("program", program.cid());
        int _ =
                store.index()
                        .write(database ->
                                database.change(
                                        "DELETE FROM block WHERE key = ?",
                                        BlockKey.of(program.cid())));
        assertEquals(0, collect().paths());
        assertTrue(store.has(library.cid()));
    }

    @Test
    void sparesWhatAnOpenWriterCommitted() throws IOException {
        var blocks = Samples.blocks(4, 10);
        try (var writer = store.writer()) {
            for (Block block : blocks) {
                writer.put(block);
            }
            writer.commit();
            assertEquals(0, collect().blocks());
            Samples.assertHolds(store, blocks);
        }
        assertEquals(10, collect().blocks());
    }

    @Test
    void sparesWhatAnOpenWriterFound() throws IOException {
        var blocks = Samples.blocks(5, 10);
        Samples.store(store, blocks);
        try (var writer = store.writer()) {
            assertTrue(writer.has(blocks.get(3).cid()));
            writer.put(blocks.get(3));
            assertEquals(9, collect().blocks());
            writer.commit();
            Samples.assertHolds(store, blocks.subList(3, 4));
        }
    }

    /// What is put is looked up when its frame is full.
    @Test
    void writesAgainWhatWentAfterItWasPut() throws IOException {
        var blocks = Samples.blocks(5, 10);
        Samples.store(store, blocks);
        try (var writer = store.writer()) {
            writer.put(blocks.get(3));
            assertEquals(10, collect().blocks());
            writer.commit();
            Samples.assertHolds(store, blocks.subList(3, 4));
            assertEquals(1, writer.newBlocks());
        }
    }

    @Test
    void leavesOutOfAFrameWhatIsHere() throws IOException {
        var blocks = Samples.blocks(5, 10);
        Samples.store(store, List.of(blocks.get(0), blocks.get(4), blocks.get(9)));
        try (var writer = store.writer()) {
            for (Block block : blocks) {
                writer.put(block);
            }
            writer.commit();
            assertEquals(7, writer.newBlocks());
            assertEquals(
                    blocks.stream().mapToLong(block -> block.bytes().length()).sum()
                            - blocks.get(0).bytes().length()
                            - blocks.get(4).bytes().length()
                            - blocks.get(9).bytes().length(),
                    writer.newBytes());
            Samples.assertHolds(store, blocks);
        }
    }

    @Test
    void sparesAPathThatAnOpenWriterFound() throws IOException {
        var blocks = Samples.blocks(6, 10);
        var node = node(blocks);
        var info = Samples.path("program").info();
        Samples.store(store, blocks);
        Samples.store(store, List.of(node));
        store.commit(tx -> tx.register(new StoredPath(info, node.cid(), node.cid(), NOW)));
        try (var writer = store.writer()) {
            assertTrue(writer.has(node.cid()));
            assertEquals(new Collected(0, 0, 0, List.of()), collect());
        }
        assertEquals(1, collect().paths());
    }

    @Test
    void writesAgainWhatASweepTookFromUnderAWriter() throws IOException {
        var blocks = Samples.blocks(7, 10);
        Samples.store(store, blocks);
        try (var writer = store.writer()) {
            writer.put(Block.of(Codec.RAW, Bytes.utf8("begins the lease")));
            collect();
            assertFalse(writer.has(blocks.getFirst().cid()));
            for (Block block : blocks) {
                writer.put(block);
            }
            writer.commit();
        }
        Samples.assertHolds(store, blocks);
    }

    @Test
    void readersFollowABlockToItsNewPack() throws IOException {
        var kept = Samples.blocks(8, 30);
        var root = node(kept);
        Samples.store(store, Samples.blocks(9, 200));
        Samples.store(store, kept);
        Samples.store(store, List.of(root));
        pin("root", root.cid());
        try (var reader = Store.open(folder)) {
            Samples.assertHolds(reader, kept.subList(0, 1));
            collect();
            Samples.assertHolds(reader, kept);
            assertEquals(List.of(), deletedFilesThatAreOpen());
        }
    }

    @Test
    void deletesWhatDeadWritersLeft() throws IOException {
        Samples.store(store, Samples.blocks(10, 3));
        pinAll();
        var stray = folder.resolve("packs/0123456789abcdef.pack");
        Files.writeString(stray, "left behind");
        assertEquals(11, store.tryCollecting(Roots.NONE, Progress.NONE).bytes());
        assertTrue(Files.exists(stray));
        assertEquals(11, collect().bytes());
        assertFalse(Files.exists(stray));
    }

    /// It may have led to anything.
    @Test
    void takesNothingWhileABlockThatIsNeededIsDamaged() throws IOException {
        var root = node(Samples.blocks(14, 3));
        Samples.store(store, Samples.blocks(14, 3));
        Samples.store(store, List.of(root));
        pin("root", root.cid());
        Path pack;
        try (var packs = Files.list(folder.resolve("packs"))) {
            pack = packs.findFirst().orElseThrow();
        }
        byte[] sound = Files.readAllBytes(pack);
        var at = store.index().locate(BlockKey.of(root.cid())).orElseThrow().frame();
        byte[] damaged = sound.clone();
        damaged[(int) at.end() - 1] ^= 1;
        var nothing = new Collected(0, 0, 0, List.of(root.cid()));
        for (byte[] bytes : List.of(damaged, Arrays.copyOf(sound, (int) at.end() - 1))) {
            Files.write(pack, bytes);
            reopen();
            assertEquals(nothing, store.tryCollecting(Roots.NONE, Progress.NONE));
            assertEquals(nothing, collect());
        }
        Files.write(pack, sound);
        reopen();
        Samples.assertHolds(store, Samples.blocks(14, 3));
    }

    @Test
    void predictsAlsoWhereNothingMayBeWritten() throws IOException {
        Samples.store(store, Samples.blocks(15, 30));
        var promised = store.tryCollecting(Roots.NONE, Progress.NONE);
        store.close();
        store = Store.openReadOnly(folder);
        assertEquals(promised, store.tryCollecting(Roots.NONE, Progress.NONE));
        reopen();
        assertEquals(promised, collect());
    }

    /// By another process, before what is to go is decided and after.
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatIsPinnedDuringASweepIsWholeOrRefused(int moment) throws Exception {
        var leaves = Samples.blocks(16, 3);
        var root = node(leaves);
        Samples.store(store, leaves);
        Samples.store(store, List.of(root));
        try (var other = Store.open(folder);
                var thread = Executors.newSingleThreadExecutor()) {
            var pin = new Pin("late", root.cid(), NOW);
            var pinning =
                    new FutureTask<Object>(() -> {
                        other.pin(List.of(pin));
                        return pin;
                    });
            var asked = new AtomicInteger();
            store.collect(
                    () -> {
                        if (asked.incrementAndGet() == moment) {
                            thread.execute(pinning);
                        }
                        if (moment == 1) {
                            finish(pinning);
                        }
                        return Set.of();
                    },
                    Progress.NONE);
            if (moment == 1) {
                Samples.assertHolds(store, leaves);
            } else {
                var refused = assertThrows(ExecutionException.class, pinning::get);
                assertInstanceOf(MissingBlockException.class, refused.getCause());
            }
            assertEquals(moment == 1 ? List.of(pin) : List.of(), store.catalog().pins());
        }
    }

    private static void finish(FutureTask<Object> task) throws IOException {
        try {
            var _ = task.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IOException(e);
        }
    }

    private void reopen() throws IOException {
        store.close();
        store = Store.open(folder);
    }

    @Test
    void canBeCancelled() throws IOException {
        Samples.store(store, Samples.blocks(11, 30));
        var cancelled =
                new Progress() {
                    @Override
                    public void step(String what, long done, long total) {}

                    @Override
                    public boolean isCancelled() {
                        return true;
                    }
                };
        assertThrows(CancellationException.class, () -> store.collect(Roots.NONE, cancelled));
        assertTrue(collect().bytes() > 0);
        assertEquals(PackAppender.HEAD + FrameHeader.LENGTH, Samples.size(folder.resolve("packs")));
    }

    /// What still takes room on the disk, as Linux tells it.
    private List<String> deletedFilesThatAreOpen() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(descriptors));
        var deleted = new ArrayList<String>();
        try (var files = Files.list(descriptors)) {
            for (Path file : files.filter(Files::isSymbolicLink).toList()) {
                String target = Files.readSymbolicLink(file).toString();
                if (target.startsWith(folder.toString()) && target.endsWith(" (deleted)")) {
                    deleted.add(target);
                }
            }
        }
        return deleted;
    }

    private Collected collect() throws IOException {
        return store.collect(Roots.NONE, Progress.NONE);
    }

    private void pinAll() throws IOException {
        for (Block block : Samples.blocks(10, 3)) {
            pin(block.cid().toString(), block.cid());
        }
    }

    private void pin(String name, Cid cid) throws IOException {
        int _ =
                store.commit(tx -> {
                    tx.pin(new Pin(name, cid, NOW));
                    return 0;
                });
    }

    /// A path whose node is stored and links to those of its references.
    private StoredPath path(String name, StoredPath... references) throws IOException {
        var node =
                node(
                        List.of(references).stream()
                                .map(path -> new Block(path.cid(), Bytes.EMPTY))
                                .toList());
        var named =
                Block.of(
                        Codec.DAG_CBOR,
                        DagCbor.encode(
                                new Node.List(
                                        List.of(
                                                new Node.Text(name),
                                                DagCbor.decode(node.bytes())))));
        Samples.store(store, List.of(named));
        var info =
                Samples.path(
                                name,
                                List.of(references).stream()
                                        .map(path -> path.info().path())
                                        .toArray(StorePath[]::new))
                        .info();
        return new StoredPath(info, named.cid(), named.cid(), NOW);
    }

    private static Block node(List<Block> links) {
        return Block.of(
                Codec.DAG_CBOR,
                DagCbor.encode(
                        new Node.List(
                                links.stream()
                                        .<Node>map(block -> new Node.Link(block.cid()))
                                        .toList())));
    }

    private static List<Cid> cids(List<Block> blocks) {
        return blocks.stream().map(Block::cid).toList();
    }
}
