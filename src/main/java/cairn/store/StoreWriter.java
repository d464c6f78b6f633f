package cairn.store;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.ipld.Block;
import cairn.ipld.BlockSink;
import cairn.ipld.BlockSource;
import cairn.store.Index.FrameLocation;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Writes blocks, and commits them together with what is said about them.
///
/// New blocks that are put one after the other are gathered into frames of about 512 KiB, which are
/// compressed on other threads and appended to a pack that belongs to this writer alone. A commit
/// waits until they are on the disk, and then makes them and all statements of its [Transaction]
/// visible at once. What was not committed when the writer closes, or its process ends, was never
/// there. There may be several commits.
///
/// Blocks that are here already are not written again. As long as the writer is open, no collection
/// takes what it wrote, committed, or [found][#has(Cid)].
///
/// Safe for use by several threads; the order of blocks is the order of puts. Bytes are copied by
/// [#put(Block)], so callers may reuse their arrays. After a failure of the disk all further calls
/// fail.
public final class StoreWriter implements BlockSink, BlockSource, AutoCloseable {
    private static final byte[] NONE = {};
    private static final int FRAME = 1 << 19;
    private static final int MAX_KEPT = 1 << 17;
    private static final long FORCE_EARLY = 4 << 20;
    private static final long FORCE_AHEAD = 16 << 20;
    private static final int MAX_SEALED = 2 + 2 * Runtime.getRuntime().availableProcessors();

    private final Store store;
    private final boolean loosely;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Bytes, Slot> fresh = new HashMap<>();

    /// Some of the blocks that this writer has committed or found; the index need not be asked.
    private final Set<Bytes> kept = new HashSet<>();

    private final List<Gathered> frames = new ArrayList<>();
    private Gathered current = new Gathered(NONE);
    private @Nullable Lease lease;
    private long newBlocks;
    private long newBytes;
    private boolean closed;

    // Guarded by this lock, which the compressing threads take too.
    private final ReentrantLock appending = new ReentrantLock();
    private final Condition appended = appending.newCondition();
    private final Semaphore room = new Semaphore(MAX_SEALED);
    private final ArrayDeque<Gathered> sealed = new ArrayDeque<>();
    private final ArrayDeque<byte[]> arrays = new ArrayDeque<>();
    private final List<PackAppender> packs = new ArrayList<>();
    private boolean forcing;
    private @Nullable IOException failure;

    /// @param loosely whether frames are compressed another time
    StoreWriter(Store store, boolean loosely) {
        this.store = store;
        this.loosely = loosely;
    }

    /// Blocks on their way into one frame. The array is used for another once the frame is
    /// appended.
    private static final class Gathered {
        private final List<Slot> slots = new ArrayList<>();
        private byte @Nullable [] raw;
        private int length;
        private boolean compressed;

        /// The whole frame, or what precedes the blocks in one that is not compressed.
        private @Nullable Bytes encoded;

        private @Nullable FrameLocation location;

        Gathered(byte[] raw) {
            this.raw = raw;
        }

        byte[] array() {
            return Objects.requireNonNull(raw);
        }

        Bytes list() {
            var list = new ByteWriter(slots.size() * 40);
            slots.forEach(slot -> Frame.list(list, slot.cid, slot.length));
            return list.toBytes();
        }

        /// Leaves out blocks, and moves those behind them to the front.
        void leaveOut(Set<Bytes> keys) {
            length = 0;
            for (Slot slot : slots) {
                slot.isHere = !slot.anew && keys.contains(slot.key);
                if (!slot.isHere) {
                    System.arraycopy(array(), slot.offset, array(), length, slot.length);
                    slot.offset = length;
                    length += slot.length;
                }
            }
            slots.removeIf(slot -> slot.isHere);
        }
    }

    /// A block that was put, and where in its frame it is.
    private static final class Slot {
        private final Cid cid;
        private final Bytes key;
        private final Gathered frame;
        private final int length;
        private int offset;

        /// Whether the block replaces one that the index names.
        private final boolean anew;

        /// Whether the index turned out to name the block, which then leaves its frame.
        private boolean isHere;

        Slot(Cid cid, Bytes key, Gathered frame, int length, boolean anew) {
            this.cid = cid;
            this.key = key;
            this.frame = frame;
            this.length = length;
            this.offset = frame.length;
            this.anew = anew;
        }
    }

    /// Takes a block whose bytes are known to match its identifier.
    @Override
    public void put(Block block) throws IOException {
        if (!BlockKey.isInline(block.cid())) {
            gather(block, false);
        }
    }

