package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Codec;
import cairn.ipld.Block;
import cairn.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackerTest {
    private static final int LENGTH = 1 << 18;
    private static final int ENOUGH = 256;

    @TempDir private Path folder;
    private final AtomicInteger asked = new AtomicInteger();

    @BeforeEach
    void bring() throws IOException {
        bring(0, ENOUGH - 2);
    }

    @Test
    void waitsUntilItIsWorthwhile() throws IOException {
        try (var store = Store.open(folder);
                var packer = new Packer(store, () -> true)) {
            long before = store.looseBytes();
            assertTrue(packer.pack());
            assertEquals(before, store.looseBytes());
        }
        bring(ENOUGH, ENOUGH + 3);
        try (var store = Store.open(folder);
                var packer = new Packer(store, () -> true)) {
            assertTrue(packer.pack());
            assertEquals(0, store.looseBytes());
            assertEquals(content(7).bytes(), store.block(content(7).cid()).orElseThrow());
        }
    }

    @Test
    void givesWayToWhoeverComes() throws IOException {
        bring(ENOUGH, ENOUGH + 3);
        try (var store = Store.open(folder);
                var packer = new Packer(store, () -> asked.incrementAndGet() < 50)) {
            long before = store.looseBytes();
            assertEquals(false, packer.pack());
            assertEquals(50, asked.get());
            assertEquals(before, store.looseBytes());
            assertEquals(content(7).bytes(), store.block(content(7).cid()).orElseThrow());
        }
    }

    private void bring(int from, int to) throws IOException {
        try (var store = Store.open(folder);
                var writer = store.looseWriter()) {
            for (int i = from; i < to; i++) {
                writer.put(content(i));
            }
            writer.commit();
        }
    }

    /// As long as a block of a file, and easily compressed.
    private static Block content(int number) {
        return Block.of(Codec.RAW, Bytes.utf8("%08d".formatted(number) + "x".repeat(LENGTH - 8)));
    }
}
