package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.JsonObject;
import cairn.trust.PublicKey;
import io.nats.client.Connection;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/// Tells what others changed in a home over NATS, or would have changed: published on
/// `STORE.AUDIT`, and kept in a JetStream stream, in JSON. Safe for use by several threads.
///
/// ```
/// {"node": …, "time": 1767225610000, "action": "path-put", "target": "/nix/store/…",
///  "key": "team-1:…", "outcome": "done"}
/// {"node": …, "since": 1767225600000, "time": 1767225610000, "action": "block-put",
///  "target": "bafk…", "last": "bafk…", "count": 812, "bytes": 53215232, "key": "team-1:…",
///  "outcome": "done"}
/// {"node": …, "time": 1767225610000, "action": "collect", "target": "nightly-12",
///  "key": "unauthenticated", "outcome": "refused", "reason": …}
/// ```
///
/// The blocks that one key brings, and what is refused to it or goes wrong, are told together from
/// time to time: then there is a `count` of them, the first is the `target` and there is the `last`
/// one. Times are milliseconds since 1970.
///
/// Nobody waits for an entry. While no server takes them, the last ten thousand wait for one.
final class Audit implements AutoCloseable {
    /// How often that is told which is told together.
    static final Duration EVERY = Duration.ofSeconds(10);

    static final String UNAUTHENTICATED = "unauthenticated";

    /// Whom those are counted under who are too many.
    static final String OTHERS = "others";

    private static final Logger LOG = System.getLogger(Audit.class.getName());
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    /// Nobody who changes something may know less of it.
    private static final Duration KEPT = Duration.ofDays(400);

    private static final int WINDOW = 64;
    private static final int MAX_WAITING = 10_000;
    private static final int MAX_TALLIES = 1000;
    private static final int MAX_TEXT = 1000;

    private final Bus bus;
    private final String node;
    private final InstantSource clock;
    private final Duration every;
    private final EventStream stream;
    private final Follower follower = new Follower("audit", "what others change is not told");

    /// What tells one start of the node from another in the names of messages.
    private final String run = UUID.randomUUID().toString();

    private final AtomicLong count = new AtomicLong();
    private final ArrayDeque<Entry> waiting = new ArrayDeque<>();
    private final Map<Kind, Tally> tallies = new LinkedHashMap<>();
    private long tallied = System.nanoTime();
    private long lost;

    /// What is done.
    enum Action {
        BLOCK_PUT,
        PATH_PUT,
        COLLECT,
        VOUCH,
        BOARD;

        @Override
        public String toString() {
            return word(this);
        }
    }

    /// What came of it.
    enum Outcome {
        /// It goes on, and its end is told too.
        ACCEPTED,
        DONE,
        /// Who asked may not.
        REFUSED,
        FAILED,
        CANCELLED;

