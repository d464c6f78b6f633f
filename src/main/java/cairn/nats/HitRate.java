package cairn.nats;

import cairn.cid.JsonObject;
import cairn.engine.Demand;
import cairn.engine.Engine;
import io.nats.client.Connection;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Publishes from time to time how much of what others ask a node for is there, in JSON, and warns
/// when that is too little for long, see [HitAlert].
///
/// ```
/// {"node": …, "from": 1767225600000, "to": 1767225610000, "hits": 95, "misses": 5, "rate": 0.95,
///  "bytes": 6225920, "alert": {"threshold": 0.97, "since": 1767225300000}}
/// ```
///
/// There is a `rate` where something was asked for, and an `alert` as long as one lasts. Times are
/// milliseconds since 1970.
final class HitRate implements AutoCloseable {
    /// How often a node tells.
    static final Duration EVERY = Duration.ofSeconds(10);

    private static final Logger LOG = System.getLogger(HitRate.class.getName());
    private static final double DIGITS = 1e4;

    private final Bus bus;
    private final String node;
    private final double threshold;
    private final Demand demand;
    private final InstantSource clock;
    private final HitAlert alert;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofVirtual().name("hit-rate").factory());
    private Demand.Counts told;
    private Instant toldAt;

    /// Counts from now on what comes to an engine.
    ///
    /// @param threshold of the rate, from 0 to 1
    HitRate(Engine engine, Bus bus, String node, double threshold) {
        this.bus = bus;
        this.node = node;
        this.threshold = threshold;
        demand = engine.demand();
        clock = engine.clock();
        alert = new HitAlert(threshold);
        told = demand.counts();
        toldAt = clock.instant();
    }

    /// Tells again and again.
    void start(Duration every) {
        var _ =
                timer.scheduleWithFixedDelay(
                        this::tell, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Tells what was asked since it was told last. Without a server nobody hears it.
    synchronized void tell() {
        var counts = demand.counts();
        var asked = counts.since(told);
        var from = toldAt;
        var to = clock.instant();
        var before = alert.since();
        alert.take(from, to, asked);
        told = counts;
        toldAt = to;
        log(before, asked);
        var connection = bus.connection();
        if (connection.getStatus() == Connection.Status.CONNECTED) {
            try {
                connection.publish(
                        Subjects.hits(node),
                        JsonObject.bytes(fields(from, to, asked)).toByteArray());
            } catch (IllegalStateException e) {
                LOG.log(Level.DEBUG, "the hit rate of {0}: {1}", node, e.getMessage());
            }
        }
    }

    private void log(Optional<Instant> before, Demand.Counts asked) {
        var since = alert.since();
        if (since.isPresent() && before.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "node {0}: the hit rate is below {1} since {2}; of the last {3} that were asked"
                            + " for {4} were here",
                    node,
                    String.valueOf(threshold),
                    since.get(),
                    asked.hits() + asked.misses(),
                    asked.hits());
        } else if (since.isEmpty() && before.isPresent()) {
            LOG.log(
                    Level.INFO,
                    "node {0}: the hit rate is not below {1} any more",
                    node,
                    String.valueOf(threshold));
        }
    }

    private Map<String, Object> fields(Instant from, Instant to, Demand.Counts asked) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("node", node);
        fields.put("from", from.toEpochMilli());
        fields.put("to", to.toEpochMilli());
        fields.put("hits", asked.hits());
        fields.put("misses", asked.misses());
        asked.rate().ifPresent(rate -> fields.put("rate", Math.round(rate * DIGITS) / DIGITS));
        fields.put("bytes", asked.bytes());
        alert.since()
                .ifPresent(since ->
                        fields.put(
                                "alert",
                                Map.of("threshold", threshold, "since", since.toEpochMilli())));
        return fields;
    }

    /// What was asked since the home was opened.
    Demand.Counts counts() {
        return demand.counts();
    }

    /// The alert that lasts, in words; empty if there is none.
    synchronized String alert() {
        return alert.since()
                .map(since -> "below %s since %s".formatted(threshold, since))
                .orElse("");
    }

    /// Tells nothing any more. The connection stays.
    @Override
    public void close() {
        timer.close();
    }
}
