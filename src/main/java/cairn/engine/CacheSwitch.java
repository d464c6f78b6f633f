package cairn.engine;

import cairn.engine.Activities.Registration;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// Turns the cache server of an engine on and off, for front ends that know the port and not the
/// server behind it. Safe for use by several threads; turning takes a moment, so no thread that
/// draws should do it.
public final class CacheSwitch implements AutoCloseable {
    private final Engine engine;
    private final CacheServer.Starter starter;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable CacheServer running;

    public CacheSwitch(Engine engine, CacheServer.Starter starter) {
        this.engine = engine;
        this.starter = starter;
    }

    /// The server, if it is on.
    public Optional<CacheServer> server() {
        return Optional.ofNullable(running);
    }

    /// Turns it on as the configuration says, unless it is on.
    public CacheServer turnOn() throws IOException {
        return turnOn(CacheServer.Settings.of(engine.configuration()));
    }

    /// Turns it on, unless it is on.
    ///
    /// @throws IOException also if the address cannot be had
    public synchronized CacheServer turnOn(CacheServer.Settings settings) throws IOException {
        var server = running;
        if (server == null) {
            server = starter.start(engine, settings);
            running = server;
            listeners.forEach(Runnable::run);
        }
        return server;
    }

    /// Turns it off, and returns when nothing is being answered.
    public synchronized void turnOff() {
        var server = running;
        if (server != null) {
            running = null;
            server.close();
            listeners.forEach(Runnable::run);
        }
    }

    /// Calls back whenever it was turned on or off, on the thread that did it.
    public Registration onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public void close() {
        turnOff();
    }
}
