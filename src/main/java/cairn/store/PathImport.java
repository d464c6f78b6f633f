package cairn.store;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.KeySet;
import cairn.ipld.Block;
import cairn.nix.ContentAddress;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Brings store paths into a store, references before referrers, and commits several at once.
///
/// The NAR of each path is synthesised from the blocks that were stored and must have the promised
/// size and hash; a content address is recorded only if the content has it. What is not committed
/// when the import closes was never there. Belongs to one thread.
///
/// Of several imports, of whatever processes, that bring a path at the same time one does and the
/// others wait until it is there. Who has to wait commits before, so that nobody waits for him.
public final class PathImport implements AutoCloseable {
    /// More than any path has, and little enough to be read to its end: a few blocks that are
    /// shared again and again, or a few bytes that unpack to zeros, could promise 2^63.
    private static final long MAX_NAR = 1L << 40;

    /// Longer than most paths take. Who waited in vain, perhaps for a process that was stopped,
    /// brings this path and all others too; what comes twice then is left to the collector.
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration PAUSE = Duration.ofMillis(20);

    /// Each lock takes the longer the more there are.
    private static final int MAX_CLAIMS = 4096;

    private final Store store;
    private final StoreWriter writer;
    private final InstantSource clock;
    private final Progress progress;
    private final Map<StorePath, StoredPath> pending = new HashMap<>();

    /// The nodes of the paths that were added or found, which no collection takes meanwhile.
    private final Map<StorePath, Cid> kept = new HashMap<>();

    /// Keep others from bringing the paths that are not committed.
    private final Map<StorePath, FileLock> claims = new HashMap<>();

    private final List<StoredPath> order = new ArrayList<>();

    /// The blocks that were put, of which paths share many.
    private final KeySet seen = new KeySet();

    private boolean waits = true;
    private long pendingBytes;
    private long newPaths;
    private long blocks;
    private long bytes;

    /// @param progress asked between blocks whether to stop
    public PathImport(Store store, InstantSource clock, Progress progress) throws IOException {
        this(store, store.writer(), clock, progress);
    }

    /// @param writer of the store; closed with this
    public PathImport(Store store, StoreWriter writer, InstantSource clock, Progress progress) {
        this.store = store;
        this.writer = writer;
        this.clock = clock;
        this.progress = progress;
    }

    /// Imports one path, which is visible after [#commit()].
    ///
    /// A path that is here already is not read; what the info says beside the content is added.
    ///
    /// @throws FormatException if the content is not what the info promises
    /// @throws FileAlreadyExistsException if a path of this name is here with other content or
    ///   other references
    /// @throws IOException also if references are missing; names them
    public StoredPath add(PathInfo info, NarSource content) throws IOException {
        var known = findOrClaim(info.path());
        if (known.isPresent()) {
            return again(known.get(), info);
        }
        if (info.narSize() > MAX_NAR) {
            throw new FormatException(
                    "nar",
                    0,
                    "%s is said to have %d bytes, and no path has more than %d"
                            .formatted(info.path(), info.narSize(), MAX_NAR));
        }
        List<Cid> references = references(info);
        return add(
                info, read(content, info.narSize(), OutputStream.nullOutputStream()), references);
    }

    /// Imports a tree before it is known whose it is. The import may then wait for that: it holds
    /// little memory.
    ///
    /// @param limit the most bytes that its NAR may have
    public TreeImport.Imported tree(NarSource content, long limit) throws IOException {
        return tree(content, limit, OutputStream.nullOutputStream());
    }

    /// The same for those who want the NAR too.
    ///
    /// @param copy is written the NAR of that which is imported, while it is
    public TreeImport.Imported tree(NarSource content, long limit, OutputStream copy)
            throws IOException {
        var imported = read(content, limit, copy);
        writer.settle();
        return imported;
    }

    /// Checks what can be checked of a path before its references are here.
    ///
    /// @throws FormatException if the content is not what the info promises, or has another content
    ///   address
    public void check(PathInfo info, TreeImport.Imported imported) throws IOException {
        info.requireNar(imported.narHash(), imported.narSize());
        var _ = believedCa(info, new TreeNar(writer, imported.tree().cid()));
    }

    /// Tells whether the disk let the import down, so that nothing more can come of it.
    public boolean hasFailed() {
        return writer.hasFailed();
    }