    /// Takes a block even if the index names one, because what is stored is damaged.
    public void replace(Block block) throws IOException {
        if (!BlockKey.isInline(block.cid())) {
            gather(block, true);
        }
    }

    /// Tells whether a block is here or was put, and keeps it from being collected if so.
    public boolean has(Cid cid) throws IOException {
        if (BlockKey.isInline(cid)) {
            return true;
        }
        Bytes key = BlockKey.of(cid);
        Lease held;
        long seen;
        lock.lock();
        try {
            check();
            if (fresh.containsKey(key) || kept.contains(key)) {
                return true;
            }
            held = lease();
            seen = held.sweeps();
        } finally {
            lock.unlock();
        }
        if (store.index().size(key) < 0 || !held.rely(Set.of(key), seen)) {
            return false;
        }
        lock.lock();
        try {
            keep(Set.of(key.compact()));
        } finally {
            lock.unlock();
        }
        return true;
    }

    private void keep(Set<Bytes> keys) {
        if (kept.size() + keys.size() > MAX_KEPT) {
            kept.clear();
        }
        kept.addAll(keys);
    }

    /// How many of the blocks that were committed were not here before.
    public long newBlocks() {
        lock.lock();
        try {
            return newBlocks;
        } finally {
            lock.unlock();
        }
    }

    /// The bytes of those blocks.
    public long newBytes() {
        lock.lock();
        try {
            return newBytes;
        } finally {
            lock.unlock();
        }
    }

    /// The bytes of a block, also of one that was put and is not committed yet.
    @Override
    public Optional<Bytes> block(Cid cid) throws IOException {
        Slot slot;
        lock.lock();
        try {
            slot = fresh.get(BlockKey.of(cid));
        } finally {
            lock.unlock();
        }
        if (slot == null) {
            return store.block(cid);
        }
        boolean isHere;
        appending.lock();
        try {
            byte[] raw = slot.frame.raw;
            isHere = slot.isHere;
            if (raw != null && !isHere) {
                return Optional.of(Bytes.copyOf(raw, slot.offset, slot.length));
            }
        } finally {
            appending.unlock();
        }
        return isHere
                ? store.block(cid)
                : store.packs()
                        .frame(Objects.requireNonNull(slot.frame.location))
                        .block(slot.key, slot.offset, slot.length);
    }

    /// Commits what was put and what the work says in one step. If it throws, nothing of that is
    /// visible, and what was put stays to be committed.
    ///
    /// The work runs while no other commit of any process can; it must not write to the store in
    /// another way.
    public <T> T commit(Transaction.Work<T> work) throws IOException {
        lock.lock();
        try {
            check();
            flush();
            for (PackAppender pack : packs) {
                if (pack.unforced() > FORCE_EARLY) {
                    pack.force();
                }
            }
            T result = commitFlushed(work);
            frames.clear();
            keep(fresh.keySet());
            fresh.clear();
            return result;
        } finally {
            lock.unlock();
        }
    }

    /// Commits what was put.
    public void commit() throws IOException {
        int _ = commit(_ -> 0);
    }

    /// Hands what was put to the packs, uncommitted, and lets go of the memory that it took.
    void settle() throws IOException {
        lock.lock();
        try {
            check();
            flush();
        } finally {
            lock.unlock();
        }
        appending.lock();
        try {
            arrays.clear();
        } finally {
            appending.unlock();
        }
    }

    /// Whether the disk failed.
    boolean hasFailed() {
        appending.lock();
        try {
            return failure != null;
        } finally {
            appending.unlock();
        }
    }

    /// By how many bytes this writer made packs longer so far.
    long appended() {
        return packs.stream().mapToLong(PackAppender::appended).sum();
    }

