package cairn.nats;

import cairn.cid.Bytes;
import cairn.engine.Meeting.Endpoint;
import cairn.engine.Meeting.Peer;
import cairn.engine.Meeting.Replica;
import cairn.engine.Meeting.Roll;
import cairn.engine.Meeting.Stream;
import io.nats.client.Dispatcher;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.Message;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Looks who answers at a server, and what the server keeps.
///
/// @see <a href="https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-32.md">
///   NATS services</a>
final class Lookout {
    private static final String PING = "$SRV.PING";
    private static final String STATS = "$SRV.STATS";
    private static final String INFO = "$JS.API.INFO";
    private static final String CAIRN = "cairn";

    /// How long services that nobody heard of before have to answer; on one network they need some
    /// milliseconds.
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(400);

    /// How long nodes have that are known to be there.
    private static final long LONGEST = TimeUnit.SECONDS.toNanos(2);

    private static final Duration STREAMS = Duration.ofSeconds(2);
    private static final int MOST = 5000;
    private static final int NOT_FOUND = 10059;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// The streams of a domain, and what their subjects begin with.
    private static final Map<String, String> STREAM_OF =
            Map.of(
                    "BLOCK.", "CID_BLOCKS",
                    "BUILD.", "BUILDS",
                    "STORE.AUDIT", "AUDIT",
                    "FIH.", "FIH");

    private final Bus bus;
    private final Subjects subjects;
    private final String name;
    private final @Nullable NatsNode node;
    private final InstantSource clock;
    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    private final Set<String> awaited = new HashSet<>();
    private final AtomicInteger room = new AtomicInteger(2 * MOST);
    private final Map<String, Duration> latencies = new HashMap<>();
    private final Map<String, JsonNode> services = new HashMap<>();
    private final List<String> untold = new ArrayList<>();

    Lookout(Bus bus, Subjects subjects, String name, @Nullable NatsNode node, InstantSource clock) {
        this.bus = bus;
        this.subjects = subjects;
        this.name = name;
        this.node = node;
        this.clock = clock;
    }

    /// The stream that is meant to keep a subject, if one is.
    static Optional<String> stream(Subjects subjects, String subject) {
        return STREAM_OF.entrySet().stream()
                .filter(each -> subject.startsWith(each.getKey()))
                .map(each -> named(subjects, each.getValue()))
                .findFirst();
    }

    private static String named(Subjects subjects, String stream) {
        return subjects.domain().isEmpty() ? stream : stream + "_" + subjects.domain();
    }

    Roll look() throws IOException {
        Duration roundTrip = roundTrip();
        ask();
        List<Stream> streams = streams();
        return new Roll(clock.instant(), roundTrip, peers(), endpoints(), streams, untold);
    }

    /// What somebody answered, and how long that took.
    private record Heard(Message message, Duration took) {}

