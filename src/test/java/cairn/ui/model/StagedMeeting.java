package cairn.ui.model;

import cairn.cid.Bytes;
import cairn.engine.BuildNews;
import cairn.engine.Engine;
import cairn.engine.Meeting;
import cairn.engine.Network;
import cairn.store.PathStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A meeting of which a test says what happens there.
final class StagedMeeting implements Meeting {
    static final String SERVER = "nats://127.0.0.1:1";

    Standing standing = new Standing.Connected(SERVER);
    Exchange exchange = new Exchange(0, 0, 0, 0, 0, 0);
    Roll roll = new Roll(Samples.NOW, Duration.ZERO, List.of(), List.of(), List.of(), List.of());
    Optional<IOException> refusal = Optional.empty();
    final List<Message> coming = new ArrayList<>();
    final List<String> listened = new ArrayList<>();
    Optional<Instant> from = Optional.empty();
    private final Map<String, BuildNews> builds = new HashMap<>();
    boolean closed;
    private long number;

    /// Leads to a meeting, or refuses to.
    static final class Door implements Network {
        final List<Venue> asked = new ArrayList<>();
        final StagedMeeting meeting = new StagedMeeting();
        Optional<IOException> refusal = Optional.empty();

        @Override
        public PathStore open(String uri, Engine engine) throws IOException {
            return NONE.open(uri, engine);
        }

        @Override
        public Meeting join(Engine engine, Map<String, String> environment, Venue venue)
                throws IOException {
            asked.add(venue);
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            meeting.closed = false;
            return meeting;
        }

        @Override
        public boolean canHost(Map<String, String> environment) {
            return true;
        }
    }

    void tell(BuildNews news) {
        builds.put(news.cid().toString(), news);
        say("BUILD.%s.COMPLETE".formatted(news.record().project()), news.cid().toString());
    }

    void say(String subject, String payload) {
        coming.add(new Message(++number, Samples.NOW, subject, "", List.of(), Bytes.utf8(payload)));
    }

    @Override
    public Venue venue() {
        return new Venue.At(SERVER);
    }

    @Override
    public String server() {
        return SERVER;
    }

    @Override
    public String domain() {
        return "default";
    }

    @Override
    public String name() {
        return "here";
    }

    @Override
    public Optional<String> unserved() {
        return Optional.empty();
    }

    @Override
    public Standing standing() {
        return standing;
    }

    @Override
    public Exchange exchange() {
        return exchange;
    }

    @Override
    public Roll look() {
        return roll;
    }

    @Override
    public Feed listen(String subject, Optional<Instant> since) throws IOException {
        if (refusal.isPresent()) {
            throw refusal.get();
        }
        listened.add(subject);
        from = since;
        return new Feed() {
            @Override
            public Taken take() {
                var taken = new Taken(coming, 0);
                coming.clear();
                return taken;
            }

            @Override
            public void close() {
                listened.remove(subject);
            }
        };
    }

    @Override
    public void publish(String subject, Bytes payload) throws IOException {
        if (refusal.isPresent()) {
            throw refusal.get();
        }
        say(subject, payload.toUtf8());
    }

    @Override
    public Bytes request(String subject, Bytes payload, Duration patience) throws IOException {
        if (refusal.isPresent()) {
            throw refusal.get();
        }
        return payload;
    }

    @Override
    public Reading read(String subject, Bytes payload, boolean reply) {
        return new Reading.Text(payload.toUtf8());
    }

    @Override
    public Optional<BuildNews> build(Bytes payload) {
        return Optional.ofNullable(builds.get(payload.toUtf8()));
    }

    @Override
    public void close() {
        closed = true;
    }
}
