package cairn.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets Ctrl-C end long work at its next step, instead of anywhere.
///
/// The process goes on until the work has cleaned up behind itself, and then ends with the code of
/// the signal. Work that does not come to its next step in time is left where it is, which harms no
/// store.
final class Interrupt {
    private static final long PATIENCE_SECONDS = 10;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final CountDownLatch set = new CountDownLatch(1);
    private boolean listening;

    /// Lets signals set this from now on, instead of ending the process.
    void listen() {
        if (!listening) {
            listening = true;
            Runtime.getRuntime().addShutdownHook(new Thread(this::await, "interrupt"));
        }
    }

    boolean isSet() {
        return set.getCount() == 0;
    }

    /// Returns when a signal has come.
    void awaitSignal() throws InterruptedException {
        set.await();
    }

    /// Tells that the command has ended, and has said how.
    void finish() {
        finished.countDown();
    }

    private void await() {
        if (finished.getCount() == 0) {
            return;
        }
        set.countDown();
        try {
            boolean _ = finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            // The process ends anyway.
        }
    }
}
