package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.engine.Engine;
import cairn.store.Collected;
import cairn.store.Progress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Asks another node to collect in its home, and follows that.
public final class RemoteCollection {
    private static final long LOOK_MILLIS = 100;

    /// After so long without a word it is asked again, which does not start it again.
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /// Who ends a program does not wait for long.
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private RemoteCollection() {}

    /// Collects in the home of a node, as [cairn.store.Store#collect] does in one's own. Who stops
    /// this stops the node too.
    ///
    /// @param uri `nats+ipld://host:port[/domain]`
    /// @param node its name; not needed where there is only one
    /// @param dryRun whether it only tells what would go
    /// @throws cairn.engine.RefusedException if the node takes no changes from this home's key, or
    ///   is at another collection
    public static Collected run(
            String uri, Engine engine, Optional<String> node, boolean dryRun, Progress progress)
            throws IOException {
        try (var store = NatsStore.open(uri, engine)) {
            var job =
                    new CollectionJob(
                            UUID.randomUUID().toString(),
                            node(uri, store.nodes(), node),
                            dryRun,
                            0,
                            false);
            var heard = new LinkedBlockingQueue<Bytes>();
            store.listen(Subjects.collection(job.id()), heard::add);
            return follow(store, job, heard, progress);
        }
    }

    private static String node(String uri, List<String> there, Optional<String> wanted)
            throws IOException {
        if (there.isEmpty()) {
            throw new IOException(uri + ": no node is there");
        }
        if (wanted.isEmpty() && there.size() > 1) {
            throw new FormatException(
                    "store uri",
                    0,
                    "%s leads to several nodes: name one of %s"
                            .formatted(uri, String.join(", ", there)));
        }
        String name = wanted.orElse(there.getFirst());
        if (!there.contains(name)) {
            throw new NoSuchFileException(
                    "node " + name,
                    null,
                    "is not at %s, which has %s".formatted(uri, String.join(", ", there)));
        }
        return name;
    }

    private static Collected follow(
            NatsStore store, CollectionJob job, LinkedBlockingQueue<Bytes> heard, Progress progress)
            throws IOException {
        heard.add(store.change(Subjects.COLLECT, job.toBytes(), Bus.PATIENCE));
        long since = System.nanoTime();
        try {
            while (true) {
                progress.check();
                Bytes next = heard.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    since = System.nanoTime();
                    switch (CollectionState.parse(next)) {
                        case CollectionState.Running(String what, long done, long total) ->
                                progress.step(what, done, total);
                        case CollectionState.Done(_, Collected collected) -> {
                            return collected;
                        }
                        case CollectionState.Failed(_, String reason) ->
                                throw new IOException("node %s: %s".formatted(job.node(), reason));
                    }
                } else if (System.nanoTime() - since > SILENCE_NANOS) {
                    heard.add(store.change(Subjects.COLLECT, job.toBytes(), Bus.PATIENCE));
                }
            }
        } catch (CancellationException e) {
            cancel(store, job, e);
            throw e;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while node " + job.node() + " collects");
        }
    }

    /// Stops the node too, if it can be reached.
    private static void cancel(NatsStore store, CollectionJob job, CancellationException why) {
        try {
            var _ = store.change(Subjects.COLLECT, job.cancelled().toBytes(), LAST_WORDS);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }
}
