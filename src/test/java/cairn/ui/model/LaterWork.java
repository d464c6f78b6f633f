package cairn.ui.model;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/// Keeps tasks until they are told to run, in any order.
final class LaterWork implements Work {
    private final List<Runnable> tasks = new ArrayList<>();

    List<Runnable> tasks() {
        return tasks;
    }

    @Override
    public <T> Ticket run(
            Callable<T> task,
            Consumer<? super T> onSuccess,
            Consumer<? super Exception> onFailure) {
        var cancelled = new boolean[1];
        tasks.add(() -> {
            if (!cancelled[0]) {
                Ticket _ = new DirectWork().run(task, onSuccess, onFailure);
            }
        });
        return () -> cancelled[0] = true;
    }
}
