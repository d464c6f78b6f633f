package cairn.ui.model;

import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.Meeting;
import cairn.engine.Meeting.Exchange;
import cairn.engine.Meeting.Standing;
import cairn.engine.Meeting.Venue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;

/// Whether this store is among other nodes, at which server, and how that goes, for all views. Use
/// on the UI thread only.
public final class MeetingSwitch {
    /// What the settings remember of somebody who does not want to be among others.
    static final String OFF = "off";

    /// What the settings remember of a server of the home's own.
    static final String OWN = "own";

    /// Over how long a rate is averaged.
    private static final Duration AVERAGED = Duration.ofSeconds(5);

    /// How it stands.
    public sealed interface State {
        record Off() implements State {}

        record Joining(Venue venue) implements State {}

        /// It is among others.
        ///
        /// @param standing of the connection, as of the last look
        record On(Meeting meeting, Standing standing) implements State {}

        record Leaving() implements State {}

        /// It could not join.
        record Failed(Venue venue, Problem problem) implements State {}
    }

    /// What is being exchanged, as of an instant.
    ///
    /// @param in bytes a second, of late
    /// @param out bytes a second, of late
    public record Flow(Instant at, Exchange exchange, double in, double out) {
        private static final Flow NONE =
                new Flow(Instant.EPOCH, new Exchange(0, 0, 0, 0, 0, 0), 0, 0);
    }

    private record Sample(Instant at, Exchange exchange) {}

    private final Engine engine;
    private final Work work;
    private final StringProperty remembered;
    private final ReadOnlyObjectWrapper<State> state =
            new ReadOnlyObjectWrapper<>(this, "state", new State.Off());
    private final ReadOnlyObjectWrapper<Flow> flow =
            new ReadOnlyObjectWrapper<>(this, "flow", Flow.NONE);
    private final StringProperty address = new SimpleStringProperty(this, "address", "");
    private final ReadOnlyStringWrapper configured =
            new ReadOnlyStringWrapper(this, "configured", "");
    private final ReadOnlyBooleanWrapper canHost =
            new ReadOnlyBooleanWrapper(this, "canHost", true);
    private final Deque<Sample> samples = new ArrayDeque<>();
    private Work.Ticket joining = Work.Ticket.NONE;

    /// @param remembered where it is kept what was chosen last: nothing as long as nobody chose,
    ///   [#OFF], [#OWN], or the URL of a server
    public MeetingSwitch(Engine engine, Work work, StringProperty remembered) {
        this.engine = engine;
        this.work = work;
        this.remembered = remembered;
    }

    public ReadOnlyObjectProperty<State> stateProperty() {
        return state.getReadOnlyProperty();
    }

    /// What is being exchanged; it changes with every [#look()] while one is among others.
    public ReadOnlyObjectProperty<Flow> flowProperty() {
        return flow.getReadOnlyProperty();
    }

    /// The server that one types.
    public StringProperty addressProperty() {
        return address;
    }

    /// The server that the configuration names, or empty.
    public ReadOnlyStringProperty configuredProperty() {
        return configured.getReadOnlyProperty();
    }

    /// Whether a server of the home's own can be started here.
    public ReadOnlyBooleanProperty canHostProperty() {
        return canHost.getReadOnlyProperty();
    }

    /// Where one is, if among others.
    public Optional<Meeting> meeting() {
        return state.get() instanceof State.On on ? Optional.of(on.meeting) : Optional.empty();
    }

    /// Learns what there is to choose from.
    public void survey() {
        Work.Ticket _ =
                work.run(
                        () -> new Choice(engine.configuration(), engine.membership().canHost()),
                        this::offer,
                        _ -> {});
    }

    /// Goes to where it was the last time, or to where the configuration says.
    public void resume() {
        Work.Ticket _ =
                work.run(
                        () -> new Choice(engine.configuration(), engine.membership().canHost()),
                        choice -> {
                            offer(choice);
                            String last = remembered.get();
                            if (last.equals(OWN) && choice.canHost) {
                                join(new Venue.Own());
                            } else if (!last.isEmpty() && !last.equals(OFF) && !last.equals(OWN)) {
                                join(new Venue.At(last));
                            } else if (last.isEmpty() && !configured.get().isEmpty()) {
                                join(new Venue.At(configured.get()));
                            }
                        },
                        _ -> {});
    }

    private record Choice(Configuration configuration, boolean canHost) {}

    private void offer(Choice choice) {
        canHost.set(choice.canHost);
        configured.set(choice.configuration.nats().url().orElse(""));
        if (address.get().isBlank()) {
            String last = remembered.get();
            address.set(
                    last.isEmpty() || last.equals(OFF) || last.equals(OWN)
                            ? configured.get()
                            : last);
        }
    }

    /// Starts a server of the home's own and goes there.
    public void host() {
        remembered.set(OWN);
        join(new Venue.Own());
    }

    /// Goes to the server that was typed.
    public void join() {
        String url = address.get().strip();
        if (!url.isEmpty()) {
            String whole = url.contains("://") ? url : "nats://" + url;
            remembered.set(whole.equals(configured.get()) ? "" : whole);
            join(new Venue.At(whole));
        }
    }

    /// Tries again what failed.
    public void again() {
        if (state.get() instanceof State.Failed(var venue, _)) {
            join(venue);
        }
    }

    private void join(Venue venue) {
        if (state.get() instanceof State.Joining || state.get() instanceof State.Leaving) {
            return;
        }
        state.set(new State.Joining(venue));
        joining =
                work.run(
                        () -> engine.membership().join(venue),
                        meeting -> {
                            samples.clear();
                            flow.set(Flow.NONE);
                            state.set(new State.On(meeting, meeting.standing()));
                            look();
                        },
                        cause -> state.set(new State.Failed(venue, Problems.describe(cause))));
    }

    /// Abandons it to join, or leaves.
    public void leave() {
        if (state.get() instanceof State.Off || state.get() instanceof State.Leaving) {
            return;
        }
        remembered.set(OFF);
        joining.cancel();
        state.set(new State.Leaving());
        Work.Ticket _ =
                work.run(
                        () -> {
                            engine.membership().leave();
                            return true;
                        },
                        _ -> state.set(new State.Off()),
                        _ -> state.set(new State.Off()));
    }

    /// Takes down how it goes up to now.
    public void look() {
        if (!(state.get() instanceof State.On on)) {
            return;
        }
        Standing standing = on.meeting.standing();
        if (!standing.equals(on.standing)) {
            state.set(new State.On(on.meeting, standing));
        }
        var now = new Sample(engine.clock().instant(), on.meeting.exchange());
        samples.add(now);
        samples.removeIf(sample -> sample.at.isBefore(now.at.minus(AVERAGED)));
        Sample since = samples.getFirst();
        flow.set(
                new Flow(
                        now.at,
                        now.exchange,
                        rate(since, now, now.exchange.bytesIn() - since.exchange.bytesIn()),
                        rate(since, now, now.exchange.bytesOut() - since.exchange.bytesOut())));
    }

    private static double rate(Sample from, Sample to, long count) {
        long nanoseconds = Duration.between(from.at, to.at).toNanos();
        return nanoseconds <= 0 ? 0 : count * 1e9 / nanoseconds;
    }
}
