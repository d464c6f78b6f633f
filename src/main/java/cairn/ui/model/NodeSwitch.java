package cairn.ui.model;

import cairn.engine.CacheServer;
import cairn.engine.CacheServer.Traffic;
import cairn.engine.CacheSwitch;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;

/// Whether this store is served to Nix, and how that goes, for all views. Use on the UI thread
/// only.
public final class NodeSwitch {
    /// For how long rates are remembered.
    private static final Duration REMEMBERED = Duration.ofMinutes(2);

    /// Over how long a rate is averaged.
    private static final Duration AVERAGED = Duration.ofSeconds(5);

    /// How the node stands.
    public sealed interface State {
        record Off() implements State {}

        /// It is being turned.
        ///
        /// @param on whether on rather than off
        record Turning(boolean on) implements State {}

        /// It answers.
        ///
        /// @param configuration what was set when it was turned on
        record On(CacheServer server, Configuration configuration) implements State {}

        /// It could not be turned on.
        record Failed(Problem problem) implements State {}
    }

    /// What was asked up to an instant.
    private record Sample(Instant at, Traffic traffic) {}

    /// What is being asked, as of an instant.
    ///
    /// @param offline whether no other store is asked
    /// @param requests a second, of late
    /// @param out bytes a second, of late
    /// @param in bytes a second, of late
    /// @param course bytes a second of both directions together, one figure for each look, the
    ///   oldest first
    public record Flow(
            Instant at,
            boolean offline,
            Traffic traffic,
            double requests,
            double out,
            double in,
            List<Double> course) {
        private static final Flow NONE =
                new Flow(Instant.EPOCH, false, new Traffic(0, 0, 0, 0, 0, 0), 0, 0, 0, List.of());

        public Flow {
            course = List.copyOf(course);
        }
    }

    private final Engine engine;
    private final CacheSwitch serving;
    private final Work work;
    private final ReadOnlyObjectWrapper<State> state =
            new ReadOnlyObjectWrapper<>(this, "state", new State.Off());
    private final ReadOnlyObjectWrapper<Flow> flow =
            new ReadOnlyObjectWrapper<>(this, "flow", Flow.NONE);
    private final Deque<Sample> samples = new ArrayDeque<>();

    public NodeSwitch(Engine engine, CacheSwitch serving, Work work) {
        this.engine = engine;
        this.serving = serving;
        this.work = work;
    }

    public ReadOnlyObjectProperty<State> stateProperty() {
        return state.getReadOnlyProperty();
    }

    /// What is being asked; it changes with every [#look()] while the node is on.
    public ReadOnlyObjectProperty<Flow> flowProperty() {
        return flow.getReadOnlyProperty();
    }

    /// The server, if it is on.
    public Optional<CacheServer> server() {
        return state.get() instanceof State.On on ? Optional.of(on.server) : Optional.empty();
    }

    /// Whether it is on and asks no other store.
    public boolean isOffline() {
        return server().filter(CacheServer::isOffline).isPresent();
    }

    /// Turns it on as the configuration says now, unless it is on or being turned.
    public void turnOn() {
        if (state.get() instanceof State.On || state.get() instanceof State.Turning) {
            return;
        }
        state.set(new State.Turning(true));
        Work.Ticket _ =
                work.run(
                        () -> {
                            var configuration = engine.configuration();
                            var settings = CacheServer.Settings.of(configuration);
                            return new State.On(serving.turnOn(settings), configuration);
                        },
                        on -> {
                            samples.clear();
                            state.set(on);
                            look();
                        },
                        cause -> state.set(new State.Failed(Problems.describe(cause))));
    }

    /// Turns it off, if it is on.
    public void turnOff() {
        if (!(state.get() instanceof State.On)) {
            return;
        }
        state.set(new State.Turning(false));
        Work.Ticket _ =
                work.run(
                        () -> {
                            serving.turnOff();
                            return true;
                        },
                        _ -> state.set(new State.Off()),
                        cause -> state.set(new State.Failed(Problems.describe(cause))));
    }

    /// Takes down what was asked up to now.
    public void look() {
        if (!(state.get() instanceof State.On on)) {
            return;
        }
        var now = new Sample(engine.clock().instant(), on.server.traffic());
        samples.removeIf(sample -> sample.at.isBefore(now.at.minus(REMEMBERED)));
        samples.add(now);
        var course = new ArrayList<Double>();
        Sample before = samples.getFirst();
        for (Sample sample : samples) {
            if (!sample.equals(before)) {
                course.add(rate(before, sample, bytes(sample.traffic) - bytes(before.traffic)));
            }
            before = sample;
        }
        Sample since =
                samples.stream()
                        .filter(sample -> !sample.at.isBefore(now.at.minus(AVERAGED)))
                        .findFirst()
                        .orElse(now);
        flow.set(
                new Flow(
                        now.at,
                        on.server.isOffline(),
                        now.traffic,
                        rate(since, now, now.traffic.requests() - since.traffic.requests()),
                        rate(since, now, now.traffic.bytesOut() - since.traffic.bytesOut()),
                        rate(since, now, now.traffic.bytesIn() - since.traffic.bytesIn()),
                        course));
    }

    private static long bytes(Traffic traffic) {
        return traffic.bytesOut() + traffic.bytesIn();
    }

    private static double rate(Sample from, Sample to, long count) {
        long nanoseconds = Duration.between(from.at, to.at).toNanos();
        return nanoseconds <= 0 ? 0 : count * 1e9 / nanoseconds;
    }
}
