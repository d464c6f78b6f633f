package cairn.ui;

import cairn.ui.model.Work;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
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
    public <T> Ticket run(
            Callable<T> task,
            Consumer<? super T> onSuccess,
            Consumer<? super Exception> onFailure) {
        if (threads.isShutdown()) {
            return Ticket.NONE;
        }
        var cancelled = new AtomicBoolean();
        pending.set(pending.get() + 1);
        var future =
                new FutureTask<Void>(
                        () -> {
                            Runnable outcome = outcome(task, onSuccess, onFailure);
                            Platform.runLater(() -> {
                                if (!cancelled.get() && !threads.isShutdown()) {
                                    outcome.run();
                                }
                            });
                            return null;
                        }) {
                    @Override
                    protected void done() {
                        // Also of a task that was cancelled before it began.
                        Platform.runLater(() -> pending.set(pending.get() - 1));
                    }
                };
        threads.execute(future);
        return () -> {
            cancelled.set(true);
            future.cancel(true);
        };
    }

    @SuppressWarnings("CatchingUnchecked") // whatever a task throws is its outcome
    private static <T> Runnable outcome(
            Callable<T> task,
            Consumer<? super T> onSuccess,
            Consumer<? super Exception> onFailure) {
        try {
            T result = task.call();
            return () -> onSuccess.accept(result);
        } catch (Exception e) {
            return () -> onFailure.accept(e);
        } catch (Error e) {
            return () -> onFailure.accept(new ExecutionException(e));
        }
    }

    /// How many tasks have not handed over their outcome yet.
    ReadOnlyIntegerProperty pendingProperty() {
        return pending.getReadOnlyProperty();
    }

    /// Abandons what runs, and returns when nothing does. What is asked for later is not done.
    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}
