package cairn.nats;

import cairn.engine.Engine;
import java.io.IOException;

/// Brings in the paths that others publish into the stream of a domain, those too that were
/// published while this node was away.
///
/// It goes through the headers of what came after the last message that it dealt with, which is
/// kept for each stream, and fetches what lacks here of the paths that PathNodes tell of. As that
/// goes on by itself, only those are brought that a trusted key signed or whose name follows from
/// their content, with all that they refer to.
final class Replica implements Follower.Step {
    private static final long NOTE_NANOS = 1_000_000_000;

    private final Engine engine;
    private final BlockStream stream;
    private final Courier courier;
    private final Follower follower;
    private volatile State state = new State(0, 0, 0, "");
    private long notedAt = System.nanoTime();

    /// How far it came.
    ///
    /// @param sequence the last message that was dealt with
    /// @param paths how many it brought since it started
    /// @param strangers how many it left because nobody whom this node trusts vouches for them
    /// @param problem why it does not go on just now, empty if it does
    record State(long sequence, long paths, long strangers, String problem) {}

    private Replica(Engine engine, BlockStream stream, Courier courier, Follower follower) {
        this.engine = engine;
        this.stream = stream;
        this.courier = courier;
        this.follower = follower;
    }

    static Replica start(Engine engine, BlockStream stream, Courier courier) {
        var follower = new Follower("replica", "what others publish is not brought in");
        var replica = new Replica(engine, stream, courier, follower);
        follower.start(replica);
        return replica;
    }

    State state() {
        return new State(state.sequence, state.paths, state.strangers, follower.problem());
    }

    Follower follower() {
        return follower;
    }

    @Override
    public void run() throws IOException {
        var info = stream.find();
        if (info.isEmpty()) {
            return;
        }
        String name =
                "%s %s taken".formatted(stream.name(), info.get().getCreateTime().toInstant());
        long noted = engine.store().followed(name);
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
                            engine.store().noteFollowed(name, header.sequence());
                            notedAt = System.nanoTime();
                        }
                        return follower.goesOn();
                    });
        } finally {
            engine.store().noteFollowed(name, state.sequence);
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
}
