package cairn.nats;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.KeySet;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.RefusedException;
import cairn.ipld.Block;
import cairn.ipld.DagWalk;
import cairn.ipld.Visit;
import cairn.nix.StorePath;
import cairn.store.Catalog;
import cairn.store.StoredPath;
import cairn.unixfs.MissingBlockException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

/// Publishes what comes into a home into the stream of its domain, by following the changes.
///
/// The files of a path come first and its PathNode when all of them were acknowledged, so a
/// PathNode in the stream has its tree there, and as paths come in after what they refer to, its
/// closure. How far this came is kept for each stream; one that is made anew gets everything again.
final class Publisher implements Follower.Step {
    private static final Logger LOG = System.getLogger(Publisher.class.getName());
    private static final int WINDOW = 64;
    private static final int CHANGES = 1000;

    /// Of more blocks than this that were published some may be published again.
    private static final int REMEMBERED = 1 << 20;

    private static final Duration FULL_AGAIN = Duration.ofSeconds(60);
    private static final long NOTE_NANOS = 1_000_000_000;

    private final Engine engine;
    private final BlockStream stream;
    private final Configuration.Nats.Streams settings;
    private final Follower follower;
    private final Queue<Sent> sent = new ArrayDeque<>();
    private KeySet done = new KeySet();
    private int remembered;
    private final LongAdder blocks = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private volatile long cursor;

    /// How far it came.
    ///
    /// @param cursor the last change that was dealt with
    /// @param blocks how many blocks the stream took from this node since it started
    /// @param bytes of these
    /// @param problem why it does not go on just now, empty if it does
    record State(long cursor, long blocks, long bytes, String problem) {}

    private record Sent(Block block, CompletableFuture<BlockStream.Published> future) {}

    private Publisher(
            Engine engine,
            BlockStream stream,
            Configuration.Nats.Streams settings,
            Follower follower) {
        this.engine = engine;
        this.stream = stream;
        this.settings = settings;
        this.follower = follower;
    }

    static Publisher start(Engine engine, BlockStream stream, Configuration.Nats.Streams settings) {
        var follower = new Follower("publisher", "what comes in is not published");
        var publisher = new Publisher(engine, stream, settings, follower);
        follower.start(publisher);
        return publisher;
    }

    State state() {
        return new State(cursor, blocks.sum(), bytes.sum(), follower.problem());
    }

    Follower follower() {
        return follower;
    }

    /// Nothing is known of what was under way.
    @Override
    public Duration failed(IOException failure) {
        sent.clear();
        done = new KeySet();
        remembered = 0;
        return failure instanceof BlockStream.FullException ? FULL_AGAIN : Follower.LOOK;
    }

    @Override
    public void run() throws IOException {
        var made = stream.make(settings).getCreateTime();
        String name = "%s %s".formatted(stream.name(), made.toInstant());
        long noted = engine.store().followed(name);
        long notedAt = System.nanoTime();
        cursor = noted;
        for (List<Catalog.Change> changes = engine.catalog().changes(cursor, CHANGES);
                !changes.isEmpty() && follower.goesOn();
                changes = engine.catalog().changes(cursor, CHANGES)) {
            for (var change : changes) {
                if (!follower.goesOn()) {
                    break;
                }
                if (change.kind().equals("path")) {
                    publish(StorePath.parse(change.subject()));
                }
                cursor = change.cursor();
                if (System.nanoTime() - notedAt > NOTE_NANOS) {
                    finish();
                    engine.store().noteFollowed(name, cursor);
                    noted = cursor;
                    notedAt = System.nanoTime();
                }
            }
        }
        finish();
        if (cursor != noted) {
            engine.store().noteFollowed(name, cursor);
        }
    }

    private void publish(StorePath path) throws IOException {
        var stored = engine.catalog().path(path);
        if (stored.isEmpty()) {
            return; // it went meanwhile
        }
        try {
            tree(stored.get().tree());
            node(stored.get());
        } catch (MissingBlockException | FormatException e) {
            leave(path, e);
        } catch (RefusedException e) {
            if (e.reason() != RefusedException.Reason.TOO_LARGE) {
                throw e;
            }
            leave(path, e);
        }
    }

    private void leave(StorePath path, IOException e) throws IOException {
        finish();
        LOG.log(Level.WARNING, "{0} is not published: {1}", path, e.getMessage());
    }

    private void tree(Cid root) throws IOException {
        var walk = new DagWalk(engine.store().inOrder(), List.of(root));
        for (var visit = walk.next(); visit.isPresent() && follower.goesOn(); visit = walk.next()) {
            switch (visit.get()) {
                case Visit.Found(var block, _) -> send(block);
                case Visit.Missing(var cid) -> throw new MissingBlockException(cid);
                case Visit.Malformed(_, var problem) -> throw problem;
            }
        }
    }

    private void send(Block block) throws IOException {
        if (remembered > REMEMBERED) {
            finish();
            done = new KeySet();
            remembered = 0;
        }
        if (done.add(block.cid())) {
            remembered++;
            while (sent.size() >= WINDOW) {
                settle();
            }
            sent.add(new Sent(block, stream.publish(block)));
        }
    }

    private void node(StoredPath path) throws IOException {
        Cid cid = path.cid();
        var block =
                new Block(
                        cid,
                        engine.store()
                                .block(cid)
                                .orElseThrow(() -> new MissingBlockException(cid)));
        finish();
        if (follower.goesOn()) {
            var claim =
                    new PathJson.Claim(
                            cid, path.info().signatures(), path.info().deriver(), path.info().ca());
            sent.add(new Sent(block, stream.publish(block, claim)));
        }
    }

    /// Returns when all was acknowledged.
    private void finish() throws IOException {
        while (!sent.isEmpty()) {
            settle();
        }
    }

    private void settle() throws IOException {
        var next = sent.remove();
        try {
            if (Bus.await(next.future) == BlockStream.Published.FRESH) {
                blocks.increment();
                bytes.add(next.block.bytes().length());
            }
        } catch (BlockStream.FullException e) {
            // A full stream may say so before it looks whether the block is there.
            if (stream.block(next.block.cid()).isEmpty()) {
                throw e;
            }
        }
    }
}
