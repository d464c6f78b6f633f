package cairn.engine;

import cairn.store.Progress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// One piece of long work: what it does, how far it is, how it ended. Safe for use by several
/// threads.
public final class Activity implements Progress {
    /// What an activity counts.
    public enum Unit {
        PATHS,
        BYTES,
        BLOCKS,
        ROWS
    }

    /// How an activity stands.
    public sealed interface State {
        record Running() implements State {}

        /// Ended well; the result is one sentence for people.
        record Done(Instant at, String result) implements State {}

        record Cancelled(Instant at) implements State {}

        record Failed(Instant at, Exception cause) implements State {}
    }

    /// Where an activity is at one instant.
    ///
    /// @param what what is being worked on
    /// @param total zero where it is not known
    /// @param elapsed since the start, up to the end if it has ended
    public record Snapshot(String what, long done, long total, Duration elapsed, State state) {
        /// Units a second on average.
        public double rate() {
            return elapsed.isZero() ? 0 : done * 1e9 / elapsed.toNanos();
        }

        /// From 0 to 1; negative where the total is not known.
        public double fraction() {
            return total <= 0 ? -1 : Math.min(1, (double) done / total);
        }
    }

    private final String title;
    private final Unit unit;
    private final InstantSource clock;
    private final Instant startedAt;
    private String what = "";
    private long done;
    private long total;
    private State state = new State.Running();
    private volatile boolean cancelled;

    Activity(String title, Unit unit, InstantSource clock) {
        this.title = title;
        this.unit = unit;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    public String title() {
        return title;
    }

    public Unit unit() {
        return unit;
    }

    public Instant startedAt() {
        return startedAt;
    }

    /// Asks the work to stop; it ends at its next step.
    public void cancel() {
        cancelled = true;
    }

    public synchronized Snapshot snapshot() {
        Instant until =
                switch (state) {
                    case State.Running _ -> clock.instant();
                    case State.Done(var at, _) -> at;
                    case State.Cancelled(var at) -> at;
                    case State.Failed(var at, _) -> at;
                };
        return new Snapshot(what, done, total, Duration.between(startedAt, until), state);
    }

    @Override
    public synchronized void step(String what, long done, long total) {
        this.what = what;
        this.done = done;
        this.total = total;
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    synchronized void end(State end) {
        state = end;
    }
}