    private Duration roundTrip() throws IOException {
        long began = System.nanoTime();
        bus.settle();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /// Asks all services at once, and hears them until nobody may have more to say.
    private void ask() throws IOException {
        var connection = bus.connection();
        String inbox = connection.createInbox() + ".";
        Dispatcher ears = connection.createDispatcher();
        try {
            long began = System.nanoTime();
            // They are read elsewhere, so that the time of none is that of reading another.
            ears.subscribe(
                    inbox + "*",
                    message -> {
                        if (room.getAndDecrement() > 0) {
                            heard.add(
                                    new Heard(
                                            message, Duration.ofNanos(System.nanoTime() - began)));
                        }
                    });
            connection.publish(PING, inbox + "ping", null);
            connection.publish(STATS, inbox + "stats", null);
            bus.settle();
            if (bus.refused().contains(new Bus.Refused(true, STATS))) {
                untold.add(
                        "%s does not let this client ask who answers (%s)"
                                .formatted(bus.server(), STATS));
                return;
            }
            if (node != null) {
                awaited.add(name);
                awaited.addAll(node.peers());
            }
            listen(began);
        } catch (InterruptedException _) {
            throw NatsMeeting.interrupted(bus.server());
        } finally {
            connection.closeDispatcher(ears);
        }
    }

    private void listen(long began) throws InterruptedException {
        while (true) {
            long left = began + (awaited.isEmpty() ? PATIENCE : LONGEST) - System.nanoTime();
            Heard next = heard.poll(Math.max(0, left), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            tell(next);
        }
    }

    private void tell(Heard answer) {
        JsonNode json = json(answer.message);
        if (json == null) {
            return;
        }
        String id = json.path("id").asString("");
        if (answer.message.getSubject().endsWith(".ping")) {
            latencies.putIfAbsent(id, answer.took);
        } else {
            services.putIfAbsent(id, json);
        }
        if (latencies.containsKey(id) && services.containsKey(id)) {
            awaited.remove(json.path("metadata").path("node").asString(""));
        }
    }

    private static @Nullable JsonNode json(Message message) {
        if (message.isStatusMessage()) {
            return null;
        }
        try {
            JsonNode json = JSON.readTree(message.getData());
            return json.path("id").isString() ? json : null;
        } catch (JacksonException _) {
            return null; // somebody answers who is no service
        }
    }

    private List<Peer> peers() {
        var peers = new TreeMap<String, Peer>();
        services.forEach((id, json) -> {
            JsonNode metadata = json.path("metadata");
            String peer = metadata.path("node").asString("");
            if (!json.path("name").asString("").equals(CAIRN)
                    || peer.isEmpty()
                    || !metadata.path("domain").asString("").equals(subjects.label())) {
                return;
            }
            long requests = 0;
            long errors = 0;
            for (JsonNode endpoint : json.path("endpoints")) {
                requests += endpoint.path("num_requests").asLong(0);
                errors += endpoint.path("num_errors").asLong(0);
            }
            peers.put(
                    peer,
                    new Peer(
                            peer,
                            peer.equals(name),
                            json.path("version").asString(""),
                            Optional.ofNullable(latencies.get(id)),
                            requests,
                            errors,
                            instant(json.path("started").asString("")),
                            metadata.path("key").asString("")));
        });
        if (node != null) {
            for (String heard : node.peers()) {
                peers.putIfAbsent(
                        heard,
                        new Peer(heard, false, "", Optional.empty(), 0, 0, Instant.EPOCH, ""));
            }
        }
        return List.copyOf(peers.values());
    }

    private static Instant instant(String text) {
        try {
            return ZonedDateTime.parse(text).toInstant();
        } catch (java.time.DateTimeException _) {
            return Instant.EPOCH;
        }
    }

    private List<Endpoint> endpoints() {
        var endpoints = new ArrayList<Endpoint>();
        services.forEach((id, json) -> {
            for (JsonNode endpoint : json.path("endpoints")) {
                if (endpoints.size() < MOST) {
                    endpoints.add(
                            new Endpoint(
                                    json.path("name").asString(""),
                                    json.path("metadata").path("node").asString(id),
                                    endpoint.path("name").asString(""),
                                    endpoint.path("subject").asString(""),
                                    endpoint.path("num_requests").asLong(0),
                                    endpoint.path("num_errors").asLong(0),
                                    Duration.ofNanos(
                                            endpoint.path("average_processing_time").asLong(0)),
                                    endpoint.path("last_error").asString("")));
                }
            }
        });
        endpoints.sort(
                Comparator.comparing(Endpoint::subject)
                        .thenComparing(Endpoint::service)
                        .thenComparing(Endpoint::node));
        return endpoints;
    }

    private List<Stream> streams() {
        try {
            Bytes _ = Bus.await(bus.sendPromptly(INFO, Bytes.EMPTY, STREAMS));
        } catch (Requests.NobodyException _) {
            untold.add(bus.server() + " keeps nothing: it runs without JetStream");
            return List.of();
        } catch (IOException _) {
            // It may be that only this is not allowed.
        }
        try {
            JetStreamManagement management =
                    bus.connection()
                            .jetStreamManagement(
                                    JetStreamOptions.builder().requestTimeout(STREAMS).build());
            var streams = new ArrayList<Stream>();
            for (String stream : names(management)) {
                try {
                    streams.add(stream(management.getStreamInfo(stream)));
                } catch (JetStreamApiException e) {
                    if (e.getApiErrorCode() != NOT_FOUND) {
                        throw e;
                    }
                }
            }
            return streams;
        } catch (JetStreamApiException e) {
            untold.add(
                    "%s does not tell of its streams: %s".formatted(bus.server(), e.getMessage()));
        } catch (IOException e) {
            boolean mayNot =
                    bus.refused().stream()
                            .anyMatch(it -> it.publishing() && it.subject().startsWith("$JS."));
            untold.add(
                    mayNot
                            ? bus.server() + " does not let this client ask for its streams"
                            : bus.server() + " tells of no streams: " + e.getMessage());
        }
        return List.of();
    }

    /// All streams, or where one may not ask for them those that a domain has.
    private List<String> names(JetStreamManagement management)
            throws IOException, JetStreamApiException {
        if (!bus.refused().contains(new Bus.Refused(true, "$JS.API.STREAM.NAMES"))) {
            try {
                return management.getStreamNames();
            } catch (IOException e) {
                if (!bus.refused().contains(new Bus.Refused(true, "$JS.API.STREAM.NAMES"))) {
                    throw e;
                }
            }
        }
        return STREAM_OF.values().stream().map(each -> named(subjects, each)).sorted().toList();
    }

    private static Stream stream(StreamInfo info) {
        var configuration = info.getConfiguration();
        var state = info.getStreamState();
        var cluster = info.getClusterInfo();
        var replicas = new ArrayList<Replica>();
        if (cluster != null && cluster.getReplicas() != null) {
            for (var each : cluster.getReplicas()) {
                replicas.add(
                        new Replica(
                                each.getName(), each.isCurrent(), each.isOffline(), each.getLag()));
            }
        }
        boolean empty = state.getMsgCount() == 0;
        return new Stream(
                configuration.getName(),
                configuration.getSubjects(),
                state.getMsgCount(),
                state.getByteCount(),
                empty ? Instant.EPOCH : instant(state.getFirstTime()),
                empty ? Instant.EPOCH : instant(state.getLastTime()),
                configuration.getMaxBytes(),
                configuration.getReplicas(),
                cluster == null || cluster.getLeader() == null ? "" : cluster.getLeader(),
                replicas);
    }

    private static Instant instant(@Nullable ZonedDateTime time) {
        return time == null ? Instant.EPOCH : time.toInstant();
    }
}
