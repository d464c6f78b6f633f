package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.KeySet;
import cairn.nix.StorePath;
import cairn.store.Index.BlockLocation;
import cairn.store.Journal.Statement;
import cairn.store.PackRewriter.Row;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Removes what no root leads to, in three steps.
///
/// 1. **Mark** what the roots reach, while writers go on.
/// 2. **Sweep**: announce it (see [Lease]), then in one transaction mark what became a root
///    meanwhile, and delete the paths and the index entries of blocks that were not reached. Spared
///    is what was committed since the oldest live lease began, and what a live lease tells.
/// 3. **Compact**: packs in which enough is unused are rewritten. Frames of which more than half is
///    used are moved as they are, as are those that other frames build on, and those that build on
///    others, because on their own they would be longer; the blocks of others are gathered into new
///    frames.
///
/// A block that is needed and cannot be read hides what it leads to, so then nothing is swept.
///
/// Trying computes the same without writing, compression included, so that its bytes are exact.
final class Collector {
    /// The byte of the locks file that the one collector of a home holds.
    private static final long LOCK = 0;

    private static final long SMALL = 16 << 20;
    private static final int WORTH = 16;

    /// How much of the index SQLite keeps in memory: as ever, and while much of it changes, in KiB
    /// below zero.
    private static final int CACHE = -2000;

    private static final int SWEEPING_CACHE = -65536;

    private final Store store;
    private final Roots roots;
    private final boolean trying;
    private final Progress progress;
    private final Marker marker;

    Collector(Store store, Roots roots, boolean trying, Progress progress) {
        this.store = store;
        this.roots = roots;
        this.trying = trying;
        this.progress = progress;
        marker = new Marker(store, progress);
    }

    /// What was swept: paths, and how many blocks.
    private record Sweep(List<StorePath> paths, long blocks) {}

    /// What becomes of each path and each block that is swept.
    private interface Broom {
        void path(StorePath path) throws IOException, SQLException;

        void block(Bytes key) throws SQLException;
    }

    /// A pack, its committed length, and its frames in their order.
    private record Pack(long id, long length, List<Row> frames) {}

    /// How much of a frame is used.
    private static final class Use {
        private int blocks;
        private long bytes;
    }

    Collected run() throws IOException {
        try (var _ = lock(store)) {
            marker.mark(store.index().read(database -> roots(database, Long.MAX_VALUE, Set.of())));
            return trying ? attempt() : collect();
        }
    }

    /// To journal what went may take more than that saves.
    private Collected collected(Sweep sweep, long freed) {
        return new Collected(
                sweep.paths.size(),
                sweep.blocks,
                Math.max(0, freed),
                List.copyOf(marker.damaged()));
    }

    /// Makes sure that one at a time moves frames in a home.
    static FileLock lock(Store store) throws IOException {
        return store.leases()
                .tryLock(LOCK)
                .orElseThrow(() ->
                        new IOException(
                                store.home().folder()
                                        + ": packs are being collected or repacked; try again later"));
    }

    /// The beginnings and ends of sweeps up to now; odd during one. That of a collector which was
    /// killed never ends by itself.
    static long sweeps(Store store) throws IOException {
        long sweeps = store.index().counter("sweeps");
        if (sweeps % 2 == 0) {
            return sweeps;
        }
        var lock = store.leases().tryLock(LOCK);
        if (lock.isEmpty()) {
            return sweeps;
        }
        try {
            announce(store, false);
            return store.index().counter("sweeps");
        } finally {
            lock.get().release();
        }
    }

    private Collected attempt() throws IOException {
        long freed = orphans();
        var swept = new KeySet();
        var sweep =
                store.index()
                        .read(database ->
                                sweep(
                                        database,
                                        new Broom() {
                                            @Override
                                            public void path(StorePath path) {}

                                            @Override
                                            public void block(Bytes key) {
                                                boolean _ = swept.add(key);
                                            }
                                        }));
        long journal = journalLength(sweep.paths);
        freed += compact(swept);
        return collected(sweep, freed - journal);
    }

    private Collected collect() throws IOException {
        long freed = orphans();
        announce(store, true);
        Sweep sweep;
        long journal;
        try (var writer = store.writer()) {
            sweep = writer.commit(this::remove);
            journal = writer.appended();
        } finally {
            announce(store, false);
        }
        freed += compact(new KeySet());
        return collected(sweep, freed - journal);
    }

    /// Counts the sweeps up to an odd number before one, to an even one after it.
    private static void announce(Store store, boolean begins) throws IOException {
        int _ =
                store.index()
                        .write(database -> {
                            database.run(
                                    "UPDATE counter SET value = value + 1 + (value % 2 = ?) WHERE name = 'sweeps'",
                                    begins ? 1 : 0);
                            return 0;
                        });
    }

