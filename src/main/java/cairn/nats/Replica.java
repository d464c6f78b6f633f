package cairn.nats;

import cairn.engine.Engine;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Brings in the paths that others publish into the stream of a domain, those too that were
/// published while this node was away.
///
/// It goes through the headers of what came after the last message that it dealt with, which is
/// kept for each stream, and fetches what lacks here of the paths that PathNodes tell of. As that
/// goes on by itself, only those are brought that a trusted key signed or whose name follows from
/// their content, with all that they refer to.
final class Replica implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Replica.class.getName());
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final long NOTE_NANOS = 1_000_000_000;

    private final Engine engine;
    private final BlockStream stream;
    private final Courier courier;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("replica").factory());
    private volatile State state = new State(0, 0, 0, "");
    private long notedAt = System.nanoTime();

    /// How far it came.
    ///
    /// @param sequence the last message that was dealt with
    /// @param paths how many it brought since it started
    /// @param strangers how many it left because nobody whom this node trusts vouches for them
    /// @param problem why it does not go on just now, empty if it does
    record State(long sequence, long paths, long strangers, String problem) {}

    private Replica(Engine engine, BlockStream stream, Courier courier) {
        this.engine = engine;
        this.stream = stream;
        this.courier = courier;
    }

    static Replica start(Engine engine, BlockStream stream, Courier courier) {
        var replica = new Replica(engine, stream, courier);
        replica.thread.execute(replica::run);
        return replica;
    }

    State state() {
        return state;
    }

    private void run() {
        try {
            Duration pause = Duration.ZERO;
            while (!stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                pause = step();
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread; if so, it is no longer wanted.
        }
    }

    /// Brings what is new, and returns how long to wait for more.
    private Duration step() {
        try {
            follow();
            state = new State(state.sequence, state.paths, state.strangers, "");
            return LOOK;
        } catch (IOException e) {
            String problem = String.valueOf(e.getMessage());
            if (stopped.getCount() > 0 && !problem.equals(state.problem)) {
                LOG.log(Level.WARNING, "what others publish is not brought in: " + problem);
            }
            state = new State(state.sequence, state.paths, state.strangers, problem);
            return AGAIN;
        }
    }

    private void follow() throws IOException {
        var info = stream.find();
        if (info.isEmpty()) {
            return;
        }
        String follower =
                "%s %s taken".formatted(stream.name(), info.get().getCreateTime().toInstant());
        long noted = engine.store().followed(follower);
        state = new State(noted, state.paths, state.strangers, state.problem);
        if (info.get().getStreamState().getLastSequence() <= noted) {
            return;
        }
        var trusted = engine.configuration().trustedKeys();
        try {
            stream.headers(
                    noted,
                    header -> {
                        if (header.claim().isPresent()) {
                            count(courier.bring(header.cid(), trusted));
                        }
                        state =
                                new State(
                                        header.sequence(),
                                        state.paths,
                                        state.strangers,
                                        state.problem);
                        if (System.nanoTime() - notedAt > NOTE_NANOS) {
                            engine.store().noteFollowed(follower, header.sequence());
                            notedAt = System.nanoTime();
                        }
                        return stopped.getCount() > 0;
                    });
        } finally {
            engine.store().noteFollowed(follower, state.sequence);
        }
    }

    private void count(Courier.Brought brought) {
        state =
                new State(
                        state.sequence,
                        state.paths + brought.paths(),
                        state.strangers + brought.strangers(),
                        state.problem);
    }

    /// Begins nothing new; who then fails what is under way need not wait for that.
    void stop() {
        stopped.countDown();
    }

    @Override
    public void close() {
        stop();
        thread.close();
    }
}
