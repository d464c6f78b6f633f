package cairn.nats;

import cairn.engine.Engine;
import cairn.engine.Network;
import cairn.store.PathStore;
import java.io.IOException;

/// Other nodes over NATS. Nothing of NATS is loaded before one of them is opened.
public final class NatsNetwork implements Network {
    @Override
    public PathStore open(String uri, Engine engine) throws IOException {
        return NatsStore.open(uri, engine);
    }
}
