package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
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

    /// The lock is let go when this has said that it waits, so there is no other way to the end.
    @Test
    void saysThatItWaitsForAnotherWriter() throws Exception {
        try (var store = Store.open(folder);
                var other =
                        Database.open(
                                folder.resolve("index.db"),
                                Database.Mode.WRITE,
                                Synchronous.NORMAL)) {
            other.script("BEGIN IMMEDIATE");
            var said = new LinkedBlockingQueue<String>();
            var logger = Logger.getLogger(WriterWait.class.getName());
            var listener = new Listener(said);
            logger.setUseParentHandlers(false);
            logger.addHandler(listener);
            try {
                var written =
                        CompletableFuture.supplyAsync(() -> {
                            try {
                                return store.index().write(database -> "written");
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
                assertEquals(
                        folder.resolve("index.db") + ": waiting for another process that writes",
                        said.take());
                assertFalse(written.isDone());
                other.script("ROLLBACK");
                assertEquals("written", written.get());
            } finally {
                logger.removeHandler(listener);
                logger.setUseParentHandlers(true);
            }
        }
    }

    private static final class Listener extends Handler {
        private final Queue<String> said;

        Listener(Queue<String> said) {
            this.said = said;
        }

        @Override
        public void publish(LogRecord said) {
            this.said.add(said.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