        @Override
        public String toString() {
            return word(this);
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// What somebody did.
    ///
    /// @param key who signed it
    /// @param target the block, the path, the job, the attestation that this home made, what is
    ///   written about on a board
    /// @param bytes how many came or went; of a path those of its NAR
    /// @param reason for people, may be empty
    record Deed(
            Action action,
            Outcome outcome,
            Optional<PublicKey> key,
            String target,
            long bytes,
            String reason) {
        /// Whether others of its kind are told with it.
        boolean isOneOfMany() {
            return action == Action.BLOCK_PUT
                    || outcome == Outcome.REFUSED
                    || outcome == Outcome.FAILED;
        }
    }

    private record Kind(Action action, Outcome outcome, String key) {}

    private static final class Tally {
        private final Instant since;
        private final String first;
        private Instant time;
        private String last;
        private String reason;
        private long deeds;
        private long bytes;

        Tally(Instant since, String first) {
            this.since = since;
            this.first = first;
            time = since;
            last = first;
            reason = "";
        }

        void add(Instant at, Deed deed) {
            time = at;
            last = deed.target;
            reason = deed.reason;
            deeds++;
            bytes += deed.bytes;
        }
    }

    /// A message.
    ///
    /// @param id by which the stream knows one that comes again
    private record Entry(String id, Bytes text) {}

    /// @param every how often that is told which is told together
    /// @param replicas of the stream if it has to be made
    Audit(
            Bus bus,
            Subjects subjects,
            String node,
            InstantSource clock,
            Duration every,
            int replicas) {
        this.bus = bus;
        this.node = node;
        this.clock = clock;
        this.every = every;
        stream =
                new EventStream(
                        bus,
                        StreamConfiguration.builder()
                                .name(subjects.audits())
                                .description("Changes in the Cairn domain " + subjects.label())
                                .subjects(Subjects.AUDIT)
                                .maxAge(KEPT)
                                .replicas(replicas));
    }

    void start() {
        follower.start(() -> {
            tally();
            send();
        });
    }

    void done(Action action, PublicKey key, String target, long bytes) {
        note(new Deed(action, Outcome.DONE, Optional.of(key), target, bytes, ""));
    }

    synchronized void note(Deed deed) {
        Instant now = clock.instant();
        String key = deed.key.map(PublicKey::toString).orElse(UNAUTHENTICATED);
        if (!deed.isOneOfMany()) {
            var tally = new Tally(now, deed.target);
            tally.add(now, deed);
            add(new Kind(deed.action, deed.outcome, key), tally);
            return;
        }
        var kind = new Kind(deed.action, deed.outcome, key);
        if (tallies.size() >= MAX_TALLIES && !tallies.containsKey(kind)) {
            kind = new Kind(deed.action, deed.outcome, OTHERS);
        }
        tallies.computeIfAbsent(kind, _ -> new Tally(now, deed.target)).add(now, deed);
    }

    private synchronized void tally() {
        if (System.nanoTime() - tallied >= every.toNanos()) {
            tallied = System.nanoTime();
            tallies.forEach(this::add);
            tallies.clear();
        }
    }

    private void add(Kind kind, Tally tally) {
        if (waiting.size() >= MAX_WAITING) {
            waiting.removeFirst();
            lost++;
        }
        waiting.add(
                new Entry(
                        "%s/%s/%d".formatted(node, run, count.incrementAndGet()),
                        JsonObject.bytes(fields(kind, tally))));
    }

    private Map<String, Object> fields(Kind kind, Tally tally) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("node", node);
        if (tally.deeds > 1) {
            fields.put("since", tally.since.toEpochMilli());
        }
        fields.put("time", tally.time.toEpochMilli());
        fields.put("action", kind.action.toString());
        fields.put("target", shortened(tally.first));
        if (tally.deeds > 1) {
            fields.put("last", shortened(tally.last));
            fields.put("count", tally.deeds);
        }
        if (tally.bytes > 0) {
            fields.put("bytes", tally.bytes);
        }
        fields.put("key", shortened(kind.key));
        fields.put("outcome", kind.outcome.toString());
        if (!tally.reason.isEmpty()) {
            fields.put("reason", shortened(tally.reason));
        }
        return fields;
    }

    /// What strangers write may be long.
    private static String shortened(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
    }

    /// Publishes what waits; what the stream has does not wait any more.
    private void send() throws IOException {
        var entries = next();
        while (!entries.isEmpty()) {
            var sent = new ArrayList<CompletableFuture<Bytes>>();
            for (Entry entry : entries) {
                sent.add(publish(entry));
            }
            for (int i = 0; i < sent.size(); i++) {
                var _ = Bus.await(sent.get(i));
                kept(entries.get(i));
            }
            entries = next();
        }
        long missed = lost();
        if (missed > 0) {
            LOG.log(
                    Level.WARNING,
                    "node {0}: {1} entries of the audit were lost while no server took them",
                    node,
                    missed);
        }
    }

    private CompletableFuture<Bytes> publish(Entry entry) throws IOException {
        return stream.publish(
                Subjects.AUDIT, new Headers().add("Nats-Msg-Id", entry.id), entry.text);
    }

    private synchronized List<Entry> next() {
        return waiting.stream().limit(WINDOW).toList();
    }

    private synchronized void kept(Entry entry) {
        var _ = waiting.remove(entry);
    }

    private synchronized long lost() {
        long missed = lost;
        lost = 0;
        return missed;
    }

    private synchronized List<Entry> all() {
        tallies.forEach(this::add);
        tallies.clear();
        return List.copyOf(waiting);
    }

    /// Publishes what waits, and waits a moment for the server to take it.
    void finish() {
        follower.stop();
        var entries = all();
        if (entries.isEmpty()) {
            return;
        }
        String why = "it is not connected";
        if (bus.connection().getStatus() == Connection.Status.CONNECTED) {
            try {
                var sent = new ArrayList<CompletableFuture<Bytes>>();
                long deadline = System.nanoTime() + LAST_WORDS.toNanos();
                for (Entry entry : entries) {
                    if (System.nanoTime() > deadline) {
                        throw new TimeoutException();
                    }
                    sent.add(publish(entry));
                }
                CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new))
                        .get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            } catch (TimeoutException _) {
                why = "no stream takes them";
            } catch (IOException | ExecutionException e) {
                why = String.valueOf(e.getMessage());
            }
        }
        LOG.log(
                Level.WARNING,
                "node {0}: {1} entries of the audit are not told: {2}",
                node,
                entries.size(),
                why);
    }

    @Override
    public void close() {
        follower.close();
    }
}