    /// Imports a path of a tree that this import [brought][#tree], as if its content was given.
    public StoredPath add(PathInfo info, TreeImport.Imported imported) throws IOException {
        var known = keep(info.path());
        return known.isPresent() ? again(known.get(), info) : add(info, imported, references(info));
    }

    private TreeImport.Imported read(NarSource content, long limit, OutputStream copy)
            throws IOException {
        var tree = new TreeImport(this::put, limit, store.threads(), copy);
        content.writeTo(tree);
        return tree.finish();
    }

    private StoredPath add(PathInfo info, TreeImport.Imported imported, List<Cid> references)
            throws IOException {
        info.requireNar(imported.narHash(), imported.narSize());
        Cid root = imported.tree().cid();
        var ca = believedCa(info, new TreeNar(writer, root));
        var node =
                new PathNode(
                                info.path(),
                                info.narHash(),
                                info.narSize(),
                                root,
                                references,
                                info.refersToItself())
                        .toBlock();
        put(node);
        var stored =
                new StoredPath(
                        claiming(info, info.deriver(), ca), node.cid(), root, clock.instant());
        pending.put(info.path(), stored);
        kept.put(info.path(), node.cid());
        order.add(stored);
        pendingBytes += info.narSize();
        return stored;
    }

    /// The content of a path of another store, of which what is here already is read here, be it
    /// committed or not.
    ///
    /// @throws IOException as [PathStore#nar(StorePath)] does
    public NarSource from(PathStore other, StorePath path) throws IOException {
        return other.nar(path, writer);
    }

    /// The bytes of NARs that were added since the last commit.
    public long pendingBytes() {
        return pendingBytes;
    }

    /// How many of the paths that were committed were not here before.
    public long newPaths() {
        return newPaths;
    }

    /// How many blocks were put, each counted once, those that were here before included.
    public long blocks() {
        return blocks;
    }

    /// The bytes of those blocks.
    public long bytes() {
        return bytes;
    }

    /// How many of them were not here before.
    public long newBlocks() {
        return writer.newBlocks();
    }

    /// The bytes of those.
    public long newBytes() {
        return writer.newBytes();
    }

    /// Makes everything that was added visible, in one step.
    public void commit() throws IOException {
        commit(List.of());
    }

    /// Makes everything that was added visible, and these pins with it.
    public void commit(List<Pin> pins) throws IOException {
        if (!order.isEmpty() || !pins.isEmpty()) {
            newPaths +=
                    writer.commit(transaction -> {
                        long fresh = 0;
                        for (StoredPath path : order) {
                            fresh += transaction.register(path) ? 1 : 0;
                        }
                        for (Pin pin : pins) {
                            transaction.pin(pin);
                        }
                        return fresh;
                    });
            pending.clear();
            order.clear();
            pendingBytes = 0;
        }
        releaseClaims();
    }

    @Override
    public void close() throws IOException {
        try (writer) {
            releaseClaims();
        }
    }

    private void releaseClaims() throws IOException {
        for (FileLock claim : claims.values()) {
            claim.release();
        }
        claims.clear();
    }

    private void put(Block block) throws IOException {
        progress.check();
        if (seen.add(block.cid())) {
            blocks++;
            bytes += block.bytes().length();
        }
        writer.put(block);
    }

    /// Finds a path as [#keep] does, or else sees to it that others wait for this import to bring
    /// it.
    private Optional<StoredPath> findOrClaim(StorePath path) throws IOException {
        if (claims.containsKey(path)) {
            return keep(path);
        }
        if (claims.size() == MAX_CLAIMS) {
            commit();
        }
        long began = System.nanoTime();
        while (true) {
            var claim = store.leases().tryClaim(path);
            claim.ifPresent(lock -> claims.put(path, lock));
            // Looked up under the claim, because who had it may have brought the path.
            var known = keep(path);
            if (known.isPresent() && claim.isPresent()) {
                claims.remove(path);
                claim.get().release();
            }
            if (known.isPresent() || claim.isPresent() || !waits) {
                return known;
            }
            commit();
            progress.check();
            progress.step("waiting for another import of " + path.name(), 0, 0);
            pause();
            waits = System.nanoTime() - began < PATIENCE.toNanos();
        }
    }

