package cairn.engine;

import cairn.store.Progress;
import cairn.store.Store;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Compresses what uploads left uncompressed, while nobody asks for anything.
///
/// Gives way at once to whoever comes, and begins anew when he is gone.
public final class Packer implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Packer.class.getName());
    private static final int PAUSE_SECONDS = 5;

    /// Packs are written anew as a whole, which less is not worth.
    private static final long WORTHWHILE = 64L << 20;

    private final Store store;
    private final BooleanSupplier isQuiet;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /// Not a virtual thread, because it would keep those who answer waiting for it.
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("packer").factory());

    /// One that packs when it is told to.
    Packer(Store store, BooleanSupplier isQuiet) {
        this.store = store;
        this.isQuiet = isQuiet;
    }

    /// Starts to look after a store; close the result to stop.
    ///
    /// @param isQuiet asked again and again whether there is time
    public static Packer start(Store store, BooleanSupplier isQuiet) {
        var packer = new Packer(store, isQuiet);
        if (!store.isReadOnly()) {
            packer.thread.execute(packer::watch);
        }
        return packer;
    }

    /// Packs, if that is worthwhile and there is time.
    ///
    /// @return whether all is packed that is worthwhile
    boolean pack() throws IOException {
        if (store.looseBytes() < WORTHWHILE) {
            return true;
        }
        try {
            var packed = store.pack(Progress.until(this::isWanted));
            LOG.log(Level.DEBUG, "the packs are {0} bytes shorter", packed.bytes());
            return true;
        } catch (CancellationException _) {
            return false;
        }
    }

    /// Gives up what is not finished.
    @Override
    public void close() {
        stopped.countDown();
        thread.close();
    }

    private boolean isWanted() {
        return stopped.getCount() == 0 || !isQuiet.getAsBoolean();
    }

    private void watch() {
        try {
            while (!stopped.await(PAUSE_SECONDS, TimeUnit.SECONDS)) {
                packQuietly();
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread; if so, it is no longer wanted.
        }
    }

    private void packQuietly() {
        try {
            boolean _ = isWanted() || pack();
        } catch (IOException e) {
            LOG.log(Level.INFO, "what was uploaded is not packed yet: {0}", e.getMessage());
        }
    }
}
