package cairn.nats;

import cairn.engine.Engine;
import cairn.engine.Meeting;
import cairn.engine.Network;
import cairn.store.PathStore;
import java.io.IOException;
import java.util.Map;

/// Other nodes over NATS. Nothing of NATS is loaded before one of them is opened.
public final class NatsNetwork implements Network {
    @Override
    public PathStore open(String uri, Engine engine) throws IOException {
        var parsed = NatsUri.parse(uri);
        return parsed.archives() ? archives(parsed, engine) : NatsStore.open(uri, engine);
    }

    private static ArchiveStore archives(NatsUri uri, Engine engine) throws IOException {
        var settings = engine.configuration().nats();
        String name = NodeKey.name(NodeKey.of(engine.store().home()), settings);
        return new ArchiveStore(
                uri.text(),
                Bus.connect(uri.server(), settings, name),
                new Subjects(uri.domain()),
                engine,
                settings.streams());
    }

    @Override
    public int tellOfBuilds(Engine engine) throws IOException {
        var settings = engine.configuration().nats();
        if (settings.url().isEmpty()) {
            return 0;
        }
        String name = NodeKey.name(NodeKey.of(engine.store().home()), settings);
        try (var bus = Bus.connect(settings.url().get(), settings, name)) {
            return new BuildStream(
                            bus, new Subjects(settings.domain()), settings.streams().replicas())
                    .tell(engine, name);
        }
    }

    @Override
    public Meeting join(Engine engine, Map<String, String> environment, Meeting.Venue venue)
            throws IOException {
        return NatsMeeting.join(engine, environment, venue);
    }

    @Override
    public boolean canHost(Map<String, String> environment) {
        return PrivateServer.isInstalled(environment);
    }
}
