package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
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
}
