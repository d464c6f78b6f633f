package cairn.store;

import cairn.cid.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The SQLite database that finds blocks and knows paths; its tables are in `index.sql`.
///
/// Reads take a connection of their own from a pool; writes of one process queue for one
/// connection, writes of several processes for SQLite's lock. Safe for use by several threads.
final class Index implements AutoCloseable {
    static final int VERSION = 1;
    private static final int MAX_IDLE = 8;
    private static final String KNOWN =
            "SELECT key FROM block WHERE key IN (" + "?, ".repeat(Database.BATCH - 1) + "?)";
    private static final int ATTEMPTS = 20;

    /// The tables that came after the first indexes of this version. Not in the journal: who checks
    /// a path again finds its damage again, and when a path was asked for last is not worth much.
    /// Loose frames wait to be compressed. Offers tell by the hash of an archive which path of
    /// another store was found to have it. Late are the signatures that a path did not come with;
    /// these are in the journal too.
    private static final String LATER =
            """
            CREATE %1$s TABLE IF NOT EXISTS damage (path INTEGER PRIMARY KEY, reason TEXT NOT NULL);
            CREATE %1$s TABLE IF NOT EXISTS access (hash TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
            CREATE %1$s TABLE IF NOT EXISTS loose (frame INTEGER PRIMARY KEY);
            CREATE %1$s TABLE IF NOT EXISTS late (path INTEGER NOT NULL, signature TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (path, signature)) WITHOUT ROWID;
            CREATE %1$s TABLE IF NOT EXISTS offer (id INTEGER PRIMARY KEY, nar_hash BLOB NOT NULL UNIQUE, path TEXT NOT NULL);
            """;

    private final Path file;
    private final Database.Mode readMode;
    private final Synchronous synchronous;
    private final @Nullable Path copy;
    private final ConcurrentLinkedDeque<Database> idle = new ConcurrentLinkedDeque<>();
    private final ReentrantLock writing = new ReentrantLock();
    private @Nullable Database writer;
    private volatile boolean closed;
    private volatile boolean older;

    private Index(Path file, Database.Mode readMode, Synchronous synchronous, @Nullable Path copy) {
        this.copy = copy;
        this.file = file;
        this.readMode = readMode;
        this.synchronous = synchronous;
    }

    /// Work on one connection.
    @FunctionalInterface
    interface Work<T> {
        T run(Database database) throws SQLException, IOException;
    }

    /// Opens an index that is there, or makes an empty one.
    ///
    /// @param lost whether one that is not there or empty cannot be new
    static Index open(Path file, Synchronous synchronous, boolean lost) throws IOException {
        var index = new Index(file, Database.Mode.READ, synchronous, null);
        try {
            // Whoever made it may have been killed before it had its tables.
            if (!Files.exists(file) || index.isEmpty()) {
                if (lost) {
                    throw lost(file);
                }
                index.initialise();
            }
            index.checkVersion();
            index.addWhatIsNew();
            return index;
        } catch (IOException e) {
            index.close();
            throw e;
        }
    }

    static IOException lost(Path file) {
        return new IOException(file + ": it is lost; 'cairn repair' rebuilds it from the packs");
    }

    /// Opens an index that this process must not or cannot write.
    ///
    /// In a folder that cannot be written SQLite opens a database only as one that nobody writes,
    /// or not at all if a log of writes lies beside it; then a copy of both is opened.
    static Index openReadOnly(Path file) throws IOException {
        if (Files.isWritable(file.toAbsolutePath().resolveSibling(""))) {
            return checked(new Index(file, Database.Mode.READ, Synchronous.FULL, null));
        }
        if (!Files.exists(log(file))) {
            return checked(new Index(file, Database.Mode.IMMUTABLE, Synchronous.FULL, null));
        }
        Path folder = Files.createTempDirectory("cairn-index-");
        Path copy = folder.resolve("index.db");
        var index = new Index(copy, Database.Mode.READ, Synchronous.FULL, folder);
        try {
            copyAtRest(file, copy);
        } catch (IOException e) {
            index.close();
            throw e;
        }
        return checked(index);
    }

