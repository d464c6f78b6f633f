package cairn.nats;

import cairn.cid.Cid;
import cairn.engine.BuildNews;
import cairn.engine.Configuration;
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
    private final Configuration.Nats.Streams settings;
    private final Courier courier;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("builds").factory());
    private String problem = "";

    private BuildFollower(
            Engine engine,
            BuildStream stream,
            String name,
            Configuration.Nats.Streams settings,
            Courier courier) {
        this.engine = engine;
        this.stream = stream;
        this.name = name;
        this.settings = settings;
        this.courier = courier;
    }

    /// @param name what the node calls itself
    static BuildFollower start(
            Engine engine,
            BuildStream stream,
            String name,
            Configuration.Nats.Streams settings,
            Courier courier) {
        var follower = new BuildFollower(engine, stream, name, settings, courier);
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
            if (settings.importBuilds()) {
                int _ = stream.hear(engine, name, this::bring);
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

    private void bring(BuildNews news) throws IOException {
        if (!settings.importOutputs()) {
            return;
        }
        var trusted = engine.configuration().trustedKeys();
        for (Cid output : news.record().outputs().values()) {
            var _ = courier.bring(output, trusted);
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
