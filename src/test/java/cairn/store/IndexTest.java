package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexTest {
    private static final String LEVEL = "PRAGMA synchronous";

    @TempDir private Path folder;

    /// Packs are deleted only once the index on the disk names them no more.
    @Test
    void waitsForTheDiskWhereItIsAskedTo() throws IOException {
        try (var store = Store.open(folder, Synchronous.NORMAL)) {
            var index = store.index();
            assertEquals(1, (long) index.write(database -> database.number(LEVEL)));
            assertEquals(2, (long) index.writeDurably(database -> database.number(LEVEL)));
            assertEquals(1, (long) index.write(database -> database.number(LEVEL)));
        }
    }

    /// The process that wrote it has ended since its log was seen, and put all into the database.
    @Test
    void copiesAnIndexWhoseLogIsGone() throws IOException {
        try (var store = Store.open(folder)) {
            Samples.store(store, Samples.blocks(1, 3));
        }
        Path index = folder.resolve("index.db");
        Path copy = folder.resolve("copy.db");
        Path log = Files.writeString(folder.resolve("copy.db-wal"), "of an earlier attempt");
        Index.copyAtRest(index, copy);
        assertEquals(-1, Files.mismatch(index, copy));
        assertFalse(Files.exists(log));
    }
}
