package cairn.gateway;

import cairn.engine.CacheServer.Traffic;
import cairn.engine.Demand;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/// Counts what is asked and answered. Safe for use by several threads.
///
/// @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus text
///   format</a>
final class Metrics {
    private static final int CLASSES = 6;

    /// Upper bounds of the buckets of durations, in nanoseconds.
    private static final long[] BOUNDS = {
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        5_000_000,
        10_000_000,
        50_000_000,
        250_000_000,
        1_000_000_000,
        10_000_000_000L
    };

    private final Demand demand;
    private final Map<Route, Answers> answers = new EnumMap<>(Route.class);
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();

    /// @param demand counts as well what is asked of the home by other ways
    Metrics(Demand demand) {
        this.demand = demand;
        for (Route route : Route.values()) {
            answers.put(route, new Answers());
        }
    }

    /// The answers about one kind of thing.
    private static final class Answers {
        private final LongAdder[] byClass = adders(CLASSES);
        private final LongAdder[] byDuration = adders(BOUNDS.length + 1);
        private final LongAdder nanoseconds = new LongAdder();

        long count() {
            return Arrays.stream(byClass).mapToLong(LongAdder::sum).sum();
        }

        private static LongAdder[] adders(int count) {
            var adders = new LongAdder[count];
            Arrays.setAll(adders, _ -> new LongAdder());
            return adders;
        }
    }

    void answered(Route route, int status, long nanoseconds) {
        var those = about(route);
        those.byClass[Math.clamp(status / 100, 0, CLASSES - 1)].increment();
        int bucket = 0;
        while (bucket < BOUNDS.length && nanoseconds > BOUNDS[bucket]) {
            bucket++;
        }
        those.byDuration[bucket].increment();
        those.nanoseconds.add(nanoseconds);
    }

    void looked(boolean found) {
        (found ? hits : misses).increment();
        demand.asked(found);
    }

    void sent(long bytes) {
        bytesOut.add(bytes);
        demand.sent(bytes);
    }

    void received(long bytes) {
        bytesIn.add(bytes);
    }

    /// @param fetched how many paths came in from other stores
    Traffic traffic(long fetched) {
        return new Traffic(
                answers.values().stream().mapToLong(Answers::count).sum(),
                hits.sum(),
                misses.sum(),
                fetched,
                bytesOut.sum(),
                bytesIn.sum());
    }

    /// Everything as Prometheus reads it.
    String text(long paths, int waiting, long fetched) {
        var text = new StringBuilder();
        head(text, "cairn_http_requests_total", "counter", "Requests that were answered.");
        for (Route route : Route.values()) {
            for (int i = 1; i < CLASSES; i++) {
                long count = about(route).byClass[i].sum();
                if (count > 0) {
                    line(
                            text,
                            "cairn_http_requests_total{route=\"%s\",status=\"%dxx\"}"
                                    .formatted(route.label(), i),
                            count);
                }
            }
        }
        head(text, "cairn_http_request_seconds", "histogram", "How long answers took.");
        for (Route route : Route.values()) {
            histogram(text, route);
        }
        counter(text, "cairn_narinfo_hits_total", "Paths that were asked for and are here.", hits);
        counter(text, "cairn_narinfo_misses_total", "Paths that are not here.", misses);
        head(text, "cairn_paths_fetched_total", "counter", "Paths that came from other stores.");
        line(text, "cairn_paths_fetched_total", fetched);
        counter(text, "cairn_http_sent_bytes_total", "Bytes of the bodies of answers.", bytesOut);
        counter(text, "cairn_http_received_bytes_total", "Bytes of uploads.", bytesIn);
        gauge(text, "cairn_uploads_waiting", "Archives that wait for their narinfo.", waiting);
        gauge(text, "cairn_store_paths", "Store paths.", paths);
        return text.toString();
    }

    private void histogram(StringBuilder text, Route route) {
        var those = about(route);
        long count = those.count();
        if (count == 0) {
            return;
        }
        String name = "cairn_http_request_seconds";
        String label = "route=\"" + route.label() + "\"";
        long below = 0;
        for (int i = 0; i < BOUNDS.length; i++) {
            below += those.byDuration[i].sum();
            String bound = String.format(Locale.ROOT, "%s", BOUNDS[i] / 1e9);
            line(text, "%s_bucket{%s,le=\"%s\"}".formatted(name, label, bound), below);
        }
        line(text, "%s_bucket{%s,le=\"+Inf\"}".formatted(name, label), count);
        text.append(name)
                .append("_sum{")
                .append(label)
                .append("} ")
                .append(those.nanoseconds.sum() / 1e9)
                .append('\n');
        line(text, "%s_count{%s}".formatted(name, label), count);
    }

    private static void counter(StringBuilder text, String name, String help, LongAdder value) {
        head(text, name, "counter", help);
        line(text, name, value.sum());
    }

    private static void gauge(StringBuilder text, String name, String help, long value) {
        head(text, name, "gauge", help);
        line(text, name, value);
    }

    private static void head(StringBuilder text, String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void line(StringBuilder text, String name, long value) {
        text.append(name).append(' ').append(value).append('\n');
    }

    private Answers about(Route route) {
        return Objects.requireNonNull(answers.get(route));
    }
}
