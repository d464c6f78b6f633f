package cairn.nats;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Looks again and again, on a thread of its own, for what is to be done, and says once what keeps
/// it from that.
final class Follower implements AutoCloseable {
    /// Between two looks.
    static final Duration LOOK = Duration.ofSeconds(1);

    private static final Logger LOG = System.getLogger(Follower.class.getName());
    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final String trouble;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ExecutorService thread;
    private volatile String problem = "";

    /// What is done.
    @FunctionalInterface
    interface Step {
        /// Does all that is to be done by now, or some of it once it [need not][#goesOn] go on.
        void run() throws IOException;

        /// Puts right what a failure left, and returns how long to wait.
        default Duration failed(IOException failure) {
            return AGAIN;
        }
    }

    /// @param name of its thread
    /// @param trouble what does not happen when it fails, the beginning of a sentence
    Follower(String name, String trouble) {
        this.trouble = trouble;
        thread = Executors.newSingleThreadExecutor(Thread.ofVirtual().name(name).factory());
    }

    void start(Step step) {
        thread.execute(() -> run(step));
    }

    /// Whether nobody has stopped it.
    boolean goesOn() {
        return stopped.getCount() > 0;
    }

    /// Why it does not go on just now, empty if it does.
    String problem() {
        return problem;
    }

    private void run(Step step) {
        try {
            Duration pause = Duration.ZERO;
            while (!stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                pause = look(step);
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread; if so, it is no longer wanted.
        }
    }

    private Duration look(Step step) {
        try {
            step.run();
            problem = "";
            return LOOK;
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            if (goesOn() && !why.equals(problem)) {
                LOG.log(Level.WARNING, trouble + ": " + why);
            }
            problem = why;
            return step.failed(e);
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
