package cairn.store;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/// Keeps what a writer relies on from being collected.
///
/// The row in the index spares all that was committed since the lease began. What the writer found
/// here and so did not write is told in a file, before the writer relies on it:
///
/// ```
/// file = { length:1 key }
/// ```
///
/// A sweep announces itself in the index, then reads these files, then deletes. So a writer that
/// told a key and after that sees no sweep announced, nor one ended since it last looked, will find
/// the block when it commits. Otherwise it writes the block again.
final class Lease {
    private final long pack;
    private final Path file;
    private final Set<Bytes> told = new HashSet<>();
    private final OutputStream out;
    private long collections;

    private Lease(long pack, Path file, OutputStream out, long collections) {
        this.pack = pack;
        this.file = file;
        this.out = out;
        this.collections = collections;
    }

    /// Begins a lease for the writer that has a pack; runs in a transaction.
    static Lease begin(Database database, Home home, long pack) throws SQLException, IOException {
        database.run(
                """
                INSERT OR REPLACE INTO lease (pack, since)
                SELECT ?, value FROM counter WHERE name = 'sequence'\
                """,
                pack);
        Path file = file(home, pack);
        return new Lease(pack, file, Files.newOutputStream(file), collections(database));
    }

    static Path file(Home home, long pack) {
        return home.leases().resolve(Long.toString(pack));
    }

    /// Tells that the writer relies on a block that is here.
    ///
    /// @return false if it must not, because it may be collected right now
    synchronized boolean rely(Bytes key, Index index) throws IOException {
        if (told.add(key.compact())) {
            out.write(new ByteWriter().u8(key.length()).bytes(key).toBytes().toByteArray());
        }
        long now = index.read(Lease::collections);
        boolean quiet = now % 2 == 0 && now == collections;
        collections = now;
        return quiet;
    }

    /// The keys that a lease's file tells; none if the writer found nothing yet.
    static Set<Bytes> read(Home home, long pack) throws IOException {
        var keys = new HashSet<Bytes>();
        try {
            var in = new ByteReader("lease", Bytes.wrap(Files.readAllBytes(file(home, pack))));
            while (!in.atEnd()) {
                keys.add(in.bytes(in.u8()).compact());
            }
        } catch (NoSuchFileException | FormatException _) {
            // Nothing was told, or its last entry is still being written and not relied on.
        }
        return keys;
    }

    void end(Database database) throws SQLException, IOException {
        database.run("DELETE FROM lease WHERE pack = ?", pack);
        out.close();
        Files.deleteIfExists(file);
    }

    private static long collections(Database database) throws SQLException {
        return database.number("SELECT value FROM counter WHERE name = 'collections'");
    }
}
