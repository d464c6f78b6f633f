package cairn.nats;

import cairn.cid.Bytes;
import cairn.engine.Meeting;
import cairn.engine.RefusedException;
import io.nats.client.Dispatcher;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What comes on a subject, kept until it is taken, but only so much of it.
final class NatsFeed implements Meeting.Feed {
    /// As many as anybody reads.
    static final int MOST = 10_000;

    private static final long MOST_BYTES = 32 << 20;
    private static final int NO_STREAM = 10059;
    private static final int NO_JETSTREAM = 10039;

    private final Bus bus;
    private final InstantSource clock;
    private final Deque<Meeting.Message> kept = new ArrayDeque<>();
    private long bytes;
    private long number;
    private long lost;
    private @Nullable Dispatcher ears;

    private NatsFeed(Bus bus, InstantSource clock) {
        this.bus = bus;
        this.clock = clock;
    }

    /// Listens to what comes from now on.
    static NatsFeed live(Bus bus, String subject, InstantSource clock) throws IOException {
        var feed = new NatsFeed(bus, clock);
        var ears = bus.connection().createDispatcher(feed::hear);
        feed.ears = ears;
        ears.subscribe(subject);
        try {
            bus.settle();
            if (bus.refused().contains(new Bus.Refused(false, subject))) {
                throw new RefusedException(
                        RefusedException.Reason.FORBIDDEN,
                        "%s does not let this client listen to %s"
                                .formatted(bus.server(), subject));
            }
            return feed;
        } catch (IOException e) {
            feed.close();
            throw e;
        }
    }

    /// Has what a stream kept since an instant, and then what comes.
    static NatsFeed since(
            Bus bus, Subjects subjects, String subject, Instant since, InstantSource clock)
            throws IOException {
        var feed = new NatsFeed(bus, clock);
        var ears = bus.connection().createDispatcher();
        feed.ears = ears;
        try {
            var options = PushSubscribeOptions.builder().ordered(true);
            Optional<String> stream = Lookout.stream(subjects, subject);
            stream.ifPresent(options::stream);
            options.configuration(
                    ConsumerConfiguration.builder()
                            .deliverPolicy(DeliverPolicy.ByStartTime)
                            .startTime(since.atZone(ZoneOffset.UTC))
                            .build());
            JetStreamSubscription _ =
                    bus.connection()
                            .jetStream()
                            .subscribe(subject, ears, feed::hear, false, options.build());
            return feed;
        } catch (JetStreamApiException e) {
            feed.close();
            throw e.getApiErrorCode() == NO_STREAM || e.getApiErrorCode() == NO_JETSTREAM
                    ? nothingKept(bus, subject)
                    : new IOException("%s: %s".formatted(bus.server(), e.getMessage()), e);
        } catch (IllegalStateException | IllegalArgumentException e) {
            feed.close(); // so the library says that no stream has the subject
            throw nothingKept(bus, subject);
        } catch (IOException e) {
            feed.close();
            throw bus.refused().stream()
                            .anyMatch(it -> it.publishing() && it.subject().startsWith("$JS."))
                    ? new RefusedException(
                            RefusedException.Reason.FORBIDDEN,
                            "%s does not let this client read what it keeps of %s"
                                    .formatted(bus.server(), subject))
                    : e;
        }
    }

    private static IOException nothingKept(Bus bus, String subject) {
        return new IOException("%s keeps nothing of %s".formatted(bus.server(), subject));
    }

    private void hear(Message message) {
        if (message.isStatusMessage()) {
            return;
        }
        Instant at =
                message.isJetStream()
                        ? message.metaData().timestamp().toInstant()
                        : clock.instant();
        add(
                at,
                message.getSubject(),
                message.getReplyTo() == null || message.isJetStream() ? "" : message.getReplyTo(),
                headers(message.getHeaders()),
                Bytes.wrap(message.getData()));
    }

    private static List<String> headers(@Nullable Headers headers) {
        if (headers == null) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        headers.forEach((name, values) -> values.forEach(value -> lines.add(name + ": " + value)));
        return lines;
    }

    private synchronized void add(
            Instant at, String subject, String reply, List<String> headers, Bytes payload) {
        kept.add(new Meeting.Message(++number, at, subject, reply, headers, payload));
        bytes += payload.length();
        while (kept.size() > MOST || bytes > MOST_BYTES && kept.size() > 1) {
            bytes -= kept.remove().payload().length();
            lost++;
        }
    }

    @Override
    public synchronized Meeting.Taken take() {
        var taken = new Meeting.Taken(List.copyOf(kept), lost);
        kept.clear();
        bytes = 0;
        lost = 0;
        return taken;
    }

    @Override
    public void close() {
        var listening = ears;
        ears = null;
        if (listening != null) {
            try {
                bus.connection().closeDispatcher(listening);
            } catch (IllegalStateException | IllegalArgumentException _) {
                // The connection was closed, and its dispatchers with it.
            }
        }
    }
}
