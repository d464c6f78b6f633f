package cairn.nats;

import cairn.engine.Engine;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Tells others of the builds of a home as they are recorded, by whatever process, and hears of
/// theirs where that is wanted.
final class BuildFollower implements AutoCloseable {
    private static final Logger LOG = System.getLogger(BuildFollower.class.getName());
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final Engine engine;
    private final BuildStream stream;
    private final String name;
    private final boolean hears;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("builds").factory());
    private String problem = "";

    private BuildFollower(Engine engine, BuildStream stream, String name, boolean hears) {
        this.engine = engine;
        this.stream = stream;
        this.name = name;
        this.hears = hears;
    }

    /// @param name what the node calls itself
    static BuildFollower start(Engine engine, BuildStream stream, String name, boolean hears) {
        var follower = new BuildFollower(engine, stream, name, hears);
        follower.thread.execute(follower::run);
        return follower;
    }

    private void run() {
        try {
            Duration pause = Duration.ZERO;
            while (!stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                pause = step();
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread; if so, it is no longer wanted.
        }
    }

    /// Returns how long to wait for more.
    private Duration step() {
        try {
            stream.tell(engine, name);
            if (hears) {
                stream.hear(engine, name);
            }
            problem = "";
            return LOOK;
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            if (stopped.getCount() > 0 && !why.equals(problem)) {
                LOG.log(Level.WARNING, "builds are not exchanged: " + why);
            }
            problem = why;
            return AGAIN;
        }
    }

    /// Begins nothing new; who then fails what is under way need not wait for that.
    void stop() {
        stopped.countDown();
    }

    @Override
    public void close() {
        stop();
        thread.close();
    }
}
