package cairn.nats;

import cairn.engine.Demand;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tells when too little of what is asked for is here, and that for long: as soon as the rate was
/// below a threshold for [#ENDURED], whenever something was asked for.
///
/// While nothing is asked for, nothing is known; after as long without a question, what was before
/// does not count any more. Used by one thread.
final class HitAlert {
    /// How long a rate may be below the threshold.
    static final Duration ENDURED = Duration.ofMinutes(5);

    private final double threshold;
    private @Nullable Instant below;
    private Instant asked = Instant.EPOCH;
    private boolean raised;

    /// @param threshold 0 for no alerts: no rate is below that
    HitAlert(double threshold) {
        this.threshold = threshold;
    }

    /// Takes what was asked from one moment, when this was told last, to another.
    void take(Instant from, Instant to, Demand.Counts counts) {
        boolean forgotten = Duration.between(asked, to).compareTo(ENDURED) >= 0;
        var rate = counts.rate();
        if (rate.isEmpty() ? forgotten : rate.getAsDouble() >= threshold) {
            below = null;
            raised = false;
        } else if (rate.isPresent()) {
            var start = below;
            if (start == null || forgotten) {
                boolean slept = Duration.between(from, to).compareTo(ENDURED) >= 0;
                start = slept ? to : from;
            }
            below = start;
            asked = to;
            raised = Duration.between(start, to).compareTo(ENDURED) >= 0;
        }
    }

    /// Since when the rate is below the threshold, if that is long enough.
    Optional<Instant> since() {
        return raised ? Optional.ofNullable(below) : Optional.empty();
    }
}
