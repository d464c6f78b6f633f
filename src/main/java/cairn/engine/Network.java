package cairn.engine;

import cairn.cid.FormatException;
import cairn.store.PathStore;
import java.io.IOException;
import java.util.Map;

/// Leads to other nodes. Whoever wires the program knows over what.
@FunctionalInterface
public interface Network {
    /// The beginning of the URIs of other nodes: `nats+ipld://host:port[/domain]`.
    String SCHEME = "nats+ipld:";

    /// There is nobody else.
    Network NONE =
            (uri, _) -> {
                throw new FormatException("store uri", 0, uri + " cannot be reached from here");
            };

    /// Tells whether a URI is that of another node.
    static boolean names(String uri) {
        return uri.startsWith(SCHEME);
    }

    /// Opens the store of another node, to read from it and to bring paths to it.
    ///
    /// @param engine what it has need not travel
    PathStore open(String uri, Engine engine) throws IOException;

    /// Tells other nodes of the builds of a home that they were not told of yet.
    ///
    /// @return how many there were; what was not told when this fails is told the next time
    default int tellOfBuilds(Engine engine) throws IOException {
        return 0;
    }

    /// Takes a home to where other nodes meet, by what its configuration says.
    ///
    /// @param environment where programs are
    /// @throws RefusedException if the server does not let this client in
    default Meeting join(Engine engine, Map<String, String> environment, Meeting.Venue venue)
            throws IOException {
        throw new IOException("other nodes cannot be reached from here");
    }

    /// Whether a server of a home's own can be started here.
    default boolean canHost(Map<String, String> environment) {
        return false;
    }
}
