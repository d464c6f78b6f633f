package cairn.ui;

import cairn.ui.model.Work;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javafx.application.Platform;
import javafx.beans.property.ReadOnlyIntegerProperty;
import javafx.beans.property.ReadOnlyIntegerWrapper;

/// Runs tasks on virtual threads and hands their outcome to the JavaFX thread, on which it is used.
final class FxWork implements Work, AutoCloseable {
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("work-", 0).factory());
    private final ReadOnlyIntegerWrapper pending = new ReadOnlyIntegerWrapper(this, "pending");

    @Override
    @SuppressWarnings("CatchingUnchecked") // whatever a task throws is its outcome
    public <T> Ticket run(
            Callable<T> task,
            Consumer<? super T> onSuccess,
            Consumer<? super Exception> onFailure) {
        var cancelled = new AtomicBoolean();
        pending.set(pending.get() + 1);
        Future<?> future =
                threads.submit(() -> {
                    Runnable outcome;
                    try {
                        T result = task.call();
                        outcome = () -> onSuccess.accept(result);
                    } catch (Exception e) {
                        outcome = () -> onFailure.accept(e);
                    }
                    Runnable last = outcome;
                    Platform.runLater(() -> {
                        pending.set(pending.get() - 1);
                        if (!cancelled.get()) {
                            last.run();
                        }
                    });
                });
        return () -> {
            cancelled.set(true);
            future.cancel(true);
        };
    }

    /// How many tasks have not handed over their outcome yet.
    ReadOnlyIntegerProperty pendingProperty() {
        return pending.getReadOnlyProperty();
    }

    /// Abandons what runs, and returns when nothing does.
    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}
