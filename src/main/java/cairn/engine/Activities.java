package cairn.engine;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The long work of one process: what runs now, and what ran before. Safe for use by several
/// threads.
public final class Activities implements AutoCloseable {
    private static final int REMEMBERED = 200;

    private final InstantSource clock;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("activity-", 0).factory());
    private final List<Activity> activities = new ArrayList<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    public Activities(InstantSource clock) {
        this.clock = clock;
    }

    /// Work that reports to its activity and returns one sentence on what it did.
    @FunctionalInterface
    public interface Work {
        String run(Activity activity) throws Exception;
    }

    /// A listener that [#close()] removes.
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /// Starts work on a thread of its own.
    public Activity start(String title, Activity.Unit unit, Work work) {
        var activity = begin(title, unit);
        Future<?> _ = threads.submit(() -> run(activity, work));
        return activity;
    }

    /// What runs and what ran, newest first.
    public synchronized List<Activity> list() {
        return List.copyOf(activities).reversed();
    }

    /// Calls back whenever an activity begins or ends, on the thread where it does.
    public Registration onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /// Cancels what runs, and returns when nothing does.
    @Override
    public void close() {
        list().forEach(Activity::cancel);
        threads.close();
    }

    private Activity begin(String title, Activity.Unit unit) {
        var activity = new Activity(title, unit, clock);
        synchronized (this) {
            activities.add(activity);
            if (activities.size() > REMEMBERED) {
                activities.removeIf(old ->
                        activities.size() > REMEMBERED
                                && !(old.snapshot().state() instanceof Activity.State.Running));
            }
        }
        listeners.forEach(Runnable::run);
        return activity;
    }

    @SuppressWarnings("CatchingUnchecked") // whatever ends the work is its outcome, told to people
    private void run(Activity activity, Work work) {
        try {
            String result = work.run(activity);
            activity.end(new Activity.State.Done(clock.instant(), result));
        } catch (CancellationException | InterruptedException _) {
            activity.end(new Activity.State.Cancelled(clock.instant()));
        } catch (Exception e) {
            activity.end(new Activity.State.Failed(clock.instant(), e));
        } catch (Error e) {
            activity.end(new Activity.State.Failed(clock.instant(), new ExecutionException(e)));
        }
        listeners.forEach(Runnable::run);
    }
}
