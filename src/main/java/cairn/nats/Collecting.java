package cairn.nats;

import cairn.cid.Bytes;
import cairn.engine.Engine;
import cairn.engine.RefusedException;
import cairn.store.Collected;
import cairn.store.Progress;
import cairn.trust.PublicKey;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The collections that others ask a node for, one at a time. Safe for use by several threads.
///
/// A job may be heard twice: then it is not done twice, and the end of one that is over is told
/// again.
final class Collecting implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Collecting.class.getName());
    private static final int REMEMBERED = 100;
    private static final long TELL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Engine engine;
    private final String node;
    private final Bus bus;
    private final Audit audit;
    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private @Nullable Job running;
    private boolean closed;

    /// @param node what the node calls itself
    Collecting(Engine engine, String node, Bus bus, Audit audit) {
        this.engine = engine;
        this.node = node;
        this.bus = bus;
        this.audit = audit;
    }

    /// Takes a job from somebody who may ask for it; it runs on a thread of its own.
    ///
    /// @param key who asks
    /// @return what is known of it by now
    /// @throws RefusedException if another is under way
    synchronized Bytes take(CollectionJob asked, PublicKey key) throws IOException {
        Job known = jobs.get(asked.id());
        if (asked.cancel()) {
            if (known == null) {
                throw new NoSuchFileException(
                        "node %s has no collection %s".formatted(node, asked.id()));
            }
            known.cancelled = true;
            note(asked, Audit.Outcome.ACCEPTED, key, 0, "it is to end");
            return known.state.toBytes(known.asked);
        }
        if (known != null) {
            if (!known.asked.equals(asked)) {
                throw conflict(
                        "node %s has another collection %s: give this one an id of its own"
                                .formatted(node, asked.id()));
            }
            if (known != running) {
                known.tell();
            }
            return known.state.toBytes(asked);
        }
        var busy = running;
        if (busy != null) {
            throw conflict(
                    "node %s does collection %s now, and one at a time: ask again when it is over"
                            .formatted(node, busy.asked.id()));
        }
        if (closed) {
            throw new IOException("node %s ends".formatted(node));
        }
        var job = new Job(asked, key);
        while (jobs.size() >= REMEMBERED) {
            jobs.remove(jobs.keySet().iterator().next());
        }
        jobs.put(asked.id(), job);
        running = job;
        note(asked, Audit.Outcome.ACCEPTED, key, 0, asked.dryRun() ? "a dry run" : "");
        job.thread.start();
        return job.state.toBytes(asked);
    }

    private void note(
            CollectionJob job, Audit.Outcome outcome, PublicKey key, long bytes, String reason) {
        audit.note(
                new Audit.Deed(
                        Audit.Action.COLLECT, outcome, Optional.of(key), job.id(), bytes, reason));
    }

    private static RefusedException conflict(String why) {
        return new RefusedException(RefusedException.Reason.CONFLICT, why);
    }

    private final class Job implements Progress {
        private final CollectionJob asked;
        private final PublicKey key;
        private final long started = System.nanoTime();
        private final Thread thread;
        private volatile boolean cancelled;
        private volatile CollectionState state = new CollectionState.Running("", 0, 0);
        private volatile long told = started - TELL_NANOS;

        Job(CollectionJob asked, PublicKey key) {
            this.asked = asked;
            this.key = key;
            thread = Thread.ofPlatform().daemon().name("collecting").unstarted(this::run);
        }

        private void run() {
            try {
                end(result());
            } catch (RuntimeException | Error e) {
                end(new CollectionState.Failed(false, e.toString()));
                throw e;
            }
        }

        private CollectionState result() {
            var store = engine.store();
            try {
                return new CollectionState.Done(
                        asked.dryRun(),
                        asked.dryRun()
                                ? store.tryCollecting(engine.roots(), this)
                                : store.collect(engine.roots(), this));
            } catch (CancellationException _) {
                return new CollectionState.Failed(
                        true,
                        cancelled
                                ? "somebody ended it"
                                : "it took longer than %,d s".formatted(asked.seconds()));
            } catch (IOException e) {
                return new CollectionState.Failed(false, Refusal.of(e).text());
            }
        }

        private void end(CollectionState result) {
            synchronized (Collecting.this) {
                state = result;
                running = null;
            }
            LOG.log(Level.INFO, "collection {0}: {1}", asked.id(), result);
            note(result);
            tell();
        }

        private void note(CollectionState result) {
            switch (result) {
                case CollectionState.Running _ -> {}
                case CollectionState.Done(boolean dryRun, Collected collected) ->
                        Collecting.this.note(
                                asked,
                                Audit.Outcome.DONE,
                                key,
                                collected.bytes(),
                                dryRun ? "a dry run" : "");
                case CollectionState.Failed(boolean ended, String reason) ->
                        Collecting.this.note(
                                asked,
                                ended ? Audit.Outcome.CANCELLED : Audit.Outcome.FAILED,
                                key,
                                0,
                                reason);
            }
        }

        private void tell() {
            try {
                bus.connection()
                        .publish(
                                Subjects.collection(asked.id()),
                                state.toBytes(asked).toByteArray());
            } catch (IllegalStateException e) {
                LOG.log(Level.DEBUG, "collection {0}: {1}", asked.id(), e.getMessage());
            }
        }

        @Override
        public void step(String what, long done, long total) {
            long now = System.nanoTime();
            if (now - told >= TELL_NANOS) { // of two threads that see this both may tell
                told = now;
                state = new CollectionState.Running(what, done, total);
                tell();
            }
        }

        @Override
        public boolean isCancelled() {
            return cancelled
                    || asked.seconds() > 0
                            && System.nanoTime() - started
                                    >= TimeUnit.SECONDS.toNanos(asked.seconds());
        }
    }

    /// Ends the one that is under way, and waits until it has ended.
    @Override
    public void close() {
        Job last;
        synchronized (this) {
            closed = true;
            last = running;
        }
        if (last != null) {
            last.cancelled = true;
            try {
                last.thread.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
