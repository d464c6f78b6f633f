package cairn.engine;

import cairn.store.Progress;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Looks whether work is cancelled while it waits for others and cannot look itself.
final class Watch implements AutoCloseable {
    private static final long GLANCE_MILLIS = 100;

    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("watch").factory());

    private Watch() {}

    /// Work that may have to wait for others.
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /// Does some work.
    ///
    /// @param giveUp has it wait no longer, on another thread, once it is cancelled
    /// @throws CancellationException if it failed because of that
    static <T> T during(Progress progress, Runnable giveUp, Work<T> work) throws IOException {
        try (var watch = new Watch()) {
            watch.thread.execute(() -> watch.look(progress, giveUp));
            return work.run();
        } catch (IOException e) {
            progress.check();
            throw e;
        }
    }

    @Override
    public void close() {
        over.countDown();
        thread.close();
    }

    private void look(Progress progress, Runnable giveUp) {
        try {
            while (!over.await(GLANCE_MILLIS, TimeUnit.MILLISECONDS)) {
                if (progress.isCancelled()) {
                    giveUp.run();
                    return;
                }
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread; if so, it is no longer wanted.
        }
    }
}
