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
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.LongStream;
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
///          sequence:u64                                    ; of journals: the number of the commit; of blocks: mark
///          base:16                                         ; of deltas: the identity of the frame below;
///                                                          ; of journals: number:u32 of the part, from 1, mark, zeroes
///          checksum:u32                                    ; CRC-32C of the header before it
/// list   = { cid length:varint }                           ; of the blocks whose bytes are the payload
/// ```
///
/// Integers are little-endian. Encoding 0 is plain, 1 Zstandard, 2 Zstandard with the decoded
/// payload of another frame as dictionary; that frame is not itself a delta. A journal's payload is
/// a part of the records of one commit, see [Journal]; they count if all parts up to the one that
/// ends the commit are there, in their order. Packs of earlier days have parts without a number, 0.
///
/// A mark is 63 bits of the pack's id, which nobody knows whose content is kept in it. Where a
/// header is damaged the next frame is searched for, and only one with the mark is taken: the
/// content of a block may be a forged one. Frames of earlier days have none, 0.
final class PackAppender implements AutoCloseable {
    static final int HEAD = 24;
    static final long FULL = 256L << 20;
    private static final int VERSION = 1;
    private static final int ID = 8;
    private static final Bytes MAGIC = Bytes.utf8("CAIRNPCK");

    private final long row;
    private final Path file;
    private final long mark;
    private final FileLock lock;
    private final FileChannel channel;
    private boolean fresh;
    private final long taken;
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
        mark = mark(file);
        this.lock = lock;
        this.channel = channel;
        this.committed = committed;
        this.fresh = fresh;
        taken = committed;
        position = committed;
        forced = committed;
    }

    /// Takes a pack that has room, or begins one.
    static PackAppender take(Index index, Leases leases, Home home) throws IOException {
        for (long row : roomy(index)) {
            var lock = leases.tryLock(row);
            if (lock.isPresent()) {
                Optional<PackAppender> taken = Optional.empty();
                try {
                    taken = take(index, row, lock.get(), home);
                } finally {
                    if (taken.isEmpty()) {
                        lock.get().release();
                    }
                }
                if (taken.isPresent()) {
                    return taken.get();
                }
            }
        }
        return begin(index, leases, home);
    }

    /// Tells whether [#take] would find a pack with room now.
    static boolean hasRoom(Index index, Leases leases, Home home) throws IOException {
        for (long row : roomy(index)) {
            var lock = leases.tryLock(row);
            if (lock.isPresent()) {
                try {
                    var place = place(index, row, home);
                    if (place.isPresent() && place.get().isSound()) {
                        return true;
                    }
                } finally {
                    lock.get().release();
                }
            }
        }
        return false;
    }

    /// Begins a pack.
    static PackAppender begin(Index index, Leases leases, Home home) throws IOException {
        byte[] id = new byte[ID];
        new SecureRandom().nextBytes(id);
        String name = HexFormat.of().formatHex(id);
        Path file = home.packs().resolve(Packs.fileName(name));
        var begun = new ArrayList<PackAppender>(1);
        boolean done = false;
        try {
            // The file is made while no other process can write, so that a file without a row is
            // one that was left behind.
            int _ =
                    index.write(database -> {
                        long row =
                                database.number(
                                        "INSERT INTO pack (name, length) VALUES (?, ?) RETURNING id",
                                        name,
                                        HEAD);
                        begun.add(begin(row, file, leases));
                        begun.getFirst().write(head(Bytes.wrap(id)));
                        begun.getFirst().committed();
                        return 0;
                    });
            done = true;
            return begun.getFirst();
        } finally {
            if (!done) {
                for (PackAppender appender : begun) {
                    appender.close();
                }
                Files.deleteIfExists(file);
            }
        }
    }

    private static PackAppender begin(long row, Path file, Leases leases) throws IOException {
        var lock =
                leases.tryLock(row)
                        .orElseThrow(
                                () -> new IOException(file + ": a new pack is locked already"));
        try {
            var channel =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new PackAppender(row, file, lock, channel, 0, true);
        } catch (IOException e) {
            lock.release();
            throw failure(file, e);
        }
    }

    private static Optional<PackAppender> take(Index index, long row, FileLock lock, Home home)
            throws IOException {
        // Looked up under the lock: only who holds it makes a pack longer or deletes it.
        var place = place(index, row, home);
        if (place.isEmpty() || !place.get().isSound()) {
            return Optional.empty();
        }
        Path file = place.get().file;
        long committed = place.get().length;
        try {
            var channel = FileChannel.open(file, StandardOpenOption.WRITE);
            try {
                channel.truncate(committed);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            return Optional.of(new PackAppender(row, file, lock, channel, committed, false));
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private record Place(Path file, long length) {
        /// A file that is shorter than it was, or gone, is damaged; verifying tells that, and
        /// appending would hide it.
        boolean isSound() throws IOException {
            return Files.isWritable(file) && Files.size(file) >= length;
        }
    }

    private static Optional<Place> place(Index index, long row, Home home) throws IOException {
        return index.read(database -> {
            try (var rows = database.query("SELECT name, length FROM pack WHERE id = ?", row)) {
                return rows.next()
                        ? Optional.of(
                                new Place(
                                        home.packs().resolve(Packs.fileName(rows.getString(1))),
                                        rows.getLong(2)))
                        : Optional.empty();
            }
        });
    }

    private static long[] roomy(Index index) throws IOException {
        return index.read(database -> {
            var found = LongStream.builder();
            try (var rows =
                    database.query(
                            "SELECT id FROM pack WHERE length < ? ORDER BY id DESC LIMIT 16",
                            FULL)) {
                while (rows.next()) {
                    found.add(rows.getLong(1));
                }
            }
            return found.build().toArray();
        });
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

    /// How much longer the pack is than when this writer took it.
    long appended() {
        return position - taken;
    }

    /// Bytes that a power failure could take.
    long unforced() {
        return position - forced;
    }

    /// What frames in a pack are marked with, zero if no pack is named so.
    static long mark(Path pack) {
        String name = pack.getFileName().toString();
        try {
            return Long.parseUnsignedLong(name, 0, name.indexOf('.'), 16) & Long.MAX_VALUE;
        } catch (NumberFormatException | IndexOutOfBoundsException _) {
            return 0;
        }
    }

    /// Appends a frame, marked, and returns where it stands.
    long append(Bytes frame) throws IOException {
        long at = position;
        write(marked(frame.slice(0, FrameHeader.LENGTH)));
        write(frame.slice(FrameHeader.LENGTH));
        return at;
    }

    /// Appends what belongs to the frame before.
    void write(Bytes bytes) throws IOException {
        var buffer = bytes.toByteBuffer();
        try {
            while (buffer.hasRemaining()) {
                position += channel.write(buffer, position);
            }
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /// A header that is damaged stays so.
    private Bytes marked(Bytes header) {
        try {
            return FrameHeader.decode(header, position).in(mark).encode();
        } catch (FormatException _) {
            return header;
        }
    }

    /// Waits until everything that was appended is on the disk.
    void force() throws IOException {
        if (position != forced) {
            sync();
            forced(position);
        }
    }

    /// Waits until what is appended now is on the disk. Another thread may append meanwhile, and
    /// [#forced(long)] tells of it in the end.
    void sync() throws IOException {
        try {
            channel.force(false);
            if (fresh) {
                try (var folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                    folder.force(true);
                }
                fresh = false;
            }
        } catch (IOException e) {
            // What was to be forced may be lost, and to force it again would not tell.
            channel.close();
            throw failure(file, e);
        }
    }

    /// Takes note that everything before a position is on the disk.
    void forced(long to) {
        forced = to;
    }

    /// Takes note that the index knows all that was appended.
    void committed() {
        committed = position;
    }

    /// Takes back what was appended after a position.
    void cut(long to) throws IOException {
        if (channel.isOpen()) {
            channel.truncate(to);
        }
        position = to;
        forced = Math.min(forced, to);
    }

    /// Cuts off what was not committed and lets others have the pack.
    @Override
    public void close() throws IOException {
        try (channel) {
            if (position > committed && channel.isOpen()) {
                channel.truncate(committed);
            }
        } finally {
            lock.release();
        }
    }

    /// Closes, and deletes the file if this writer made it in a transaction that was undone.
    void discard() throws IOException {
        close();
        if (taken == 0) {
            Files.deleteIfExists(file);
        }
    }

    private static int checksum(Bytes bytes) {
        var crc = new CRC32C();
        crc.update(bytes.toByteArray());
        return (int) crc.getValue();
    }

    /// Says which file could not be written, and why.
    static IOException failure(Path file, IOException cause) {
        String problem = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return problem.contains("No space left") || problem.contains("not enough space")
                ? new IOException(file + ": the disk is full", cause)
                : new IOException(file + ": " + problem, cause);
    }
}
