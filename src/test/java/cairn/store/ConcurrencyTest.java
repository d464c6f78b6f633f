package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.ipld.Block;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many threads on one store, and several stores on one home.
class ConcurrencyTest {
    @TempDir private Path folder;

    /// To interrupt a thread that reads a file closes the file for all who read it.
    @Test
    void aReaderThatIsInterruptedDisturbsNobody() throws IOException {
        var blocks = Samples.blocks(20, 1);
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
            Thread.currentThread().interrupt();
            try {
                assertEquals(
                        Optional.of(blocks.getFirst().bytes()),
                        store.block(blocks.getFirst().cid()));
            } catch (InterruptedIOException _) {
                // It was told before the block was there.
            }
            assertTrue(Thread.interrupted());
            Samples.assertHolds(store, blocks);
        }
    }

    /// More than is kept decoded is streamed several times at once, so that its memory is used
    /// again and again; that of blocks which somebody holds is not.
    @Test
    void memoryThatIsUsedAgainBelongsToNobody() throws Exception {
        var blocks = Samples.blocks(3, 2_000);
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
            var work = new ArrayList<Callable<Void>>();
            for (int i = 0; i < 4; i++) {
                int first = i * blocks.size() / 4;
                work.add(() -> {
                    var streamed = store.streaming();
                    var held = new ArrayList<Block>();
                    for (int j = 0; j < blocks.size(); j++) {
                        var block = blocks.get((first + j) % blocks.size());
                        assertEquals(Optional.of(block.bytes()), streamed.block(block.cid()));
                        if (j % 100 == 0) {
                            held.add(
                                    new Block(block.cid(), store.block(block.cid()).orElseThrow()));
                        }
                    }
                    for (Block block : held) {
                        assertTrue(block.cid().matches(block.bytes()));
                    }
                    return null;
                });
            }
            run(work);
        }
    }

    @Test
    void manyMakeAHomeAtOnce() throws Exception {
        var work = new ArrayList<Callable<Void>>();
        for (int i = 0; i < 8; i++) {
            var blocks = Samples.blocks(i, 1);
            work.add(() -> {
                try (var store = Store.open(folder)) {
                    Samples.store(store, blocks);
                }
                return null;
            });
        }
        run(work);
        try (var store = Store.open(folder)) {
            assertEquals(8, store.statistics().blocks());
        }
    }

    @Test
    void threadsShareAWriter() throws Exception {
        var blocks = Samples.blocks(1, 200);
        try (var store = Store.open(folder);
                var writer = store.writer()) {
            var work = new ArrayList<Callable<Void>>();
            for (int i = 0; i < 4; i++) {
                work.add(() -> {
                    for (Block block : blocks) {
                        writer.put(block);
                    }
                    return null;
                });
            }
            run(work);
            writer.commit();
            Samples.assertHolds(store, blocks);
            assertEquals(200, store.statistics().blocks());
        }
    }

    /// Both looked for the blocks before either had committed them.
    @Test
    void ofTwoWritersOfTheSameBlocksOneAddsThem() throws IOException {
        var blocks = Samples.blocks(4, 70);
        long bytes = blocks.stream().mapToLong(block -> block.bytes().length()).sum();
        try (var store = Store.open(folder);
                var other = Store.open(folder);
                var first = store.writer();
                var second = other.writer()) {
            for (Block block : blocks) {
                first.put(block);
                second.put(block);
            }
            first.settle();
            second.settle();
            first.commit();
            second.commit();
            assertEquals(List.of(70L, bytes), List.of(first.newBlocks(), first.newBytes()));
            assertEquals(List.of(0L, 0L), List.of(second.newBlocks(), second.newBytes()));
        }
    }

    /// Writers come and go, readers read what is pinned, while packs are collected and repacked.
    @Test
    void everythingAtOnce() throws Exception {
        var kept = Samples.blocks(2, 40);
        try (var store = Store.open(folder);
                var other = Store.open(folder)) {
            Samples.store(store, kept);
            int _ =
                    store.commit(tx -> {
                        for (Block block : kept) {
                            tx.pin(new Pin(block.cid().toString(), block.cid(), Instant.EPOCH));
                        }
                        return 0;
                    });
            var done = new AtomicBoolean();
            var work = new ArrayList<Callable<Void>>();
            for (Store each : List.of(store, other)) {
                work.add(() -> {
                    while (!done.get()) {
                        Samples.assertHolds(each, kept);
                    }
                    return null;
                });
                work.add(() -> {
                    try {
                        for (int round = 0; round < 6; round++) {
                            writeAndCheck(each, round);
                        }
                    } finally {
                        done.set(true);
                    }
                    return null;
                });
            }
            work.add(() -> {
                try {
                    while (!done.get()) {
                        store.collect(Roots.NONE, Progress.NONE);
                        store.repack(Progress.NONE);
                    }
                } finally {
                    done.set(true);
                }
                return null;
            });
            run(work);
            store.verifyAll(Progress.NONE, found -> assertTrue(found.isHealthy()));
            Samples.assertHolds(store, kept);
        }
    }

    @Test
    void anInterruptCostsNobodyElseHisBlock() throws Exception {
        var blocks = Samples.blocks(3, 100);
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
        }
        try (var store = Store.open(folder)) {
            for (Block block : blocks) {
                var reader =
                        Thread.startVirtualThread(() -> {
                            Thread.currentThread().interrupt();
                            try {
                                var _ = store.block(block.cid());
                            } catch (IOException _) {
                                // Whoever is interrupted may be refused.
                            }
                        });
                assertEquals(Optional.of(block.bytes()), store.block(block.cid()));
                reader.join();
            }
        }
    }

    /// Whatever is collected meanwhile, what a writer put is there until it closes.
    private static void writeAndCheck(Store store, long seed) throws IOException {
        try (var writer = store.writer()) {
            for (int i = 0; i < 3; i++) {
                var blocks = Samples.blocks(100 + seed + i, 10);
                for (Block block : blocks) {
                    writer.put(block);
                }
                writer.commit();
                Samples.assertHolds(store, blocks);
            }
            for (int i = 0; i < 3; i++) {
                Samples.assertHolds(store, Samples.blocks(100 + seed + i, 10));
            }
        }
    }

    private static void run(List<Callable<Void>> work) throws Exception {
        try (var threads = Executors.newCachedThreadPool()) {
            for (Future<Void> task : threads.invokeAll(work)) {
                task.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError failed) {
                throw failed;
            }
            throw e;
        }
    }
}
