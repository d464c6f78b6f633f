package cairn.store;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/// A pack that one writer appends to, under a lock that keeps all others away.
///
/// What was appended counts once the index knows the new length; a tail that a writer left behind
/// is cut off before anything is appended again. Belongs to one thread at a time.
///
/// ```
/// pack   = head { frame }
/// head   = "CAIRNPCK" version:u32 id:8 checksum:u32        ; CRC-32C of what precedes it
/// frame  = header list payload
/// header = "CFRM" kind:1 encoding:1 flags:u16              ; kind 1 blocks, 2 journal; flag 1 ends a commit
///          list:u32 stored:u32 raw:u32                     ; lengths: list, payload here, payload decoded
///          body:u32                                        ; CRC-32C of list and payload
///          sequence:u64                                    ; of journals: the number of the commit
///          base:16                                         ; of deltas: the identity of the frame below
///          checksum:u32                                    ; CRC-32C of the header before it
/// list   = { cid length:varint }                           ; of the blocks whose bytes are the payload
/// ```
///
/// Integers are little-endian. Encoding 0 is plain, 1 Zstandard, 2 Zstandard with the decoded
/// payload of another frame as dictionary; that frame is not itself a delta. A journal's payload is
/// a part of the records of one commit, see [Journal]; they count if the frame that ends the commit
/// is there.
final class PackAppender implements AutoCloseable {
    static final int HEAD = 24;
    static final long FULL = 256L << 20;
    private static final int VERSION = 1;
    private static final int ID = 8;
    private static final Bytes MAGIC = Bytes.utf8("CAIRNPCK");

    private final long row;
    private final Path file;
    private final FileLock lock;
    private final FileChannel channel;
    private final boolean fresh;
    private long committed;
    private long position;
    private long forced;

    private PackAppender(
            long row,
            Path file,
            FileLock lock,
            FileChannel channel,
            long committed,
            boolean fresh) {
        this.row = row;
        this.file = file;
        this.lock = lock;
        this.channel = channel;
        this.committed = committed;
        this.fresh = fresh;
        position = committed;
        forced = committed;
    }

    /// Takes a pack that has room, or begins one. Runs in a transaction of the index, so that no
    /// two writers choose at once.
    static PackAppender take(Database database, Leases leases, Home home)
            throws SQLException, IOException {
        for (long row : roomy(database)) {
            var taken = take(database, row, leases, home);
            if (taken.isPresent()) {
                return taken.get();
            }
        }
        return begin(database, leases, home);
    }

    /// Begins a pack.
    static PackAppender begin(Database database, Leases leases, Home home)
            throws SQLException, IOException {
        byte[] id = new byte[ID];
        new SecureRandom().nextBytes(id);
        String name = HexFormat.of().formatHex(id);
        Path file = home.packs().resolve(Packs.fileName(name));
        long row =
                database.number(
                        "INSERT INTO pack (name, length) VALUES (?, ?) RETURNING id", name, HEAD);
        var lock =
                leases.tryLock(row)
                        .orElseThrow(
                                () -> new IOException(file + ": a new pack is locked already"));
        try {
            var channel =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            var appender = new PackAppender(row, file, lock, channel, 0, true);
            appender.append(head(Bytes.wrap(id)));
            return appender;
        } catch (IOException e) {
            lock.release();
            throw failure(file, e);
        }
    }

    private static long[] roomy(Database database) throws SQLException {
        var rows = java.util.stream.LongStream.builder();
        try (var found =
                database.query(
                        "SELECT id FROM pack WHERE length < ? ORDER BY id DESC LIMIT 16", FULL)) {
            while (found.next()) {
                rows.add(found.getLong(1));
            }
        }
        return rows.build().toArray();
    }

    private static Optional<PackAppender> take(
            Database database, long row, Leases leases, Home home)
            throws SQLException, IOException {
        var lock = leases.tryLock(row);
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        String name;
        long committed;
        try (var found = database.query("SELECT name, length FROM pack WHERE id = ?", row)) {
            found.next();
            name = found.getString(1);
            committed = found.getLong(2);
        }
        Path file = home.packs().resolve(Packs.fileName(name));
        try {
            if (Files.isWritable(file) && Files.size(file) >= committed) {
                var channel = FileChannel.open(file, StandardOpenOption.WRITE);
                channel.truncate(committed);
                return Optional.of(
                        new PackAppender(row, file, lock.get(), channel, committed, false));
            }
        } catch (IOException e) {
            lock.get().release();
            throw e;
        }
        // Shorter than it was or gone: damage, which verifying tells and appending would hide.
        lock.get().release();
        return Optional.empty();
    }

    private static Bytes head(Bytes id) {
        var out = new ByteWriter(HEAD).bytes(MAGIC).littleEndian(VERSION, 4).bytes(id);
        return out.littleEndian(checksum(out.toBytes()), 4).toBytes();
    }

    /// Checks the first bytes of a pack and returns the name that they claim.
    static String readHead(Bytes head) throws FormatException {
        var in = new ByteReader("pack", head);
        if (!in.bytes(MAGIC.length()).equals(MAGIC)) {
            throw new FormatException("pack", 0, "this is not a pack");
        }
        long version = in.littleEndian(4);
        Bytes id = in.bytes(ID);
        if ((int) in.littleEndian(4) != checksum(head.slice(0, HEAD - 4))) {
            throw new FormatException("pack", 0, "the pack's head is damaged");
        }
        if (version != VERSION) {
            throw new FormatException("pack", MAGIC.length(), "unknown version " + version);
        }
        return id.toHex();
    }

    long row() {
        return row;
    }

    /// Where the next frame will stand.
    long position() {
        return position;
    }

    boolean isFull() {
        return position >= FULL;
    }

    /// Bytes that a power failure could take.
    long unforced() {
        return position - forced;
    }

    /// Appends a frame and returns where it stands.
    long append(Bytes frame) throws IOException {
        long at = position;
        var buffer = frame.toByteBuffer();
        try {
            while (buffer.hasRemaining()) {
                position += channel.write(buffer, position);
            }
        } catch (IOException e) {
            throw failure(file, e);
        }
        return at;
    }

    /// Waits until everything that was appended is on the disk.
    void force() throws IOException {
        if (position == forced) {
            return;
        }
        try {
            channel.force(false);
            if (fresh && committed == 0) {
                try (var folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                    folder.force(true);
                }
            }
        } catch (IOException e) {
            throw failure(file, e);
        }
        forced = position;
    }

    /// Takes note that the index knows all that was appended.
    void committed() {
        committed = position;
    }

    /// Takes back what was appended after a position.
    void cut(long to) throws IOException {
        channel.truncate(to);
        position = to;
        forced = Math.min(forced, to);
    }

    /// Cuts off what was not committed and lets others have the pack.
    @Override
    public void close() throws IOException {
        try (channel) {
            if (position > committed && channel.isOpen()) {
                channel.truncate(Math.max(committed, Math.min(position, HEAD)));
            }
        } finally {
            lock.release();
        }
    }

    /// Gives up a pack whose row was never committed; deletes its file if that is new.
    void discard() throws IOException {
        close();
        if (fresh && committed == 0) {
            Files.deleteIfExists(file);
        }
    }

    private static int checksum(Bytes bytes) {
        var crc = new CRC32C();
        crc.update(bytes.toByteArray());
        return (int) crc.getValue();
    }

    private static IOException failure(Path file, IOException cause) {
        String problem = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return problem.contains("No space left") || problem.contains("not enough space")
                ? new IOException(file + ": the disk is full", cause)
                : new IOException(file + ": " + problem, cause);
    }
}
