package cairn.store;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.BusyHandler;

/// Waits while another process writes to an index, says so where that takes longer than most writes
/// do, and gives up after a minute or when its thread is interrupted.
final class WriterWait extends BusyHandler {
    static final long LIMIT = TimeUnit.SECONDS.toNanos(60);
    static final long STEP = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long LONG = TimeUnit.SECONDS.toNanos(1);
    private static final int AGAIN = 1;
    private static final int GIVE_UP = 0;

    private final Path file;
    private long began;
    private boolean told;

    WriterWait(Path file) {
        this.file = file;
    }

    @Override
    protected int callback(int before) {
        long now = System.nanoTime();
        if (before == 0) {
            began = now;
            told = false;
        }
        if (now - began > LIMIT || Thread.currentThread().isInterrupted()) {
            return GIVE_UP;
        }
        if (!told && now - began > LONG) {
            told = true;
            System.getLogger(WriterWait.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            file + ": waiting for another process that writes");
        }
        LockSupport.parkNanos(STEP);
        return AGAIN;
    }
}