    private static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while another import brought a path");
        }
    }

    /// Finds a path, and keeps it from being collected while this import is open. Empty also if it
    /// is just being collected: then it has to come in again.
    private Optional<StoredPath> keep(StorePath path) throws IOException {
        var fresh = pending.get(path);
        if (fresh != null) {
            return Optional.of(fresh);
        }
        var known = store.catalog().path(path);
        if (known.isEmpty() || !writer.has(known.get().cid())) {
            return Optional.empty();
        }
        kept.put(path, known.get().cid());
        // Looked up again, because it may have gone before it was kept.
        return store.catalog().path(path);
    }

    private StoredPath again(StoredPath known, PathInfo info) throws IOException {
        var here = known.info();
        if (!here.narHash().equals(info.narHash()) || here.narSize() != info.narSize()) {
            throw otherwise(
                    info,
                    "is here with other content: its NAR has %d bytes and hash %s, not %d and %s"
                            .formatted(
                                    here.narSize(),
                                    here.narHash(),
                                    info.narSize(),
                                    info.narHash()));
        }
        if (!here.references().equals(info.references())) {
            throw otherwise(
                    info,
                    "is here with other references: %s, not %s"
                            .formatted(here.references(), info.references()));
        }
        boolean learnsDeriver = here.deriver().isEmpty() && info.deriver().isPresent();
        boolean learnsCa = here.ca().isEmpty() && info.ca().isPresent();
        if (learnsDeriver || learnsCa || !here.signatures().containsAll(info.signatures())) {
            order.add(
                    new StoredPath(
                            claiming(
                                    info,
                                    learnsDeriver ? info.deriver() : Optional.empty(),
                                    learnsCa
                                            ? believedCa(info, new TreeNar(writer, known.tree()))
                                            : Optional.empty()),
                            known.cid(),
                            known.tree(),
                            known.registeredAt()));
        }
        return known;
    }

    private static FileAlreadyExistsException otherwise(PathInfo info, String how) {
        return new FileAlreadyExistsException(info.path().toString(), null, how);
    }

    /// The PathNodes of the references, in the order of their store paths.
    private List<Cid> references(PathInfo info) throws IOException {
        var found = new ArrayList<Cid>();
        var missing = new ArrayList<String>();
        for (StorePath reference : info.dependencies()) {
            node(reference).ifPresentOrElse(found::add, () -> missing.add(reference.toString()));
        }
        if (!missing.isEmpty()) {
            throw new MissingReferenceException(
                    "%s refers to paths that are not here: %s. Import these first, or its closure."
                            .formatted(info.path(), String.join(", ", missing)));
        }
        return found;
    }

    /// The node of a path that is referred to, which is kept.
    private Optional<Cid> node(StorePath path) throws IOException {
        var node = Optional.ofNullable(kept.get(path));
        if (node.isPresent()) {
            return node;
        }
        var known = keep(path);
        while (known.isEmpty() && isHere(path)) {
            // A sweep is under way; whoever writes waits for it.
            progress.check();
            int _ = store.index().write(_ -> 0);
            known = keep(path);
        }
        return known.map(StoredPath::cid);
    }

    private boolean isHere(StorePath path) throws IOException {
        var known = store.catalog().path(path);
        return known.isPresent() && store.has(known.get().cid());
    }

    /// The content address that a path claims, if its content has it; one in a form that we do not
    /// know is not believed.
    private static Optional<String> believedCa(PathInfo info, NarSource content)
            throws IOException {
        if (info.ca().isEmpty()) {
            return Optional.empty();
        }
        ContentAddress ca;
        try {
            ca = ContentAddress.parse(info.ca().get());
        } catch (FormatException _) {
            return Optional.empty();
        }
        // The NAR's hash was checked; without a reference to itself it is the address as well.
        boolean isNarHash =
                ca.method() == ContentAddress.Method.RECURSIVE
                        && ca.hash().equals(info.narHash())
                        && !info.refersToItself();
        if (isNarHash
                ? !ca.names(info.path(), info.references())
                : !ca.holds(info.path(), info.references(), content)) {
            throw new FormatException(
                    ContentAddress.FORMAT,
                    0,
                    "%s is not what %s claims".formatted(info.path(), ca));
        }
        return info.ca();
    }

    private static PathInfo claiming(
            PathInfo info, Optional<StorePath> deriver, Optional<String> ca) {
        return new PathInfo(
                info.path(),
                info.narHash(),
                info.narSize(),
                info.references(),
                deriver,
                info.signatures(),
                ca);
    }
}
