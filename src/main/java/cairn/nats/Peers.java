package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.ipld.BlockSource;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;

/// The other nodes of a domain, for what a node lacks itself. Safe for use by several threads.
///
/// Who comes says its name to all at once, and they answer with theirs; so does everyone from time
/// to time, and whose connection was lost. Then each is asked by name for what it has itself, so no
/// question is passed on a second time, and one that is gone is known to be so at once.
final class Peers implements BlockSource, AutoCloseable {
    private static final Logger LOG = System.getLogger(Peers.class.getName());

    /// How long one may take of whom there are others.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final long HELLO_SECONDS = 30;

    /// After so long without another answer no more are waited for.
    private static final Duration QUIET = Duration.ofMillis(100);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final Bus bus;
    private final Subjects subjects;
    private final String name;
    private final Dispatcher ears;
    private final String inbox;
    private final Semaphore heard = new Semaphore(0);
    private final Set<String> known = new ConcurrentSkipListSet<>();
    private volatile boolean closed;

    private Peers(Bus bus, Subjects subjects, String name) {
        this.bus = bus;
        this.subjects = subjects;
        this.name = name;
        inbox = bus.connection().createInbox();
        ears = bus.connection().createDispatcher(this::hear);
    }

    /// Listens for the others of a domain.
    static Peers listen(Bus bus, Subjects subjects, String name) {
        var peers = new Peers(bus, subjects, name);
        peers.ears.subscribe(subjects.hello()).subscribe(peers.inbox);
        return peers;
    }

    /// The nodes of a domain for who is none of them.
    static Peers visit(Bus bus, Subjects subjects) {
        var peers = new Peers(bus, subjects, "");
        peers.ears.subscribe(peers.inbox);
        return peers;
    }

    /// Asks who is there, and returns when those who answer quickly were heard.
    void look() throws IOException {
        look(QUIET);
    }

    /// @param quiet how much later than another one may answer
    void look(Duration quiet) throws IOException {
        bus.connection().publish(subjects.hello(), inbox, new byte[0]);
        bus.settle();
        if (bus.refused().contains(new Bus.Refused(true, subjects.hello()))) {
            return;
        }
        try {
            boolean _ = heard.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            while (heard.tryAcquire(quiet.toMillis(), TimeUnit.MILLISECONDS)) {
                // There may be more.
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while looking for other nodes");
        }
    }

    /// Tells the others that this node is there and can be asked, now and from time to time.
    void greet() {
        bus.onState(state -> {
            if (state instanceof Bus.State.Connected) {
                say();
            }
        });
        sayAgain();
    }

    /// Those who were heard of.
    List<String> names() {
        return List.copyOf(known);
    }

    boolean isEmpty() {
        return known.isEmpty();
    }

    /// A block of the first who has it. Those who give something else are told of in the log.
    @Override
    public Optional<Bytes> block(Cid cid) throws IOException {
        Bytes set = Bytes.wrap(NatsNode.set(List.of(cid)).toByteArray());
        return first(
                peer -> bus.sendPromptly(Subjects.validate(peer), set, PATIENCE),
                (peer, lacking) -> {
                    if (!NatsNode.cids(lacking).isEmpty()) {
                        return Optional.empty();
                    }
                    Bytes bytes =
                            Bus.await(
                                    bus.sendPromptly(
                                            subjects.peerGet(peer, cid), Bytes.EMPTY, PATIENCE));
                    BlockFetch.check(cid, bytes, "node " + peer);
                    return Optional.of(bytes);
                });
    }

    /// What the first who has a path says of it.
    Optional<Bytes> resolve(String hash) throws IOException {
        return first(
                peer -> bus.sendPromptly(subjects.peerResolve(peer, hash), Bytes.EMPTY, PATIENCE),
                (_, json) -> Optional.of(json));
    }

    /// Those of some blocks that nobody has.
    List<Cid> lacking(List<Cid> cids) throws IOException {
        Bytes set = Bytes.wrap(NatsNode.set(cids).toByteArray());
        var lacking = new LinkedHashSet<>(cids);
        Optional<Boolean> _ =
                first(
                        peer -> bus.sendPromptly(Subjects.validate(peer), set, PATIENCE),
                        (_, there) -> {
                            lacking.retainAll(Set.copyOf(NatsNode.cids(there)));
                            return lacking.isEmpty() ? Optional.of(true) : Optional.empty();
                        });
        return List.copyOf(lacking);
    }

    /// Makes something of what a peer said, or nothing.
    @FunctionalInterface
    private interface Reading<T> {
        Optional<T> of(String peer, Bytes reply) throws IOException;
    }

    private record Reply(String peer, CompletableFuture<Bytes> future) {}

    /// Asks everyone at once, and takes the first reply of which something can be made.
    private <T> Optional<T> first(
            Function<String, CompletableFuture<Bytes>> question, Reading<T> reading)
            throws IOException {
        List<String> peers = names();
        var replies = new LinkedBlockingQueue<Reply>();
        for (String peer : peers) {
            var future = question.apply(peer);
            var _ = future.whenComplete((_, _) -> replies.add(new Reply(peer, future)));
        }
        for (int i = 0; i < peers.size(); i++) {
            Reply reply = next(replies);
            try {
                var found = reading.of(reply.peer, Bus.await(reply.future));
                if (found.isPresent()) {
                    return found;
                }
            } catch (Requests.AnsweredException e) {
                if (e.refusal().kind() != Wire.Problem.Kind.NOT_FOUND) {
                    LOG.log(Level.WARNING, "node {0}: {1}", reply.peer, e.getMessage());
                }
            } catch (Requests.NobodyException _) {
                known.remove(reply.peer);
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                LOG.log(Level.WARNING, "node {0}: {1}", reply.peer, e.getMessage());
            }
        }
        return Optional.empty();
    }

    private static Reply next(LinkedBlockingQueue<Reply> replies) throws InterruptedIOException {
        try {
            return replies.take();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for other nodes");
        }
    }

    private void hear(Message message) {
        if (message.isStatusMessage()) {
            heard.release(); // nobody is there
            return;
        }
        String peer = new String(message.getData(), StandardCharsets.UTF_8);
        if (peer.equals(name)) {
            return;
        }
        if (NAME.matcher(peer).matches()) {
            known.add(peer);
            heard.release();
        }
        if (message.getReplyTo() != null) {
            bus.connection().publish(message.getReplyTo(), name());
        }
    }

    private void say() {
        if (!closed) {
            bus.connection().publish(subjects.hello(), inbox, name());
        }
    }

    private void sayAgain() {
        if (!closed) {
            CompletableFuture.delayedExecutor(HELLO_SECONDS, TimeUnit.SECONDS)
                    .execute(() -> {
                        say();
                        sayAgain();
                    });
        }
    }

    private byte[] name() {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /// Says nothing any more. The connection stays.
    @Override
    public void close() {
        closed = true;
    }
}
