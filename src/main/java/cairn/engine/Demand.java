package cairn.engine;

import java.util.OptionalDouble;
import java.util.concurrent.atomic.LongAdder;

/// Counts what others ask of a home by whichever way they come, and how much of it is here. Safe
/// for use by several threads.
public final class Demand {
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    /// What was asked in a while.
    ///
    /// @param hits how many of the paths and blocks that were asked for are here
    /// @param misses how many were not, whether or not they could be had elsewhere
    /// @param bytes of all answers
    public record Counts(long hits, long misses, long bytes) {
        /// What came after an earlier moment.
        public Counts since(Counts earlier) {
            return new Counts(hits - earlier.hits, misses - earlier.misses, bytes - earlier.bytes);
        }

        /// How many of those that were asked for are here, from 0 to 1; empty if none was asked
        /// for.
        public OptionalDouble rate() {
            return hits + misses == 0
                    ? OptionalDouble.empty()
                    : OptionalDouble.of((double) hits / (hits + misses));
        }
    }

    /// Somebody asked for a path or a block.
    public void asked(boolean isHere) {
        (isHere ? hits : misses).increment();
    }

    /// So much is answered.
    public void sent(long length) {
        bytes.add(length);
    }

    /// What was asked since the home was opened.
    public Counts counts() {
        return new Counts(hits.sum(), misses.sum(), bytes.sum());
    }
}
