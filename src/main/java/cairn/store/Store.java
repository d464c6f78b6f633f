package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.ipld.BlockSource;
import cairn.ipld.DagWalk;
import cairn.ipld.Visit;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.Index.BlockLocation;
import cairn.unixfs.MissingBlockException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/// The blocks and paths of one home. Several stores, of several processes, may share a home.
///
/// Blocks that are read are checked by the checksum of their frame, which covers the identifiers as
/// well; only verifying hashes them again. What [#commit] and the commits of a [StoreWriter]
/// changed is seen by all reads that begin later, in every process. Safe for use by several
/// threads.
public final class Store implements BlockSource, AutoCloseable {
    private static final int ATTEMPTS = 10;
    private static final long MAX_LOOSE = 4L << 30;
    private static final String FOLLOWER = "follower ";
    private static final int MAX_OFFERS = 1 << 16;

    private final Home home;
    private final boolean readOnly;
    private final Index index;
    private final Leases leases;
    private final FrameCodec codec = new FrameCodec();
    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    Runtime.getRuntime().availableProcessors(),
                    Thread.ofPlatform().daemon().name("store").factory());
    private final Packs packs;

    private Store(Home home, boolean readOnly, Index index, Leases leases) {
        this.home = home;
        this.readOnly = readOnly;
        this.index = index;
        this.leases = leases;
        packs = new Packs(home, index, codec, threads);
    }

    /// Opens a home, which is made if it is not there; one that cannot be written opens for
    /// reading.
    public static Store open(Path folder, Synchronous synchronous) throws IOException {
        var home = new Home(folder);
        if (home.exists() && !(Files.isWritable(home.index()) && Files.isWritable(folder))) {
            return openReadOnly(folder);
        }
        home.create();
        var leases = Leases.open(home);
        try {
            // Looked at before the index, because the index is made before any pack.
            boolean packed = home.hasPacks();
            return new Store(home, false, Index.open(home.index(), synchronous, packed), leases);
        } catch (IOException e) {
            leases.close();
            throw e;
        }
    }

    public static Store open(Path folder) throws IOException {
        return open(folder, Synchronous.FULL);
    }

    /// Opens a home that is there, and changes nothing in it.
    public static Store openReadOnly(Path folder) throws IOException {
        var home = new Home(folder);
        if (!home.exists()) {
            if (home.hasPacks()) {
                throw Index.lost(home.index());
            }
            throw new NoSuchFileException(home.index().toString(), null, "there is no store");
        }
        return new Store(home, true, Index.openReadOnly(home.index()), Leases.look(home));
    }

    /// Rebuilds the index of a home from its packs alone; the old one is moved aside. What comes
    /// back is what was journalled: the hash of each path has to be checked again.
    ///
    /// @throws IOException also if any process has the home open
    public static Repaired repair(Path folder, Progress progress) throws IOException {
        return new Repair(new Home(folder), progress).run();
    }

    public Home home() {
        return home;
    }

    public boolean isReadOnly() {
        return readOnly;
    }

    @Override
    public Optional<Bytes> block(Cid cid) throws IOException {
        if (BlockKey.isInline(cid)) {
            return Optional.of(cid.hash().digest());
        }
        return find(BlockKey.of(cid)).map(Found::block);
    }

    /// Reads blocks for one who goes through a tree: what lies next to the block before is found
    /// without asking the index, so it may still be found while it is collected.
    public BlockSource inOrder() {
        return new OrderedBlocks(this);
    }

    @Override
    public BlockSource streaming() {
        return new StreamedBlocks(this);
    }

    /// A block, and where it is in a frame.
    record Found(Frame frame, int index) {
        Bytes block() {
            return frame.block(index);
        }
    }

    Optional<Found> find(Bytes key) throws IOException {
        return at(key, location -> found(packs.frame(location.frame()), key, location));
    }

    /// The same, read from the disk even if the frame is at hand.
    Optional<Found> findAnew(Bytes key) throws IOException {
        return at(key, location -> found(packs.load(location.frame()), key, location));
    }

    /// A block in a frame that is to be given back.
    record Lent(Packs.Lent frame, int index) {}

    Optional<Lent> lend(Bytes key) throws IOException {
        return at(
                key,
                location -> {
                    var lent = packs.lend(location.frame());
                    return new Lent(lent, found(lent.frame(), key, location).index());
                });
    }

    @FunctionalInterface
    private interface Reading<T> {
        T at(BlockLocation location) throws IOException;
    }

    /// Reads where the index says that a block is.
    private <T> Optional<T> at(Bytes key, Reading<T> reading) throws IOException {
        for (int attempt = 1; ; attempt++) {
            var location = index.locate(key);
            if (location.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(reading.at(location.get()));
            } catch (NoSuchFileException | ClosedChannelException e) {
                // The pack was rewritten.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                packs.forget(location.get().frame().pack());
            }
        }
    }

    /// Tells whether the index knows a block. Whoever writes asks [StoreWriter#has(Cid)] instead.
    public boolean has(Cid cid) throws IOException {
        return size(cid).isPresent();
    }

    /// The size of a block in bytes, if it is here; nothing is read but the index.
    public OptionalLong size(Cid cid) throws IOException {
        if (BlockKey.isInline(cid)) {
            return OptionalLong.of(cid.hash().digest().length());
        }
        int size = index.size(BlockKey.of(cid));
        return size < 0 ? OptionalLong.empty() : OptionalLong.of(size);
    }

    /// Those that are not here, in the given order.
    public List<Cid> missing(Collection<Cid> cids) throws IOException {
        var keys = new ArrayList<Bytes>(cids.size());
        for (Cid cid : cids) {
            keys.add(BlockKey.of(cid));
        }
        var known = index.known(keys);
        var missing = new ArrayList<Cid>();
        for (Cid cid : cids) {
            if (!BlockKey.isInline(cid) && !known.contains(BlockKey.of(cid))) {
                missing.add(cid);
            }
        }
        return missing;
    }

    /// Reads a block from the disk and hashes it.
    public Verification verify(Cid cid) throws IOException {
        return new Verifier(this).verify(cid);
    }

    /// Remembers what a deep check of a path found wrong, where the home can be written.
    ///
    /// @param reason empty if nothing is wrong
    public void noteDamage(StorePath path, String reason) throws IOException {
        if (readOnly || catalog().damage(path).orElse("").equals(reason)) {
            return;
        }
        int _ =
                index.write(database ->
                        reason.isEmpty()
                                ? database.change(
                                        "DELETE FROM damage WHERE path = (SELECT id FROM path WHERE hash = ?)",
                                        path.hash())
                                : database.change(
                                        """
                                        INSERT OR REPLACE INTO damage (path, reason)
                                        SELECT id, ? FROM path WHERE hash = ?\
                                        """,
                                        reason,
                                        path.hash()));
    }

    /// Remembers, where the home can be written, that another store has a path with this archive,
    /// for those who ask for the archive when all else is forgotten. The oldest are forgotten too.
    ///
    /// @param path its 32 characters
    public void noteOffer(NixHash narHash, String path) throws IOException {
        if (readOnly || catalog().offered(narHash).orElse("").equals(path)) {
            return;
        }
        int _ =
                index.write(database -> {
                    database.run(
                            "INSERT OR REPLACE INTO offer (nar_hash, path) VALUES (?, ?)",
                            narHash.digest(),
                            path);
                    return database.change(
                            "DELETE FROM offer WHERE id <= (SELECT max(id) FROM offer) - ?",
                            MAX_OFFERS);
                });
    }

    /// Adds to how many paths were asked for that were here, and how many that were not; forgotten
    /// when the index is rebuilt.
    public void noteAsked(long hits, long misses) throws IOException {
        checkWritable();
        if (hits + misses > 0) {
            int _ =
                    index.write(database ->
                            database.change(
                                    """
                                    INSERT INTO counter (name, value) VALUES ('hits', ?), ('misses', ?)
                                    ON CONFLICT (name) DO UPDATE SET value = value + excluded.value\
                                    """,
                                    hits,
                                    misses));
        }
    }

    /// The last change that a follower dealt with, as it was [noted][#noteFollowed]; zero if none.
    /// Forgotten when the index is rebuilt, so a follower must bear to see changes again.
    public long followed(String follower) throws IOException {
        return index.read(database ->
                database.number(
                        "SELECT coalesce((SELECT value FROM counter WHERE name = ?), 0)",
                        FOLLOWER + follower));
    }

    public void noteFollowed(String follower, long cursor) throws IOException {
        checkWritable();
        int _ =
                index.write(database ->
                        database.change(
                                "INSERT OR REPLACE INTO counter (name, value) VALUES (?, ?)",
                                FOLLOWER + follower,
                                cursor));
    }

    /// Verifies every block that the index names, in the order in which they lie on the disk.
    ///
    /// @param each is told every finding, the healthy ones included, on the calling thread; of
    ///   blocks that are moved meanwhile perhaps twice
    public void verifyAll(Progress progress, Consumer<Verification> each) throws IOException {
        new Verifier(this).verifyAll(progress, each);
    }

    /// Removes the paths and blocks that nothing keeps, and shortens the packs.
    ///
    /// Kept is what pins, build logs and the given roots lead to, and what a running writer of any
    /// process wrote or found.
    public Collected collect(Roots roots, Progress progress) throws IOException {
        checkWritable();
        return new Collector(this, roots, false, progress).run();
    }

    /// Tells what [#collect] would do now, to the byte, and does nothing.
    public Collected tryCollecting(Roots roots, Progress progress) throws IOException {
        return new Collector(this, roots, true, progress).run();
    }

    /// Remembers when paths were asked for last, by their 32 characters.
    public void touch(Map<String, Instant> times) throws IOException {
        checkWritable();
        Evictor.touch(this, times);
    }

    /// Removes the paths that nobody asked for the longest until the packs take no more bytes than
    /// so many, and a little less.
    ///
    /// Kept is what [#collect] keeps, even if that is more, and what younger paths refer to.
    public Collected evict(long limit, Roots roots, Progress progress) throws IOException {
        checkWritable();
        return new Evictor(this, roots, progress).run(limit);
    }

    /// Makes the packs shorter by writing frames as what they add to similar ones; reading them
    /// takes a little longer. Only what came since the last time is looked at. Blocks can be read
    /// and written meanwhile; a crash or cancelling costs what was not finished.
    public Repacked repack(Progress progress) throws IOException {
        checkWritable();
        return new Repacker(this, false, progress).run();
    }

    /// Compresses what was written loosely. Blocks can be read and written meanwhile; a crash or
    /// cancelling costs what was not finished.
    public Repacked pack(Progress progress) throws IOException {
        checkWritable();
        return new Repacker(this, true, progress).run();
    }

    /// Pins what is here with all that it leads to; a registered path always is.
    ///
    /// @throws MissingBlockException if something is not, also because it was collected just now;
    ///   then nothing is pinned
    public void pin(List<Pin> pins) throws IOException {
        checkWritable();
        long seen = Collector.sweeps(this);
        for (Pin pin : pins) {
            requireWhole(pin.cid());
        }
        int _ =
                commit(transaction -> {
                    // Nothing is swept while this commits, and afterwards the pin is seen.
                    boolean swept = seen % 2 == 1 || Collector.sweeps(this) != seen;
                    for (Pin pin : pins) {
                        if (swept) {
                            requireWhole(pin.cid());
                        }
                        transaction.pin(pin);
                    }
                    return pins.size();
                });
    }

    private void requireWhole(Cid root) throws IOException {
        if (!catalog().named(root).isEmpty()) {
            return;
        }
        var walk = new DagWalk(this, List.of(root));
        for (var visit = walk.next(); visit.isPresent(); visit = walk.next()) {
            if (visit.get() instanceof Visit.Missing(var cid)) {
                throw new MissingBlockException(cid);
            }
        }
    }

    /// Counts and sizes; looks at the whole index.
    public Statistics statistics() throws IOException {
        return index.read(Statistics::of);
    }

    /// What is known of paths, pins, realisations, logs, events and changes.
    public Catalog catalog() {
        return new Catalog(index);
    }

    /// Begins to write; close the writer soon after the last commit.
    public StoreWriter writer() throws IOException {
        checkWritable();
        return new StoreWriter(this, false);
    }

    /// Begins to write in half the time, and at first in twice the room: what is written is
    /// compressed by [#pack]. Once much waits for that, it is compressed at once.
    public StoreWriter looseWriter() throws IOException {
        checkWritable();
        return new StoreWriter(this, looseBytes() < MAX_LOOSE);
    }

    /// How many bytes of the packs wait to be compressed.
    public long looseBytes() throws IOException {
        return index.read(database ->
                database.number(
                        "SELECT total(f.length) FROM loose l JOIN frame f ON f.id = l.frame"));
    }

    /// Reads tables that others keep in the index, see [Transaction#connection].
    @FunctionalInterface
    public interface Query<T> {
        T run(Connection connection) throws IOException, SQLException;
    }

    /// Runs a query, each statement of which sees the last commit.
    public <T> T read(Query<T> query) throws IOException {
        return index.read(database -> query.run(database.connection()));
    }

    /// Commits statements without blocks.
    public <T> T commit(Transaction.Work<T> work) throws IOException {
        try (var writer = writer()) {
            return writer.commit(work);
        }
    }

    Index index() {
        return index;
    }

    Leases leases() {
        return leases;
    }

    FrameCodec codec() {
        return codec;
    }

    Packs packs() {
        return packs;
    }

    /// Threads for compressing and decoding, as many as there are processors.
    ExecutorService threads() {
        return threads;
    }

    /// Closes the files. Writers must be closed before.
    @Override
    public void close() throws IOException {
        threads.close();
        packs.close();
        codec.close();
        try (leases) {
            index.close();
        }
    }

    private void checkWritable() throws IOException {
        if (readOnly) {
            throw new IOException(home.folder() + " can only be read");
        }
    }

    private static Found found(Frame frame, Bytes key, BlockLocation location)
            throws FormatException {
        int index = frame.indexOf(key, location.offset(), location.length());
        if (index < 0) {
            throw Packs.misplaced(location.frame());
        }
        return new Found(frame, index);
    }
}
