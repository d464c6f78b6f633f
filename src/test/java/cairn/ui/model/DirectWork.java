package cairn.ui.model;

import java.util.concurrent.Callable;
import java.util.function.Consumer;

/// Runs tasks at once on the calling thread, so that tests have nothing to wait for.
public final class DirectWork implements Work {
    @Override
    @SuppressWarnings("CatchingUnchecked") // as any Work does
    public <T> Ticket run(
            Callable<T> task,
            Consumer<? super T> onSuccess,
            Consumer<? super Exception> onFailure) {
        T outcome;
        try {
            outcome = task.call();
        } catch (Exception e) {
            onFailure.accept(e);
            return Ticket.NONE;
        }
        onSuccess.accept(outcome);
        return Ticket.NONE;
    }
}
