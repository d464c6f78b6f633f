package cairn.gateway;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Has an end: whoever lets a thread wait for the rest of his headers or for more of his body
/// longer than this loses his connection. The server itself would wait for ever.
final class Patience implements Http1ConnectionListener, AutoCloseable {
    private static final int GLANCES = 8;

    private final long nanoseconds;
    private final Set<Wait> waits = ConcurrentHashMap.newKeySet();

    /// For the headers of each connection, until its thread is gone.
    private final Map<ConnectionContext, Wait> headers = new ConcurrentHashMap<>();

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ExecutorService watcher =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("patience").factory());

    private Patience(Duration length) {
        nanoseconds = length.toNanos();
    }

    /// Starts to watch; close the result to stop.
    static Patience start(Duration length) {
        var patience = new Patience(length);
        patience.watcher.execute(patience::watch);
        return patience;
    }

    /// The waits of one thread, one after the other.
    ///
    /// A thread is interrupted only while it waits: nothing else that it does afterwards sees that.
    final class Wait implements AutoCloseable {
        private final Thread thread = Thread.currentThread();
        private long since;
        private boolean waiting;
        private boolean over;

        synchronized void begin() {
            since = System.nanoTime();
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
            if (waiting && !over && System.nanoTime() - since > nanoseconds) {
                over = true;
                thread.interrupt();
            }
        }

        @Override
        public void close() {
            waits.remove(this);
        }
    }

    /// For the thread that calls this; it closes the result when it waits no more.
    Wait mine() {
        var wait = new Wait();
        waits.add(wait);
        return wait;
    }

    @Override
    public void prologue(ConnectionContext connection, HttpPrologue prologue) {
        headers.computeIfAbsent(connection, _ -> mine()).begin();
    }

    @Override
    public void headers(ConnectionContext connection, Headers all) {
        var wait = headers.get(connection);
        if (wait != null) {
            boolean _ = wait.end();
        }
    }

    @Override
    public void close() {
        stopped.countDown();
        watcher.close();
    }

    private void watch() {
        try {
            while (!stopped.await(nanoseconds / GLANCES, TimeUnit.NANOSECONDS)) {
                waits.forEach(Wait::look);
                // Connections end without a word.
                headers.values().removeIf(wait -> !wait.thread.isAlive());
                waits.removeIf(wait -> !wait.thread.isAlive());
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread; if so, it is no longer wanted.
        }
    }
}
