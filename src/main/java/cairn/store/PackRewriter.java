package cairn.store;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.store.FrameHeader.Kind;
import cairn.store.Index.FrameLocation;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Moves what is still needed of some packs into new ones, and deletes the old.
///
/// The new packs are on the disk before the index names them, and the old ones are deleted only
/// after it does not name them any more on the disk, so a crash in between leaves nothing but files
/// that nobody names. Journals are moved as they are. When it only tries, all is done but writing.
/// Belongs to one thread, which holds the collector's lock.
final class PackRewriter implements AutoCloseable {
    private static final int FRAME = 1 << 20;

    private final Store store;
    private final boolean trying;
    private final List<Source> sources = new ArrayList<>();
    private final List<Move> moves = new ArrayList<>();
    private final List<Fresh> fresh = new ArrayList<>();
    private @Nullable PackAppender output;
    private Gathered gathered = new Gathered();
    private long position = PackAppender.HEAD;
    private long journals;
    private long freed;

    PackRewriter(Store store, boolean trying) {
        this.store = store;
        this.trying = trying;
    }

    /// A frame with its row.
    record Row(long id, FrameLocation at, long sequence) {}

    private record Source(long pack, long length, Path file, FileLock lock) {}

    private record Move(long frame, long offset, int length, long base) {}

    private record Fresh(long offset, int length, Gathered gathered) {}

    private record Moved(Bytes key, long from, int offset) {}

    private static final class Gathered {
        private final ByteWriter list = new ByteWriter(1024);
        private final byte[] raw = new byte[FrameHeader.MAX_RAW];
        private final List<Moved> blocks = new ArrayList<>();
        private int length;
        private long sequence;
    }

    /// Begins with a pack.
    ///
    /// @param expected its length when its frames were looked up, or before
    /// @return false if it must stay as it is: a writer has it or had it since, or it is not sound
    ///   enough to tell its journals
    boolean begin(long pack, long expected) throws IOException {
        var lock = store.leases().tryLock(pack);
        if (lock.isEmpty()) {
            return false;
        }
        Optional<List<byte[]>> found = Optional.empty();
        try {
            var name = store.index().packName(pack);
            if (name.isPresent() && store.index().packLength(pack) == expected) {
                Path file = store.packs().file(name.get());
                found = journals(file, expected);
                if (found.isPresent()) {
                    sources.add(new Source(pack, expected, file, lock.get()));
                }
            }
        } finally {
            if (found.isEmpty()) {
                lock.get().release();
            }
        }
        for (byte[] journal : found.orElse(List.of())) {
            append(Bytes.wrap(journal));
            journals += journal.length;
        }
        return found.isPresent();
    }

    /// Moves a frame as it is.
    void copy(Row frame) throws IOException {
        move(frame, store.packs().bytes(frame.at), frame.at.base());
    }

    /// Moves a frame encoded anew.
    ///
    /// @param base the row of the frame that it builds on now, or zero
    void move(Row frame, Bytes encoded, long base) throws IOException {
        moves.add(new Move(frame.id, append(encoded), encoded.length(), base));
    }

    /// Moves one block of a frame, which ends in a new frame.
    void move(Row row, Frame frame, int index) throws IOException {
        int length = frame.length(index);
        if (gathered.length > 0 && gathered.length + length > FRAME
                || gathered.blocks.size() == Frame.MAX_BLOCKS) {
            flush();
        }
        frame.block(index).copyTo(0, gathered.raw, gathered.length, length);
        Frame.list(gathered.list, frame.cid(index), length);
        gathered.blocks.add(new Moved(BlockKey.of(frame.cid(index)), row.id, gathered.length));
        gathered.length += length;
        gathered.sequence = Math.max(gathered.sequence, row.sequence);
    }

    /// Ends a pack; if the new pack is large enough, all old ones since the last time go now.
    ///
    /// @return whether they went
    boolean end() throws IOException {
        if (position - journals < PackAppender.FULL) {
            return false;
        }
        finish();
        return true;
    }

