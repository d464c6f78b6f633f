package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.Engine;
import cairn.engine.RefusedException;
import cairn.ipld.Block;
import cairn.ipld.BlockSource;
import cairn.nix.StorePath;
import cairn.store.PathImport;
import cairn.store.PathInfo;
import cairn.store.PathNode;
import cairn.store.Progress;
import cairn.store.Store;
import cairn.store.StoreWriter;
import cairn.store.StoredPath;
import cairn.store.TreeNar;
import cairn.unixfs.MissingBlockException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Blocks that others bring, until the paths they belong to are registered.
///
/// They are kept from a collection as long as somebody brings or asks for some; after a minute of
/// silence what belongs to nothing is left to it. Safe for use by several threads.
final class Intake implements AutoCloseable {
    /// What a crash can cost, and what waits in memory to be named.
    private static final long COMMIT_EVERY = 64 << 20;

    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final long GLANCE_SECONDS = 5;

    private final Engine engine;
    private final NatsStore domain;
    private final Peers peers;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("intake").factory());
    private @Nullable StoreWriter writer;
    private long uncommitted;
    private int registering;
    private Instant last = Instant.MIN;

    private Intake(Engine engine, NatsStore domain, Peers peers) {
        this.engine = engine;
        this.domain = domain;
        this.peers = peers;
    }

    /// @param domain the nodes of which this is one
    static Intake start(Engine engine, NatsStore domain, Peers peers) {
        var intake = new Intake(engine, domain, peers);
        intake.thread.execute(intake::look);
        return intake;
    }

    /// Those that are not here; the others are kept for a while.
    synchronized List<Cid> lacking(List<Cid> cids) throws IOException {
        var blocks = writer();
        var lacking = new ArrayList<Cid>();
        for (Cid cid : cids) {
            if (!blocks.has(cid)) {
                lacking.add(cid);
            }
        }
        return lacking;
    }

    /// A block that was brought and is not committed yet.
    synchronized Optional<Bytes> block(Cid cid) throws IOException {
        return writer == null ? Optional.empty() : writer.block(cid);
    }

    /// Takes a block, and tells whether it was not here.
    ///
    /// @throws RefusedException if the bytes are not those that the identifier names
    synchronized boolean put(Cid cid, Bytes bytes) throws IOException {
        if (!cid.hash().isVerifiable() || !cid.matches(bytes)) {
            throw new RefusedException(
                    RefusedException.Reason.WRONG,
                    "these %d bytes are not block %s".formatted(bytes.length(), cid));
        }
        if (bytes.length() > Block.MAX_SIZE) {
            throw new RefusedException(
                    RefusedException.Reason.TOO_LARGE,
                    "a block of %d bytes; at most %d are taken"
                            .formatted(bytes.length(), Block.MAX_SIZE));
        }
        var blocks = writer();
        if (blocks.has(cid)) {
            return false;
        }
        blocks.put(new Block(cid, bytes));
        uncommitted += bytes.length();
        if (uncommitted > COMMIT_EVERY) {
            commit(blocks);
        }
        return true;
    }

    /// Registers a path whose blocks were brought: its references have to be here, its content has
    /// to be what its node says, and is cut as this store cuts.
    ///
    /// Whoever brings a path does not know which of several nodes he gave what; what others were
    /// given comes from them.
    ///
    /// @throws RefusedException if the node is that of another path
    StoredPath register(String hash, PathJson.Claim claim) throws IOException {
        Store store = engine.store();
        synchronized (this) {
            registering++;
            commit(writer());
        }
        BlockSource blocks = peers.isEmpty() ? store : domain.streaming();
        try (var paths = new PathImport(store, engine.clock(), Progress.NONE)) {
            var node =
                    PathNode.decode(
                            blocks.block(claim.cid())
                                    .orElseThrow(() -> new MissingBlockException(claim.cid())));
            if (!node.path().hash().equals(hash)) {
                throw new RefusedException(
                        RefusedException.Reason.WRONG,
                        "%s is the node of %s".formatted(claim.cid(), node.path()));
            }
            var info = info(node, claim, blocks);
            bring(info, node.references());
            paths.add(info, new TreeNar(peers.isEmpty() ? store : domain, node.tree()));
            paths.commit();
            return store.catalog()
                    .path(node.path())
                    .orElseThrow(() -> new IOException(node.path() + " went at once"));
        } finally {
            synchronized (this) {
                registering--;
                last = engine.clock().instant();
            }
        }
    }

    /// Brings in what a path refers to from other nodes, if it is what the path's node names.
    private void bring(PathInfo info, List<Cid> nodes) throws IOException {
        var lacking = new ArrayList<StorePath>();
        for (StorePath reference : info.dependencies()) {
            if (!peers.isEmpty()
                    && engine.catalog().path(reference).isEmpty()
                    && domain.cids(reference)
                            .filter(there -> nodes.contains(there.path()))
                            .isPresent()) {
                lacking.add(reference);
            }
        }
        if (!lacking.isEmpty()) {
            var _ = engine.copyIn(domain, lacking, false, Progress.NONE);
        }
    }

    private PathInfo info(PathNode node, PathJson.Claim claim, BlockSource blocks)
            throws IOException {
        var references = new ArrayList<StorePath>();
        for (Cid reference : node.references()) {
            references.add(name(node, reference, blocks));
        }
        if (node.selfReference()) {
            references.add(node.path());
        }
        return new PathInfo(
                node.path(),
                node.narHash(),
                node.narSize(),
                references,
                claim.deriver(),
                claim.signatures(),
                claim.ca());
    }

    /// The path that a node refers to, by its registration or, where others cut otherwise, by the
    /// node that came.
    private StorePath name(PathNode node, Cid reference, BlockSource blocks) throws IOException {
        var known = engine.catalog().named(reference);
        if (!known.isEmpty()) {
            return known.getFirst().info().path();
        }
        Bytes block =
                blocks.block(reference)
                        .orElseThrow(() ->
                                new FormatException(
                                        "nix.path/1",
                                        0,
                                        "%s refers to %s, which is not here"
                                                .formatted(node.path(), reference)));
        return PathNode.decode(block).path();
    }

    private StoreWriter writer() throws IOException {
        last = engine.clock().instant();
        if (stopped.getCount() == 0) {
            throw new IOException("this node is being stopped");
        }
        var open = writer;
        if (open == null) {
            open = engine.store().writer();
            writer = open;
        }
        return open;
    }

    private void commit(StoreWriter blocks) throws IOException {
        try {
            blocks.commit();
            uncommitted = 0;
        } catch (IOException e) {
            discard();
            throw e;
        }
    }

    private void look() {
        try {
            while (!stopped.await(GLANCE_SECONDS, TimeUnit.SECONDS)) {
                rest();
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread; if so, it is no longer wanted.
        }
    }

    private synchronized void rest() {
        if (writer != null
                && registering == 0
                && engine.clock().instant().isAfter(last.plus(SILENCE))) {
            discard();
        }
    }

    private synchronized void discard() {
        var open = writer;
        writer = null;
        uncommitted = 0;
        if (open != null) {
            try {
                open.close();
            } catch (IOException _) {
                // Nothing in it was promised to anybody.
            }
        }
    }

    @Override
    public void close() {
        stopped.countDown();
        thread.close();
        discard();
    }
}
