package cairn.nats;

import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.UnreachableException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A node that serves others as soon as its server can be reached, so that a home can be used where
/// there is no network. Once it has joined, the connection comes back by itself.
public final class Joining implements AutoCloseable {
    private final Engine engine;
    private final Configuration.Nats settings;
    private final Follower follower = new Follower("join", "other nodes do not find this one yet");

    /// Held while a node starts or ends.
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable NatsNode node;
    private boolean closed;

    private Joining(Engine engine, Configuration.Nats settings) {
        this.engine = engine;
        this.settings = settings;
    }

    /// Joins if there is a server now.
    ///
    /// @throws IOException if the server does not let this node in, or the settings are wrong
    public static Joining begin(Engine engine, Configuration.Nats settings) throws IOException {
        var joining = new Joining(engine, settings);
        try {
            joining.join(_ -> {});
        } catch (UnreachableException _) {
            // It is tried again, and said then.
        } catch (IOException e) {
            joining.close();
            throw e;
        }
        return joining;
    }

    /// The node, empty until there was a server.
    public Optional<NatsNode> node() {
        lock.lock();
        try {
            return Optional.ofNullable(node);
        } finally {
            lock.unlock();
        }
    }

    /// Goes on trying, unless it has joined.
    ///
    /// @param onJoined called once, on another thread
    public void goOn(Consumer<NatsNode> onJoined) {
        if (node().isEmpty()) {
            follower.start(() -> join(onJoined));
        }
    }

    private void join(Consumer<NatsNode> onJoined) throws IOException {
        lock.lock();
        try {
            if (node == null && !closed) {
                var joined = NatsNode.start(engine, settings);
                node = joined;
                follower.stop();
                onJoined.accept(joined);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        follower.stop();
        lock.lock();
        try {
            closed = true;
            if (node != null) {
                node.close();
            }
        } finally {
            lock.unlock();
        }
        follower.close();
    }
}
