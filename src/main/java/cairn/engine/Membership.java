package cairn.engine;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Takes an engine to where other nodes meet and away again, for front ends that know the port and
/// not the server behind it. Safe for use by several threads; coming and going take a moment, so no
/// thread that draws should do it.
public final class Membership implements AutoCloseable {
    private final Engine engine;
    private final Map<String, String> environment;
    private final Network network;
    private volatile @Nullable Meeting current;

    Membership(Engine engine, Map<String, String> environment, Network network) {
        this.engine = engine;
        this.environment = environment;
        this.network = network;
    }

    /// Whether this machine has what a server of the home's own takes.
    public boolean canHost() {
        return network.canHost(environment);
    }

    /// Where the home is, if it is among others.
    public Optional<Meeting> current() {
        return Optional.ofNullable(current);
    }

    /// Leaves where the home is, if anywhere, and goes to a server. Ends when its thread is
    /// interrupted; [#leave()] afterwards makes sure that nothing is left.
    ///
    /// @throws RefusedException if the server does not let this client in
    public synchronized Meeting join(Meeting.Venue venue) throws IOException {
        leave();
        Meeting joined = network.join(engine, environment, venue);
        current = joined;
        return joined;
    }

    /// Returns when nobody is answered any more.
    public synchronized void leave() {
        var left = current;
        current = null;
        if (left != null) {
            left.close();
        }
    }

    @Override
    public void close() {
        leave();
    }
}
