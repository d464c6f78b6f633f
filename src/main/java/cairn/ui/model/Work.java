package cairn.ui.model;

import java.util.concurrent.Callable;
import java.util.function.Consumer;

/// Runs tasks away from the UI thread and hands their outcome back on it.
@FunctionalInterface
public interface Work {
    /// Runs one task; cancelling the ticket interrupts it and drops its outcome.
    <T> Ticket run(
            Callable<T> task, Consumer<? super T> onSuccess, Consumer<? super Exception> onFailure);

    /// A task that was handed over.
    @FunctionalInterface
    interface Ticket {
        /// Nothing is under way.
        Ticket NONE = () -> {};

        void cancel();
    }
}