    private Sweep remove(Transaction transaction) throws IOException, SQLException {
        var database = transaction.database();
        database.script("PRAGMA cache_size = " + SWEEPING_CACHE);
        var sweep =
                sweep(
                        database,
                        new Broom() {
                            @Override
                            public void path(StorePath path) throws IOException, SQLException {
                                transaction.remove(path);
                            }

                            @Override
                            public void block(Bytes key) throws SQLException {
                                database.run("DELETE FROM block WHERE key = ?", key);
                            }
                        });
        database.script("PRAGMA cache_size = " + CACHE);
        return sweep;
    }

    private Sweep sweep(Database database, Broom broom) throws IOException, SQLException {
        long since = Long.MAX_VALUE;
        var leased = new HashSet<Bytes>();
        for (var claim : Lease.live(store)) {
            since = Math.min(since, claim.since());
            leased.addAll(claim.keys());
        }
        marker.mark(roots(database, since, leased));
        while (marker.isLacking() && markByIndex(database)) {
            progress.check();
        }
        if (!marker.damaged().isEmpty()) {
            return new Sweep(List.of(), 0);
        }
        var paths = unreached(database);
        for (StorePath path : paths) {
            progress.check();
            broom.path(path);
        }
        long blocks = 0;
        // In the order in which they lie, so that each page of the index is written once.
        try (var rows =
                database.query(
                        "SELECT b.key, f.sequence FROM block b CROSS JOIN frame f ON f.id = b.frame"
                                + " ORDER BY b.key")) {
            while (rows.next()) {
                Bytes key = Database.bytes(rows, 1);
                if (rows.getLong(2) <= since && !marker.isMarked(key) && !leased.contains(key)) {
                    broom.block(key);
                    blocks++;
                }
            }
        }
        return new Sweep(paths, blocks);
    }

    private List<StorePath> unreached(Database database) throws IOException, SQLException {
        var paths = new ArrayList<StorePath>();
        try (var rows = database.query("SELECT folder, hash, name, cid FROM path ORDER BY id")) {
            while (rows.next()) {
                if (!marker.isMarked(BlockKey.of(Catalog.cid(rows, 4)))) {
                    paths.add(Catalog.storePath(rows, 1));
                }
            }
        }
        return paths;
    }

    /// Where the node of a path is lost or damaged, the index still tells what the path needs.
    ///
    /// @return whether more is marked now
    private boolean markByIndex(Database database) throws IOException, SQLException {
        var needed = new ArrayList<Cid>();
        try (var rows =
                database.query(
                        """
                        SELECT cid, tree FROM path UNION ALL
                        SELECT p.cid, t.cid FROM reference r
                        JOIN path p ON p.id = r.path JOIN path t ON t.id = r.target\
                        """)) {
            while (rows.next()) {
                Cid cid = Catalog.cid(rows, 2);
                if (marker.isMarked(BlockKey.of(Catalog.cid(rows, 1)))
                        && !marker.isMarked(BlockKey.of(cid))) {
                    needed.add(cid);
                }
            }
        }
        marker.mark(needed);
        return !needed.isEmpty();
    }

    /// Pins, build logs, what the caller names, and the paths that a live writer relies on.
    private Set<Cid> roots(Database database, long since, Set<Bytes> leased)
            throws IOException, SQLException {
        var all = new HashSet<>(roots.cids());
        try (var rows = database.query("SELECT cid FROM pin UNION SELECT cid FROM log")) {
            while (rows.next()) {
                all.add(Catalog.cid(rows, 1));
            }
        }
        if (since < Long.MAX_VALUE) {
            try (var rows = database.query("SELECT cid, sequence FROM path")) {
                while (rows.next()) {
                    Cid cid = Catalog.cid(rows, 1);
                    if (rows.getLong(2) > since || leased.contains(BlockKey.of(cid))) {
                        all.add(cid);
                    }
                }
            }
        }
        return all;
    }

    private long compact(KeySet swept) throws IOException {
        // Their lengths first: a pack that a writer makes longer meanwhile is left alone.
        var packs = store.index().read(Collector::packs);
        var frames = store.index().read(Collector::frames);
        var uses = store.index().read(database -> uses(database, swept));
        var bases = new HashSet<Long>();
        for (Row frame : frames) {
            if (frame.at().base() != 0 && use(uses, frame).blocks > 0) {
                bases.add(frame.at().base());
            }
        }
        frames.forEach(frame ->
                packs.computeIfAbsent(frame.at().pack(), id -> new Pack(id, 0, new ArrayList<>()))
                        .frames
                        .add(frame));
        try (var rewriter = new PackRewriter(store, trying)) {
            int done = 0;
            for (Pack pack : packs.values()) {
                progress.check();
                progress.step("packs", done++, packs.size());
                if (isWorthIt(pack, uses, bases) && rewriter.begin(pack.id, pack.length)) {
                    for (Row frame : pack.frames) {
                        progress.check();
                        move(rewriter, frame, use(uses, frame), bases, swept);
                    }
                    rewriter.end();
                }
            }
            rewriter.finish();
            return rewriter.freed();
        }
    }