    /// Copies a database and its log, again if another process wrote them meanwhile. The last
    /// process that closes a database removes its log.
    static void copyAtRest(Path file, Path copy) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            var before = state(file);
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            try {
                Files.copy(log(file), log(copy), StandardCopyOption.REPLACE_EXISTING);
            } catch (NoSuchFileException _) {
                Files.deleteIfExists(log(copy));
            }
            if (before.equals(state(file))) {
                return;
            }
        }
        throw new IOException(file + " is being written all the time; try again later");
    }

    private static List<Object> state(Path file) throws IOException {
        var state = new ArrayList<Object>();
        for (Path each : List.of(file, log(file))) {
            try {
                state.add(Files.size(each));
                state.add(Files.getLastModifiedTime(each));
            } catch (NoSuchFileException _) {
                state.add("gone");
            }
        }
        return state;
    }

    private static Index checked(Index index) throws IOException {
        try {
            index.checkVersion();
            index.standInForWhatIsNew();
            return index;
        } catch (IOException e) {
            index.close();
            throw e;
        }
    }

    private static Path log(Path file) {
        return Path.of(file + "-wal");
    }

    Path file() {
        return file;
    }

    /// Reads; each statement sees the last commit.
    <T> T read(Work<T> work) throws IOException {
        Database database = null;
        try {
            database = idle.pollFirst();
            if (database == null) {
                database = Database.open(file, readMode, synchronous);
                if (older) {
                    database.script(LATER.formatted("TEMP"));
                }
            }
            return work.run(database);
        } catch (SQLException e) {
            throw Database.failure(file, e);
        } catch (IllegalArgumentException
                | IndexOutOfBoundsException
                | NullPointerException
                | DateTimeException e) {
            // SQLite has no checksums, so a row may hold anything once a bit has flipped.
            throw new DamagedIndexException(file, "a row", e);
        } finally {
            release(database);
        }
    }

    /// Writes in one transaction, which is undone if the work throws. Inside the work of another it
    /// is a part of that.
    <T> T write(Work<T> work) throws IOException {
        return write(work, synchronous);
    }

    /// Writes in one transaction that no power failure takes back once this returns, whatever other
    /// transactions wait for; not inside another.
    <T> T writeDurably(Work<T> work) throws IOException {
        return write(work, Synchronous.FULL);
    }

    private <T> T write(Work<T> work, Synchronous wanted) throws IOException {
        boolean inside = writing.isHeldByCurrentThread();
        writing.lock();
        try {
            if (inside && writer != null) {
                return work.run(writer);
            }
            if (writer == null) {
                writer = Database.open(file, Database.Mode.WRITE, synchronous);
            }
            try {
                if (wanted != synchronous) {
                    writer.script("PRAGMA synchronous = " + wanted);
                }
                writer.connection().setAutoCommit(false);
                T result = work.run(writer);
                writer.connection().commit();
                writer.connection().setAutoCommit(true);
                if (wanted != synchronous) {
                    writer.script("PRAGMA synchronous = " + synchronous);
                }
                return result;
            } catch (Throwable e) {
                // Closing undoes what SQLite has not undone itself, as it does on a full disk.
                writer.closeQuietly();
                writer = null;
                throw e;
            }
        } catch (SQLException e) {
            throw Database.failure(file, e);
        } finally {
            writing.unlock();
        }
    }

    Optional<BlockLocation> locate(Bytes key) throws IOException {
        return read(database -> {
            try (var rows =
                    database.query(
                            """
                            SELECT f.pack, f.offset, f.length, f.raw, f.base, b.offset, b.length
                            FROM block b JOIN frame f ON f.id = b.frame WHERE b.key = ?\
                            """,
                            key)) {
                return rows.next()
                        ? Optional.of(
                                new BlockLocation(frame(rows), rows.getInt(6), rows.getInt(7)))
                        : Optional.empty();
            }
        });
    }

    /// The size of a block, or a negative number if it is not here.
    int size(Bytes key) throws IOException {
        return read(database -> {
            try (var rows = database.query("SELECT length FROM block WHERE key = ?", key)) {
                return rows.next() ? rows.getInt(1) : -1;
            }
        });
    }

    /// Those of some keys whose blocks are here.
    Set<Bytes> known(List<Bytes> keys) throws IOException {
        return read(database -> {
            var known = new HashSet<Bytes>();
            var some = new Object[Database.BATCH];
            for (int from = 0; from < keys.size(); from += some.length) {
                for (int i = 0; i < some.length; i++) {
                    some[i] = keys.get(Math.min(from + i, keys.size() - 1));
                }
                try (var rows = database.query(KNOWN, some)) {
                    while (rows.next()) {
                        known.add(Database.bytes(rows, 1));
                    }
                }
            }
            return known;
        });
    }

    /// The frame in a row.
    ///
    /// @throws NoSuchFileException if it is gone: look for the block again
    FrameLocation frame(long id) throws IOException {
        return read(database -> {
            try (var rows =
                    database.query(
                            "SELECT pack, offset, length, raw, base FROM frame WHERE id = ?", id)) {
                if (!rows.next()) {
                    throw new NoSuchFileException("frame " + id);
                }
                return frame(rows);
            }
        });
    }

    /// The first frames of blocks in a pack from an offset on, in order.
    List<FrameLocation> framesFrom(long pack, long offset, int count) throws IOException {
        return read(database -> {
            var frames = new ArrayList<FrameLocation>();
            try (var rows =
                    database.query(
                            """
                            SELECT pack, offset, length, raw, base FROM frame
                            WHERE pack = ? AND offset >= ? ORDER BY offset LIMIT ?\
                            """,
                            pack,
                            offset,
                            count)) {
                while (rows.next()) {
                    frames.add(frame(rows));
                }
            }
            return frames;
        });
    }

    /// All frames of blocks in the order in which they lie on the disk.
    List<FrameLocation> frames() throws IOException {
        return read(database -> {
            var frames = new ArrayList<FrameLocation>();
            try (var rows =
                    database.query(
                            "SELECT pack, offset, length, raw, base FROM frame ORDER BY pack, offset")) {
                while (rows.next()) {
                    frames.add(frame(rows));
                }
            }
            return frames;
        });
    }

    /// The keys of the blocks in a frame; searches all blocks.
    List<Bytes> keysIn(FrameLocation frame) throws IOException {
        return read(database -> {
            var keys = new ArrayList<Bytes>();
            try (var rows =
                    database.query(
                            """
                            SELECT key FROM block WHERE frame =
                            (SELECT id FROM frame WHERE pack = ? AND offset = ?) ORDER BY key\
                            """,
                            frame.pack(),
                            frame.offset())) {
                while (rows.next()) {
                    keys.add(Database.bytes(rows, 1));
                }
            }
            return keys;
        });
    }

    long counter(String name) throws IOException {
        return read(database -> database.number("SELECT value FROM counter WHERE name = ?", name));
    }

    /// The name of a pack's file, if the index still knows the pack.
    Optional<String> packName(long pack) throws IOException {
        return read(database -> {
            try (var rows = database.query("SELECT name FROM pack WHERE id = ?", pack)) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        });
    }

    /// The committed length of a pack.
    long packLength(long pack) throws IOException {
        return read(database -> database.number("SELECT length FROM pack WHERE id = ?", pack));
    }

    static FrameLocation frame(ResultSet rows) throws SQLException {
        return new FrameLocation(
                rows.getLong(1), rows.getLong(2), rows.getInt(3), rows.getInt(4), rows.getLong(5));
    }

    /// Where a frame is.
    ///
    /// @param length in its pack
    /// @param raw the length of its payload once decoded
    /// @param base the row of the frame that it builds on, or zero
    record FrameLocation(long pack, long offset, int length, int raw, long base) {
        FrameLocation {
            FrameHeader.checkLengths(offset, length, raw);
        }

        long end() {
            return offset + length;
        }
    }

    /// Where a block is: a frame, and an offset in its payload.
    record BlockLocation(FrameLocation frame, int offset, int length) {}

    @Override
    public void close() throws IOException {
        closed = true;
        writing.lock();
        try {
            for (var database = idle.pollFirst(); database != null; database = idle.pollFirst()) {
                database.close();
            }
            if (writer != null) {
                writer.close();
                writer = null;
            }
            if (copy != null) {
                Files.deleteIfExists(file);
                Files.deleteIfExists(log(file));
                Files.deleteIfExists(Path.of(file + "-shm"));
                Files.deleteIfExists(copy);
            }
        } catch (SQLException e) {
            throw Database.failure(file, e);
        } finally {
            writing.unlock();
        }
    }

    private void release(@Nullable Database database) {
        if (database == null) {
            return;
        }
        if (closed || idle.size() >= MAX_IDLE) {
            database.closeQuietly();
        } else {
            idle.addFirst(database);
        }
    }

    private boolean isEmpty() throws IOException {
        return read(database -> database.number("SELECT count(*) FROM sqlite_master")) == 0;
    }

    private void checkVersion() throws IOException {
        long version = read(database -> database.number("PRAGMA user_version"));
        if (version != VERSION) {
            throw new IOException(
                    "%s: version %d of the index is not known to this version of Cairn, which knows %d"
                            .formatted(file, version, VERSION));
        }
    }

    /// Adds the tables that the first indexes of this version do not have.
    private void addWhatIsNew() throws IOException {
        if (!isWhole()) {
            int _ =
                    write(database -> {
                        database.script(LATER.formatted(""));
                        return 0;
                    });
        }
    }

    /// Lets each connection have empty ones of its own where they cannot be added.
    private void standInForWhatIsNew() throws IOException {
        if (!isWhole()) {
            older = true;
            int _ =
                    read(database -> {
                        database.script(LATER.formatted("TEMP"));
                        return 0;
                    });
        }
    }

    private boolean isWhole() throws IOException {
        return read(database ->
                database.number(
                        "SELECT count(*) FROM sqlite_master WHERE name IN ('damage', 'access', 'loose', 'late', 'offer')"))
                == 5;
    }

    private void initialise() throws IOException {
        String schema;
        try (InputStream in = Index.class.getResourceAsStream("index.sql")) {
            schema = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        try (var database = Database.open(file, Database.Mode.WRITE, synchronous)) {
            database.logAhead();
        } catch (SQLException e) {
            throw Database.failure(file, e);
        }
        write(database -> {
            // Another process may have been faster.
            if (database.number("PRAGMA user_version") == 0) {
                database.script(schema);
                database.script("PRAGMA user_version = " + VERSION);
            }
            return 0;
        });
    }
}
