package cairn.gateway;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Has an end: whoever lets a thread wait longer than this for the rest of his headers, for more of
/// his body, or for reading what he asked for, loses his connection. The server itself would wait
/// for ever.
final class Patience implements Http1ConnectionListener, AutoCloseable {
    /// How often waits are looked at within the time that one may take.
    private static final int GLANCES = 8;

    private final Duration length;
    private final Set<Wait> waits = ConcurrentHashMap.newKeySet();
    private final ThreadLocal<Wait> mine = ThreadLocal.withInitial(this::watched);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ExecutorService watcher =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("patience").factory());

    /// Counts the glances, which is as good as a clock and costs nothing to read.
    private volatile long glance;

    private Patience(Duration length) {
        this.length = length;
    }

    /// Starts to watch; close the result to stop.
    static Patience start(Duration length) {
        var patience = new Patience(length);
        patience.watcher.execute(patience::watch);
        return patience;
    }

    /// How long a wait may take.
    Duration length() {
        return length;
    }

    /// The waits of one thread, one after the other.
    ///
    /// A thread is interrupted only while it waits: nothing else that it does afterwards sees that.
    final class Wait {
        private final Thread thread = Thread.currentThread();
        private long since;
        private boolean waiting;
        private boolean over;
        private Runnable lastWord = Patience::nothing;

        synchronized void begin() {
            begin(Patience::nothing);
        }

        /// @param word what is done on another thread before the connection is lost
        synchronized void begin(Runnable word) {
            lastWord = word;
            since = glance;
            waiting = true;
        }

        /// Tells whether it took too long; then the connection is closed.
        synchronized boolean end() {
            waiting = false;
            if (over) {
                boolean _ = Thread.interrupted();
            }
            return over;
        }

        private synchronized void look() {
            if (waiting && !over && glance - since > GLANCES) {
                over = true;
                Runnable word = lastWord;
                Thread _ = Thread.startVirtualThread(() -> endWith(word));
            }
        }

        private void endWith(Runnable word) {
            try {
                word.run();
            } catch (RuntimeException _) {
                // Nobody hears it.
            } finally {
                thread.interrupt();
            }
        }
    }

    private static void nothing() {}

    /// For the thread that calls this, until it ends.
    Wait mine() {
        return mine.get();
    }

    @Override
    public void prologue(ConnectionContext connection, HttpPrologue prologue) {
        mine().begin();
    }

    @Override
    public void headers(ConnectionContext connection, Headers all) {
        boolean _ = mine().end();
    }

    @Override
    public void close() {
        stopped.countDown();
        watcher.close();
    }

    private Wait watched() {
        var wait = new Wait();
        waits.add(wait);
        return wait;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // by this one thread
    private void watch() {
        try {
            while (!stopped.await(length.toNanos() / GLANCES, TimeUnit.NANOSECONDS)) {
                glance++;
                waits.forEach(Wait::look);
                waits.removeIf(wait -> !wait.thread.isAlive());
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread; if so, it is no longer wanted.
        }
    }
}