    /// Makes the new pack count and deletes the old ones.
    void finish() throws IOException {
        flush();
        long written = position == PackAppender.HEAD ? 0 : position;
        if (!trying && !sources.isEmpty()) {
            swap();
        }
        for (Source source : sources) {
            freed += source.length;
            if (!trying) {
                store.packs().forget(source.pack);
                Files.deleteIfExists(source.file);
            }
        }
        freed -= written;
        position = PackAppender.HEAD;
        journals = 0;
        release();
    }

    /// By how much the packs are shorter in sum.
    long freed() {
        return freed;
    }

    /// Gives up what was not finished.
    @Override
    public void close() throws IOException {
        release();
    }

    private void swap() throws IOException {
        if (output != null) {
            output.force();
        }
        int _ =
                store.index()
                        .writeDurably(database -> {
                            swap(database);
                            return 0;
                        });
        if (output != null) {
            output.committed();
        }
    }

    private void swap(Database database) throws SQLException {
        long pack = output == null ? 0 : output.row();
        for (Move move : moves) {
            database.run(
                    "UPDATE frame SET pack = ?, offset = ?, length = ?, base = ? WHERE id = ?",
                    pack,
                    move.offset,
                    move.length,
                    move.base,
                    move.frame);
        }
        for (Fresh frame : fresh) {
            long row =
                    database.number(
                            """
                            INSERT INTO frame (pack, offset, length, raw, base, sequence)
                            VALUES (?, ?, ?, ?, 0, ?) RETURNING id\
                            """,
                            pack,
                            frame.offset,
                            frame.length,
                            frame.gathered.length,
                            frame.gathered.sequence);
            for (Moved block : frame.gathered.blocks) {
                database.run(
                        "UPDATE block SET frame = ?, offset = ? WHERE key = ? AND frame = ?",
                        row,
                        block.offset,
                        block.key,
                        block.from);
            }
        }
        for (Source source : sources) {
            database.run("DELETE FROM frame WHERE pack = ?", source.pack);
            database.run("DELETE FROM pack WHERE id = ?", source.pack);
        }
        if (output != null) {
            database.run("UPDATE pack SET length = ? WHERE id = ?", output.position(), pack);
        }
    }

    private void flush() throws IOException {
        if (gathered.blocks.isEmpty()) {
            return;
        }
        Bytes encoded =
                store.codec().blocks(gathered.list.toBytes(), gathered.raw, gathered.length);
        fresh.add(new Fresh(append(encoded), encoded.length(), gathered));
        gathered = new Gathered();
    }

    private long append(Bytes frame) throws IOException {
        long at = position;
        position += frame.length();
        if (trying) {
            return at;
        }
        if (output == null) {
            output = PackAppender.begin(store.index(), store.leases(), store.home());
        }
        return output.append(frame);
    }

    /// The journal frames of a pack, or empty if they cannot all be told.
    private static Optional<List<byte[]>> journals(Path file, long length) throws IOException {
        var journals = new ArrayList<byte[]>();
        try (var scan = PackScan.open(file, length)) {
            scan.checkHead();
            if (Files.size(file) < length) {
                return Optional.empty();
            }
            for (var found = scan.next(); found.isPresent(); found = scan.next()) {
                switch (found.get()) {
                    case PackScan.Found.Damaged _ -> {
                        return Optional.empty();
                    }
                    case PackScan.Found.Whole whole -> {
                        if (whole.header().kind() == Kind.JOURNAL) {
                            journals.add(scan.read(whole));
                        }
                    }
                }
            }
        } catch (NoSuchFileException | FormatException _) {
            return Optional.empty();
        }
        return Optional.of(journals);
    }

    private void release() throws IOException {
        if (output != null) {
            output.close();
            output = null;
        }
        for (Source source : sources) {
            source.lock.release();
        }
        sources.clear();
        moves.clear();
        fresh.clear();
        gathered = new Gathered();
    }
}
