package cairn.nats;

import cairn.board.Board;
import cairn.board.Fact;
import cairn.board.Hint;
import cairn.board.Outcome;
import cairn.board.Write;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.cid.JsonObject;
import cairn.engine.Engine;
import cairn.engine.RefusedException;
import cairn.store.Store;
import io.nats.client.Connection;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The blackboards of a home, shared with other nodes of the domain. Safe for use by several
/// threads.
///
/// ```
/// FIH           subjects FIH.*.FACT, FIH.*.INTENT, FIH.*.HINT   ; of the default domain; each
///                                                               ; message is a Write
/// FIH_<domain>  the same
/// ```
///
/// The order of the stream is the order of writes: each node does what the stream has, in its
/// order, so all come to the same. A write is answered once the stream has it and it was done here.
/// While the stream cannot be reached facts and hints wait for it in the home; nothing else is
/// taken.
final class SharedBoards implements AutoCloseable {
    private static final Logger LOG = System.getLogger(SharedBoards.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int BATCH = 100;
    private static final int TRIES = 50;
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int REMEMBERED = 1000;

    private final Bus bus;
    private final Board board;
    private final Store store;
    private final String node;
    private final EventStream stream;
    private final Follower follower = new Follower("boards", "boards are not shared");

    /// What came of the last messages, by their sequence.
    private final Map<Long, Outcome> outcomes =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Outcome> eldest) {
                    return size() > REMEMBERED;
                }
            };

    /// The stream that is followed, and how far: messages that changed nothing leave no trace.
    private String followed = "";

    private long heard;

    /// @param replicas of the stream if it has to be made
    SharedBoards(Bus bus, Subjects subjects, Engine engine, String node, int replicas) {
        this.bus = bus;
        this.node = node;
        board = engine.board();
        store = engine.store();
        stream =
                new EventStream(
                        bus,
                        StreamConfiguration.builder()
                                .name(subjects.boards())
                                .description("Blackboards of the Cairn domain " + subjects.label())
                                .subjects("FIH.*.FACT", "FIH.*.INTENT", "FIH.*.HINT")
                                .replicas(replicas));
    }

    /// Follows what others write, and tells them what waits here.
    void start() {
        follower.start(() -> {
            try {
                tell();
                var _ = catchUp();
            } catch (IOException e) {
                if (!board.projects().isEmpty()) {
                    throw e;
                }
                // Without a board nobody misses the stream.
            }
        });
    }

    Follower follower() {
        return follower;
    }

    /// Does a write as soon as the stream has it.
    ///
    /// @throws RefusedException if it is larger than the stream takes
    /// @throws IOException if the stream cannot be reached, and it is neither fact nor hint
    Outcome write(Write write) throws IOException {
        long sequence;
        try {
            sequence = publish(write, UUID.randomUUID().toString());
        } catch (IOException e) {
            if (isTooLarge(e)) {
                throw e;
            }
            if (!mayWait(write)) {
                throw new IOException(
                        "%s needs stream %s: %s"
                                .formatted(write.name(), stream.name(), e.getMessage()),
                        e);
            }
            var waits = board.write(write);
            return waits.kind() == Outcome.Kind.DONE
                    ? new Outcome(
                            Outcome.Kind.QUEUED,
                            waits.id(),
                            "others hear of it once stream %s can be reached"
                                    .formatted(stream.name()))
                    : waits;
        }
        var outcome = hear(sequence, write);
        // Another process of this home may have heard it first.
        return outcome.kind() == Outcome.Kind.KNOWN ? board.known(write) : outcome;
    }

    private static boolean mayWait(Write write) {
        return write instanceof Write.SubmitFact || write instanceof Write.SubmitHint;
    }

    /// Such a message never gets there, however long it waits.
    private static boolean isTooLarge(IOException e) {
        return e instanceof RefusedException refused
                && refused.reason() == RefusedException.Reason.TOO_LARGE;
    }

    /// @param id by which the stream knows a message that comes again
    /// @return its sequence
    private long publish(Write write, String id) throws IOException {
        if (bus.connection().getStatus() != Connection.Status.CONNECTED) {
            throw new IOException(bus.server() + " cannot be reached now");
        }
        var sent =
                stream.publish(
                        Subjects.board(write.project(), kind(write)),
                        new Headers().add("Nats-Msg-Id", id),
                        write.toBytes());
        Bytes ack =
                Bus.await(sent, PATIENCE.toNanos())
                        .orElseThrow(() -> {
                            sent.cancel(false);
                            return new IOException(
                                    "%s did not acknowledge it within %d s; what came of it is not known"
                                            .formatted(bus.server(), PATIENCE.toSeconds()));
                        });
        return JsonObject.parse("acknowledgement", ack).number("seq");
    }

    private static String kind(Write write) {
        return switch (write) {
            case Write.SubmitFact _, Write.Expire _ -> "FACT";
            case Write.SubmitIntent _, Write.Work _, Write.Conclude _ -> "INTENT";
            case Write.SubmitHint _ -> "HINT";
        };
    }

    /// Publishes the facts and hints that wait and are still there. How far that came is kept in
    /// the home.
    private void tell() throws IOException {
        String name = "%s %s told".formatted(bus.server(), stream.name());
        long told = store.followed(name);
        for (var waiting = board.ownAfter(told, BATCH);
                !waiting.isEmpty();
                waiting = board.ownAfter(told, BATCH)) {
            for (var own : waiting) {
                if (board.has(own.write())) {
                    tell(own);
                }
                told = own.cursor();
                store.noteFollowed(name, told);
            }
        }
    }

    private void tell(Board.Own own) throws IOException {
        try {
            long _ = publish(own.write(), "%s/%d".formatted(node, own.cursor()));
        } catch (RefusedException e) {
            if (!isTooLarge(e)) {
                throw e;
            }
            LOG.log(
                    Level.WARNING,
                    "board {0}: {1} stays here, others never hear of it: {2}",
                    own.write().project(),
                    own.write().target(),
                    e.getMessage());
        }
    }

    /// Does all that the stream has by now.
    ///
    /// @return whether there is a stream
    boolean catchUp() throws IOException {
        var info = stream.find();
        if (info.isEmpty()) {
            return false;
        }
        hear(
                "%s %s".formatted(stream.name(), info.get().getCreateTime().toInstant()),
                info.get().getStreamState().getLastSequence());
        return true;
    }

    /// Does all up to a message that the stream has, and tells what came of that one.
    private Outcome hear(long sequence, Write write) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            var _ = catchUp();
            synchronized (this) {
                if (sequence <= heard) {
                    return outcomes.getOrDefault(
                            sequence, new Outcome(Outcome.Kind.KNOWN, write.target(), ""));
                }
            }
            LockSupport.parkNanos(AGAIN_NANOS); // a server that lags behind was asked
        }
        throw new IOException(
                "%s has message %d of stream %s and does not give it; what came of it is not known"
                        .formatted(bus.server(), sequence, stream.name()));
    }

    private synchronized void hear(String name, long last) throws IOException {
        if (!name.equals(followed)) {
            outcomes.clear();
            heard = board.heard(name);
            followed = name;
        }
        while (heard < last) {
            var message = stream.next(heard + 1, Subjects.ANY_BOARD);
            if (message.isEmpty()) {
                return; // a server that lags behind was asked
            }
            long sequence = message.get().getSeq();
            var write = write(message.get());
            if (write != null) {
                outcomes.put(sequence, take(write, new Board.Place(name, sequence)));
            }
            heard = sequence;
        }
    }

    private Outcome take(Write write, Board.Place place) throws IOException {
        Object before =
                switch (write) {
                    case Write.SubmitFact(String project, Fact fact) ->
                            board.fact(project, fact.id()).orElse(null);
                    case Write.SubmitHint(String project, Hint hint) ->
                            board.hint(project, hint.id()).orElse(null);
                    default -> null;
                };
        var outcome = board.write(write, place);
        if (before != null
                && outcome.kind() == Outcome.Kind.DONE
                && !before.equals(content(write))) {
            LOG.log(
                    Level.WARNING,
                    "board {0}: what waited here as {1} lost, somebody else wrote it first",
                    write.project(),
                    write.target());
        }
        return outcome;
    }

    private static Object content(Write write) {
        return switch (write) {
            case Write.SubmitFact(_, Fact fact) -> fact;
            case Write.SubmitHint(_, Hint hint) -> hint;
            default -> write;
        };
    }

    /// Null for a message that is none, which is passed over by all.
    private @Nullable Write write(MessageInfo message) {
        byte[] data = message.getData();
        try {
            var write =
                    Write.parse(
                            JsonObject.parse(
                                    "board", data == null ? Bytes.EMPTY : Bytes.wrap(data)));
            if (!Subjects.board(write.project(), kind(write)).equals(message.getSubject())) {
                throw new FormatException(
                        "board", 0, "%s came on %s".formatted(write.name(), message.getSubject()));
            }
            return write;
        } catch (FormatException e) {
            LOG.log(
                    Level.WARNING,
                    "{0}: message {1} of stream {2} is no write: {3}",
                    bus.server(),
                    String.valueOf(message.getSeq()),
                    stream.name(),
                    e.getMessage());
            return null;
        }
    }

    @Override
    public void close() {
        follower.close();
    }
}
