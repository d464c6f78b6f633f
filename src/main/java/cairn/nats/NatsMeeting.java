package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.engine.BuildNews;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.Meeting;
import cairn.engine.RefusedException;
import cairn.trust.SecretKey;
import io.nats.client.Connection;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A home at a NATS server. What it answers goes over a connection of its own, so that it does not
/// wait behind what one listens to.
final class NatsMeeting implements Meeting {
    private static final String CLIENT = "cairn-explorer";
    private static final Pattern SUBJECT =
            Pattern.compile("[^\\s\\p{Cntrl}.]+(\\.[^\\s\\p{Cntrl}.]+)*");
    private static final int LONGEST_SUBJECT = 1024;

    private final Venue venue;
    private final Engine engine;
    private final Subjects subjects;
    private final SecretKey key;
    private final String name;
    private final @Nullable PrivateServer own;
    private final Bus bus;
    private final @Nullable NatsNode node;
    private final String unserved;

    private NatsMeeting(
            Venue venue,
            Engine engine,
            Subjects subjects,
            SecretKey key,
            String name,
            @Nullable PrivateServer own,
            Bus bus,
            @Nullable NatsNode node,
            String unserved) {
        this.venue = venue;
        this.engine = engine;
        this.subjects = subjects;
        this.key = key;
        this.name = name;
        this.own = own;
        this.bus = bus;
        this.node = node;
        this.unserved = unserved;
    }

    static NatsMeeting join(Engine engine, Map<String, String> environment, Venue venue)
            throws IOException {
        return switch (venue) {
            case Venue.Own _ -> {
                var server = PrivateServer.start(engine.store().home(), environment);
                try {
                    yield join(engine, venue, server.url(), server);
                } catch (IOException e) {
                    server.close();
                    throw e;
                }
            }
            case Venue.At(var url) -> join(engine, venue, url, null);
        };
    }

    private static NatsMeeting join(
            Engine engine, Venue venue, String url, @Nullable PrivateServer own)
            throws IOException {
        Configuration.Nats settings = engine.configuration().nats().at(url);
        var key = NodeKey.of(engine.store().home());
        String name = NodeKey.name(key, settings);
        var subjects = new Subjects(settings.domain());
        var bus = Bus.connect(url, settings, CLIENT);
        try {
            @Nullable NatsNode node = null;
            String unserved = "";
            try {
                node = NatsNode.start(engine, settings);
            } catch (RefusedException e) {
                unserved = String.valueOf(e.getMessage()); // whoever may not serve may look
            }
            return new NatsMeeting(venue, engine, subjects, key, name, own, bus, node, unserved);
        } catch (IOException e) {
            bus.close();
            throw e;
        }
    }

    @Override
    public Venue venue() {
        return venue;
    }

    @Override
    public String server() {
        return bus.server();
    }

    @Override
    public String domain() {
        return subjects.label();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<String> unserved() {
        return unserved.isEmpty() ? Optional.empty() : Optional.of(unserved);
    }

    @Override
    public Standing standing() {
        return switch (bus.state()) {
            case Bus.State.Connecting() -> new Standing.Reconnecting("");
            case Bus.State.Connected(var server) -> new Standing.Connected(server);
            case Bus.State.Reconnecting(var why) ->
                    bus.connection().getStatus() == Connection.Status.CLOSED
                            ? new Standing.Refused(why)
                            : new Standing.Reconnecting(why);
            case Bus.State.Refused(var why) -> new Standing.Refused(why);
            case Bus.State.Closed() -> new Standing.Refused("");
        };
    }

    @Override
    public Exchange exchange() {
        Bus counted = node == null ? bus : node.bus();
        var statistics = counted.connection().getStatistics();
        return new Exchange(
                node == null ? 0 : node.peers().size(),
                counted.underWay(),
                statistics.getInMsgs(),
                statistics.getOutMsgs(),
                statistics.getInBytes(),
                statistics.getOutBytes());
    }

    @Override
    public Roll look() throws IOException {
        return new Lookout(bus, subjects, name, node, engine.clock()).look();
    }

    @Override
    public Feed listen(String subject, Optional<Instant> since) throws IOException {
        check(subject);
        return since.isEmpty()
                ? NatsFeed.live(bus, subject, engine.clock())
                : NatsFeed.since(bus, subjects, subject, since.get(), engine.clock());
    }

    @Override
    public void publish(String subject, Bytes payload) throws IOException {
        checkConcrete(subject);
        checkSize(payload);
        bus.connection().publish(subject, payload.toByteArray());
        bus.settle();
        if (bus.refused().contains(new Bus.Refused(true, subject))) {
            throw new RefusedException(
                    RefusedException.Reason.FORBIDDEN,
                    "%s does not let this client publish to %s".formatted(bus.server(), subject));
        }
    }

    @Override
    public Bytes request(String subject, Bytes payload, Duration patience) throws IOException {
        checkConcrete(subject);
        checkSize(payload);
        return Bus.await(
                bus.sendPromptly(
                        subject,
                        () -> Signing.headers(key, subject, payload, engine.clock().instant()),
                        payload,
                        patience));
    }

    @Override
    public Reading read(String subject, Bytes payload, boolean reply) {
        return Readings.of(subject, payload, reply);
    }

    @Override
    public Optional<BuildNews> build(Bytes payload) {
        try {
            return Optional.of(BuildJson.parse(payload));
        } catch (FormatException _) {
            return Optional.empty();
        }
    }

    private static void checkConcrete(String subject) throws RefusedException {
        check(subject);
        for (String token : subject.split("\\.", -1)) {
            if (token.equals("*") || token.equals(">")) {
                throw wrong("'%s' has wildcards; one can only listen to it".formatted(subject));
            }
        }
    }

    private static void check(String subject) throws RefusedException {
        if (subject.length() > LONGEST_SUBJECT || !SUBJECT.matcher(subject).matches()) {
            throw wrong("'%s' is no subject: words between dots".formatted(subject));
        }
    }

    private void checkSize(Bytes payload) throws RefusedException {
        if (payload.length() > bus.limit()) {
            throw new RefusedException(
                    RefusedException.Reason.TOO_LARGE,
                    "%s takes messages of up to %,d bytes".formatted(bus.server(), bus.limit()));
        }
    }

    private static RefusedException wrong(String text) {
        return new RefusedException(RefusedException.Reason.WRONG, text);
    }

    /// A wait that was interrupted, for those whose library only says that it was.
    static InterruptedIOException interrupted(String server) {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while waiting for " + server);
    }

    @Override
    public void close() {
        if (node != null) {
            node.close();
        }
        bus.giveUp();
        bus.close();
        if (own != null) {
            own.close();
        }
    }
}
