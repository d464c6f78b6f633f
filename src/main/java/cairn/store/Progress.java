package cairn.store;

import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/// Follows a long piece of work from outside, and stops it. Called from the working threads.
public interface Progress {
    /// Nobody looks, nobody stops.
    Progress NONE = until(() -> false);

    /// Nobody looks; the work ends once this is so.
    static Progress until(BooleanSupplier cancelled) {
        return new Progress() {
            @Override
            public void step(String what, long done, long total) {}

            @Override
            public boolean isCancelled() {
                return cancelled.getAsBoolean();
            }
        };
    }

    /// Tells how far the work is.
    ///
    /// @param what what is being worked on, for people: a path, a pack
    /// @param total zero where it is not known
    void step(String what, long done, long total);

    boolean isCancelled();

    /// Ends the work if it was cancelled.
    ///
    /// @throws CancellationException if so
    default void check() {
        if (isCancelled()) {
            throw new CancellationException("cancelled");
        }
    }
}
