package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseTest {
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

    /// One thread finds a block, the sweep takes it, another thread looks at the count, and only
    /// then the first relies on what it found.
    @Test
    void relyingFailsAfterASweepThatAnotherThreadSaw() throws IOException {
        var key = BlockKey.of(Samples.blocks(1, 1).getFirst().cid());
        var other = BlockKey.of(Samples.blocks(2, 1).getFirst().cid());
        try (var pack = PackAppender.take(store.index(), store.leases(), store.home());
                var lease = Lease.begin(store, pack.row())) {
            long seen = lease.sweeps();
            store.collect(Roots.NONE, Progress.NONE);
            assertFalse(lease.rely(Set.of(other), lease.sweeps()));
            assertFalse(lease.rely(Set.of(key), seen));
            assertTrue(lease.rely(Set.of(key), lease.sweeps()));
        }
    }

    /// Otherwise all that is here would be written again until the next collection.
    @Test
    void aCollectorThatWasKilledInItsSweepDisturbsNobody() throws IOException {
        var blocks = Samples.blocks(3, 5);
        Samples.store(store, blocks);
        int _ =
                store.index()
                        .write(database ->
                                database.change(
                                        "UPDATE counter SET value = 1 WHERE name = 'sweeps'"));
        try (var writer = store.writer()) {
            for (var block : blocks) {
                writer.put(block);
            }
            assertEquals(0, writer.newBlocks());
        }
    }
}