    private void move(PackRewriter rewriter, Row row, Use use, Set<Long> bases, KeySet swept)
            throws IOException {
        if (use.blocks == 0 && !bases.contains(row.id())) {
            return;
        }
        if (isMovedWhole(row, use, bases)) {
            rewriter.copy(row);
            return;
        }
        Frame frame;
        try {
            frame = store.packs().frame(row.at());
        } catch (FormatException _) {
            // Damaged: what it holds stays known as damaged.
            rewriter.copy(row);
            return;
        }
        for (int i = 0; i < frame.count(); i++) {
            Bytes key = BlockKey.of(frame.cid(i));
            var here = new BlockLocation(row.at(), frame.start(i), frame.length(i));
            var indexed = store.index().locate(key);
            if (!swept.contains(key) && indexed.isPresent() && indexed.get().equals(here)) {
                rewriter.move(row, frame, i);
            }
        }
    }

    private static boolean isMovedWhole(Row frame, Use use, Set<Long> bases) {
        return frame.at().base() != 0
                || bases.contains(frame.id())
                || use.bytes * 2 >= frame.at().raw(); // both are zero of a frame of empty blocks
    }

    /// Packs are rewritten if that saves a sixteenth; small ones if it saves anything.
    private static boolean isWorthIt(Pack pack, Map<Long, Use> uses, Set<Long> bases) {
        long saved = 0;
        for (Row frame : pack.frames) {
            Use use = use(uses, frame);
            if (use.blocks == 0 && !bases.contains(frame.id())) {
                saved += frame.at().length();
            } else if (!isMovedWhole(frame, use, bases)) {
                saved += frame.at().length() * (frame.at().raw() - use.bytes) / frame.at().raw();
            }
        }
        return saved > 0 && (pack.length < SMALL || saved >= pack.length / WORTH);
    }

    private static Use use(Map<Long, Use> uses, Row frame) {
        return uses.getOrDefault(frame.id(), new Use());
    }

    private static List<Row> frames(Database database) throws SQLException {
        var frames = new ArrayList<Row>();
        try (var rows =
                database.query(
                        """
                        SELECT pack, offset, length, raw, base, id, sequence FROM frame
                        ORDER BY pack, offset\
                        """)) {
            while (rows.next()) {
                frames.add(new Row(rows.getLong(6), Index.frame(rows), rows.getLong(7)));
            }
        }
        return frames;
    }

    private static Map<Long, Pack> packs(Database database) throws SQLException {
        var packs = new TreeMap<Long, Pack>();
        try (var rows = database.query("SELECT id, length FROM pack")) {
            while (rows.next()) {
                packs.put(
                        rows.getLong(1),
                        new Pack(rows.getLong(1), rows.getLong(2), new ArrayList<>()));
            }
        }
        return packs;
    }

    private static Map<Long, Use> uses(Database database, KeySet swept) throws SQLException {
        var uses = new HashMap<Long, Use>();
        try (var rows = database.query("SELECT key, frame, length FROM block")) {
            while (rows.next()) {
                if (!swept.contains(Database.bytes(rows, 1))) {
                    Use use = uses.computeIfAbsent(rows.getLong(2), _ -> new Use());
                    use.blocks++;
                    use.bytes += rows.getLong(3);
                }
            }
        }
        return uses;
    }

    /// Deletes files and tails of files that writers which are gone left behind.
    private long orphans() throws IOException {
        return trying ? store.index().read(this::orphans) : store.index().write(this::orphans);
    }

    private long orphans(Database database) throws SQLException, IOException {
        long bytes = 0;
        var known = new HashSet<Path>();
        try (var rows = database.query("SELECT id, name, length FROM pack")) {
            while (rows.next()) {
                Path file = store.packs().file(rows.getString(2));
                known.add(file);
                bytes += tail(rows.getLong(1), file, rows.getLong(3));
            }
        }
        // A pack's row and its file are made in one transaction, so these are of no writer that
        // runs.
        try (var files = Files.newDirectoryStream(store.home().packs())) {
            for (Path file : files) {
                if (!known.contains(file)) {
                    bytes += Files.size(file);
                    if (!trying) {
                        Files.delete(file);
                    }
                }
            }
        }
        return bytes;
    }

    private long tail(long pack, Path file, long length) throws IOException {
        if (!Files.exists(file) || Files.size(file) <= length) {
            return 0;
        }
        var lock = store.leases().tryLock(pack);
        if (lock.isEmpty()) {
            return 0;
        }
        try {
            long tail = Files.size(file) - length;
            if (!trying) {
                try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(length);
                }
            }
            return tail;
        } finally {
            lock.get().release();
        }
    }

    /// By how much journalling the removal of paths makes packs longer.
    private long journalLength(List<StorePath> paths) throws IOException {
        if (paths.isEmpty()) {
            return 0;
        }
        long[] length = new long[1];
        var journal =
                new JournalWriter((records, number, last) ->
                        length[0] += store.codec().journal(records, number, last, 0).length());
        for (StorePath path : paths) {
            journal.write(new Statement.Removed(path));
        }
        journal.finish();
        return PackAppender.hasRoom(store.index(), store.leases(), store.home())
                ? length[0]
                : length[0] + PackAppender.HEAD;
    }
}
