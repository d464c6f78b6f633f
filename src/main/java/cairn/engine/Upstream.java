package cairn.engine;

import cairn.cid.FormatException;
import cairn.store.PathStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A store that is asked for what is not here, and how it does. Safe for use by several threads.
///
/// One that fails is not asked again for a while, which grows if it goes on failing.
final class Upstream {
    private static final Logger LOG = System.getLogger(Upstream.class.getName());

    /// How long a connection may be lost before others are asked instead.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration FIRST_REST = Duration.ofSeconds(15);
    private static final Duration LONGEST_REST = Duration.ofMinutes(10);

    private final String uri;
    private final Opening opening;
    private final int priority;
    private final InstantSource clock;

    /// Held by who opens the store.
    private final ReentrantLock door = new ReentrantLock();

    private volatile @Nullable PathStore store;
    private volatile boolean closed;
    private long asked;
    private long found;
    private long failed;
    private String trouble = "";
    private Instant restsUntil = Instant.EPOCH;
    private Duration rest = FIRST_REST;

    private Upstream(String uri, Opening opening, int priority, InstantSource clock) {
        this.uri = uri;
        this.opening = opening;
        this.priority = priority;
        this.clock = clock;
    }

    /// How a store is opened.
    @FunctionalInterface
    interface Opening {
        PathStore open() throws IOException;
    }

    /// Opens a store, or lets it rest if its server cannot be reached now.
    static Upstream open(String uri, Opening opening, int priority, InstantSource clock)
            throws IOException {
        var upstream = new Upstream(uri, opening, priority, clock);
        try {
            var _ = upstream.store();
        } catch (UnreachableException e) {
            upstream.fails(e);
        }
        return upstream;
    }

    /// What is asked of a store.
    @FunctionalInterface
    interface Question<T> {
        Optional<T> of(PathStore store) throws IOException;
    }

    /// What a store said.
    ///
    /// @param sure whether the question need not be asked again soon
    record Said<T>(Optional<T> answer, boolean sure) {}

    String uri() {
        var opened = store;
        return opened == null ? uri : opened.uri();
    }

    /// The store, which is opened now if that was not to be done before.
    PathStore store() throws IOException {
        var opened = store;
        if (opened != null) {
            return opened;
        }
        door.lock();
        try {
            opened = store;
            if (opened == null) {
                if (isResting()) {
                    // Somebody else found out meanwhile.
                    throw new IOException(trouble());
                }
                opened = opening.open();
                store = opened;
            }
            if (closed) {
                opened.giveUp();
            }
            return opened;
        } finally {
            door.unlock();
        }
    }

    /// Fails what is asked now.
    void giveUp() {
        closed = true;
        var opened = store;
        if (opened != null) {
            opened.giveUp();
        }
    }

    void close() throws IOException {
        closed = true;
        door.lock();
        try {
            if (store != null) {
                store.close();
            }
        } finally {
            door.unlock();
        }
    }

    int priority() {
        return priority;
    }

    <T> Said<T> ask(Question<T> question) {
        synchronized (this) {
            if (isResting()) {
                return new Said<>(Optional.empty(), false);
            }
            asked++;
        }
        try {
            var opened = store();
            opened.awaitConnection(PATIENCE);
            var answer = question.of(opened);
            works(answer.isPresent());
            return new Said<>(answer, true);
        } catch (FormatException e) {
            // Nonsense about one thing; the store may well know others.
            blunders(e);
            return new Said<>(Optional.empty(), true);
        } catch (IOException | UncheckedIOException e) {
            fails(e);
            return new Said<>(Optional.empty(), false);
        }
    }

    /// It did not give what it should.
    synchronized void blunders(Exception cause) {
        failed++;
        trouble = String.valueOf(cause.getMessage());
        LOG.log(Level.WARNING, "{0}: {1}", uri(), trouble);
    }

    /// It is left alone for a while.
    synchronized void fails(Exception cause) {
        failed++;
        trouble = String.valueOf(cause.getMessage());
        if (isResting()) {
            return;
        }
        restsUntil = clock.instant().plus(rest);
        LOG.log(Level.WARNING, "{0} is not asked for {1}: {2}", uri(), rest, trouble);
        Duration longer = rest.multipliedBy(2);
        rest = longer.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : longer;
    }

    synchronized Substituters.Health health(boolean offline) {
        var state =
                offline
                        ? Substituters.State.OFFLINE
                        : isResting()
                                ? Substituters.State.RESTING
                                : asked == 0
                                        ? Substituters.State.UNTRIED
                                        : Substituters.State.WORKING;
        return new Substituters.Health(
                uri(), priority, state, asked, found, failed, restsUntil, trouble);
    }

    private synchronized void works(boolean hasIt) {
        rest = FIRST_REST;
        trouble = "";
        if (hasIt) {
            found++;
        }
    }

    private synchronized String trouble() {
        return trouble;
    }

    private synchronized boolean isResting() {
        return clock.instant().isBefore(restsUntil);
    }
}