    /// Forgets what was not committed, and lets the collector have what nothing refers to.
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            awaitAppended();
            if (lease != null) {
                lease.close();
            }
        } finally {
            for (PackAppender pack : packs) {
                pack.close();
            }
            packs.clear();
            lock.unlock();
        }
    }

    private <T> T commitFlushed(Transaction.Work<T> work) throws IOException {
        int held = packs.size();
        long start = held == 0 ? 0 : packs.getLast().position();
        long blocks = newBlocks;
        long bytes = newBytes;
        boolean done = false;
        try {
            T result = store.index().write(database -> commit(database, work));
            done = true;
            packs.forEach(PackAppender::committed);
            return result;
        } finally {
            if (!done) {
                newBlocks = blocks;
                newBytes = bytes;
                takeBack(held, start);
            }
        }
    }

    /// Takes back what was appended to the last of so many packs, or one that was taken since.
    private void takeBack(int held, long start) throws IOException {
        if (packs.size() > held) {
            packs.removeLast().discard();
        } else if (held > 0) {
            packs.getLast().cut(start);
        }
    }

    private <T> T commit(Database database, Transaction.Work<T> work)
            throws SQLException, IOException {
        long sequence =
                database.number(
                        "UPDATE counter SET value = value + 1 WHERE name = 'sequence' RETURNING value");
        var journal =
                new JournalWriter((records, number, last) -> {
                    if (packs.isEmpty()) {
                        takePack();
                    }
                    packs.getLast().append(store.codec().journal(records, number, last, sequence));
                });
        T result = work.run(new Transaction(database, sequence, journal));
        if (journal.isEmpty() && frames.isEmpty()) {
            // Every number that is given is in a pack, so that one that is lost is missed.
            database.run("UPDATE counter SET value = value - 1 WHERE name = 'sequence'");
        } else {
            journal.finish();
        }
        for (PackAppender pack : packs) {
            pack.force();
            database.run("UPDATE pack SET length = ? WHERE id = ?", pack.position(), pack.row());
        }
        name(database, sequence);
        return result;
    }

    /// Enters the new frames and blocks into the index, blocks in the order of their keys. Those
    /// that another writer has committed meanwhile stay where they are, and the room that they take
    /// here too is left to the collector.
    private void name(Database database, long sequence) throws SQLException {
        record Row(Slot slot, long frame) {}
        var rows = new ArrayList<Row>(fresh.size());
        for (Gathered frame : frames) {
            var at = Objects.requireNonNull(frame.location);
            long row =
                    database.number(
                            """
                            INSERT INTO frame (pack, offset, length, raw, base, sequence)
                            VALUES (?, ?, ?, ?, 0, ?) RETURNING id\
                            """,
                            at.pack(),
                            at.offset(),
                            at.length(),
                            at.raw(),
                            sequence);
            if (loosely) {
                database.run("INSERT INTO loose (frame) VALUES (?)", row);
            }
            frame.slots.forEach(slot -> rows.add(new Row(slot, row)));
        }
        rows.sort(Comparator.comparing(row -> row.slot.key));
        var replacing = new ArrayList<Object>();
        var adding = new ArrayList<Object>(4 * rows.size());
        for (Row row : rows) {
            (row.slot.anew ? replacing : adding)
                    .addAll(List.of(row.slot.key, row.frame, row.slot.offset, row.slot.length));
        }
        var replaced = insert(database, "REPLACE", replacing);
        var added = insert(database, "IGNORE", adding);
        newBlocks += replaced.getCount() + added.getCount();
        newBytes += replaced.getSum() + added.getSum();
    }

    private static LongSummaryStatistics insert(Database database, String orElse, List<?> blocks)
            throws SQLException {
        return database.insert(
                "INSERT OR " + orElse + " INTO block (key, frame, offset, length)",
                4,
                blocks,
                "length");
    }

    private void gather(Block block, boolean anew) throws IOException {
        int length = block.bytes().length();
        if (length > Block.MAX_SIZE) {
            throw new IOException(
                    "block %s has %d bytes; at most %d are kept"
                            .formatted(block.cid(), length, Block.MAX_SIZE));
        }
        Bytes key = BlockKey.of(block.cid()).compact();
        lock.lock();
        try {
            check();
            lease();
            if (fresh.containsKey(key) || !anew && kept.contains(key)) {
                return;
            }
            if (current.length + length > current.array().length
                    || current.slots.size() == Frame.MAX_BLOCKS) {
                seal();
                current = new Gathered(array(length));
            }
            var slot = new Slot(block.cid(), key, current, length, anew);
            block.bytes().copyTo(0, current.array(), current.length, length);
            current.length += length;
            current.slots.add(slot);
            fresh.put(key, slot);
        } finally {
            lock.unlock();
        }
    }

    /// Hands the current frame to the compressing threads, and waits while they have enough.
    private void seal() {
        var frame = current;
        if (frame.slots.isEmpty()) {
            return;
        }
        room.acquireUninterruptibly();
        frames.add(frame);
        appending.lock();
        try {
            sealed.add(frame);
        } finally {
            appending.unlock();
        }
        Lease held = Objects.requireNonNull(lease);
        store.threads().execute(() -> compress(frame, held));
    }

    private void flush() throws IOException {
        seal();
        current = new Gathered(NONE);
        awaitAppended();
        check();
        frames.removeIf(frame -> frame.slots.isEmpty());
    }

    private void awaitAppended() {
        appending.lock();
        try {
            while (!sealed.isEmpty() || forcing) {
                appended.awaitUninterruptibly();
            }
        } finally {
            appending.unlock();
        }
    }

    private void compress(Gathered frame, Lease held) {
        IOException problem = new IOException("a frame could not be compressed");
        try {
            leaveOutKnown(frame, held);
            if (!frame.slots.isEmpty()) {
                frame.encoded =
                        loosely
                                ? FrameCodec.loose(frame.list(), frame.array(), frame.length)
                                : store.codec().blocks(frame.list(), frame.array(), frame.length);
            }
            problem = null;
        } catch (IOException e) {
            problem = e;
        } finally {
            append(frame, problem);
        }
    }

    /// Blocks are looked up here, many at once, and not where they are put, which would wait.
    private void leaveOutKnown(Gathered frame, Lease held) throws IOException {
        long seen = held.sweeps();
        var known =
                store.index()
                        .known(
                                frame.slots.stream()
                                        .filter(slot -> !slot.anew)
                                        .map(slot -> slot.key)
                                        .toList());
        if (!known.isEmpty() && held.rely(known, seen)) {
            appending.lock();
            try {
                frame.leaveOut(known);
            } finally {
                appending.unlock();
            }
        }
    }

    /// Appends the frames that are compressed, in their order, as far as that is complete.
    private void append(Gathered frame, @Nullable IOException problem) {
        appending.lock();
        try {
            if (failure == null) {
                failure = problem;
            }
            frame.compressed = true;
            for (var next = sealed.peek(); next != null && next.compressed; ) {
                appendUnlessFailed(next);
                sealed.remove();
                room.release();
                next = sealed.peek();
            }
            appended.signalAll();
        } finally {
            appending.unlock();
        }
    }

    @SuppressWarnings(
            "CatchingUnchecked") // whatever goes wrong on this thread is the writer's failure
    private void appendUnlessFailed(Gathered frame) {
        if (failure == null) {
            try {
                append(frame);
            } catch (IOException e) {
                failure = e;
            } catch (Exception e) {
                failure = new IOException("a frame could not be written: " + e, e);
            }
        }
    }

    private void append(Gathered frame) throws IOException {
        if (frame.encoded != null) {
            if (packs.isEmpty() || packs.getLast().isFull()) {
                takePack();
            }
            var pack = packs.getLast();
            long offset = pack.append(frame.encoded);
            if (loosely) {
                pack.write(Bytes.wrap(frame.array(), 0, frame.length));
            }
            int length = (int) (pack.position() - offset);
            frame.location = new FrameLocation(pack.row(), offset, length, frame.length, 0);
            frame.encoded = null;
            forceAhead(pack);
        }
        arrays.add(frame.array());
        frame.raw = null;
    }

    /// Sends frames to the disk while others are made, so that a commit has few to wait for.
    private void forceAhead(PackAppender pack) {
        if (!forcing && pack.unforced() > FORCE_AHEAD) {
            forcing = true;
            long position = pack.position();
            Thread.startVirtualThread(() -> force(pack, position));
        }
    }

    private void force(PackAppender pack, long position) {
        IOException problem = null;
        try {
            pack.sync();
        } catch (IOException e) {
            problem = e;
        }
        appending.lock();
        try {
            forcing = false;
            if (problem == null) {
                pack.forced(position);
            } else {
                failure = problem;
            }
            appended.signalAll();
        } finally {
            appending.unlock();
        }
    }

    /// An array for a frame that begins with a block of this length.
    private byte[] array(int length) {
        appending.lock();
        try {
            byte[] used = arrays.poll();
            return used != null && used.length >= length ? used : new byte[Math.max(length, FRAME)];
        } finally {
            appending.unlock();
        }
    }

    private Lease lease() throws IOException {
        if (lease == null) {
            appending.lock();
            try {
                if (packs.isEmpty()) {
                    takePack();
                }
                lease = Lease.begin(store, packs.getFirst().row());
            } finally {
                appending.unlock();
            }
        }
        return lease;
    }

    private void takePack() throws IOException {
        packs.add(PackAppender.take(store.index(), store.leases(), store.home()));
    }

    private void check() throws IOException {
        if (closed) {
            throw new IOException("the writer is closed");
        }
        appending.lock();
        try {
            if (failure != null) {
                throw new IOException(failure.getMessage(), failure);
            }
        } finally {
            appending.unlock();
        }
    }
}
