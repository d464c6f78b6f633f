package cairn.store;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.SmallDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
    private static final int PAGE = 4096;

    @TempDir private Path disk;
    private SmallDisk mounted;

    @BeforeEach
    void mount() throws Exception {
        mounted = SmallDisk.mount(disk, "8m");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted != null) {
            mounted.close();
        }
    }

    /// Wherever in its first commit the disk was full, the same store goes on once there is room.
    @Test
    void writesAgainOnceThereIsRoom() throws Exception {
        int failed = 0;
        for (int free = 0; free < 1 << 16; free += PAGE) {
            var blocks = Samples.blocks(free, 2);
            try (var store = Store.open(disk.resolve("home-" + free))) {
                fillButFor(free);
                try {
                    Samples.store(store, blocks);
                } catch (IOException e) {
                    failed++;
                    assertTrue(
                            String.valueOf(e.getMessage()).endsWith(": the disk is full"),
                            e::toString);
                }
                Files.delete(filler());
                Samples.store(store, blocks);
                Samples.assertHolds(store, blocks);
            }
        }
        assertTrue(failed > 4, failed + " were cut off");
    }

    private Path filler() {
        return disk.resolve("filler");
    }

    private void fillButFor(long free) throws IOException {
        try (var filler = new RandomAccessFile(filler().toFile(), "rw")) {
            byte[] page = new byte[PAGE];
            assertThrows(
                    IOException.class,
                    () -> {
                        while (true) {
                            filler.write(page);
                        }
                    });
            filler.setLength(filler.length() - free);
        }
    }
}
