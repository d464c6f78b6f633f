package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.NatsServer;
import cairn.cid.Cid;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.ipld.DagWalk;
import cairn.store.Progress;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three servers that keep each block, of which one after the other is killed.
class ClusterTest {
    private static final int BLOCKS = 20_000;
    private static final List<String> NAMES = List.of("a", "b", "c");

    @TempDir private Path room;

    private final SortedMap<String, NatsServer> servers = new TreeMap<>();
    private List<Integer> routes = List.of();

    @BeforeEach
    void start() throws IOException {
        routes = List.of(free(), free(), free());
        for (String name : NAMES) {
            start(name);
        }
    }

    @AfterEach
    void stop() {
        servers.values().forEach(NatsServer::close);
    }

    private static int free() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void start(String name) throws IOException {
        Path folder = room.resolve("server-" + name);
        String more =
                """
                server_name: "%s"
                jetstream { store_dir: "%s" }
                cluster { name: "test", listen: "127.0.0.1:%d", routes: [ %s ] }
                """
                        .formatted(
                                name,
                                folder.resolve("streams"),
                                routes.get(NAMES.indexOf(name)),
                                routes.stream()
                                        .map("\"nats://127.0.0.1:%d\""::formatted)
                                        .collect(Collectors.joining(", ")));
        servers.put(name, NatsServer.start(folder, "127.0.0.1:-1", more));
    }

    private static Configuration.Nats settings(Engine engine, NatsServer server)
            throws IOException {
        var options =
                List.of(
                        new Configuration.Option("nats.url", "--nats", server.url()),
                        new Configuration.Option("nats.replicas", "nats.replicas", "3"),
                        new Configuration.Option(
                                "nats.publish-imports", "nats.publish-imports", "true"));
        return Configuration.read(engine.store().home(), Map.of(), options).nats();
    }

    @Test
    void whatWasAcknowledgedOutlivesAnyOneOfThem() throws IOException {
        try (var engine = Engine.open(room.resolve("home"), InstantSource.system(), Map.of())) {
            Path folder = Files.createDirectories(room.resolve("files"));
            for (int i = 0; i < BLOCKS; i++) {
                Files.writeString(folder.resolve("file" + i), "the content of file " + i);
            }
            var added = engine.add("many", folder, true, Progress.NONE);
            try (var node = NatsNode.start(engine, settings(engine, server("a")))) {
                awaitBlocks(node, BLOCKS / 4);
                // A follower, the one that the node talks to, and the leader.
                String leader = leader("b");
                kill(
                        NAMES.stream()
                                .filter(name -> !name.equals("a") && !name.equals(leader))
                                .findFirst()
                                .orElseThrow());
                awaitBlocks(node, BLOCKS / 2);
                kill("a");
                awaitBlocks(node, BLOCKS * 3 / 4);
                kill(leader("a"));
                while (node.publishing().cursor() < engine.catalog().lastChange()) {
                    Thread.onSpinWait();
                }
            }
            var expected = new ArrayList<Cid>();
            var walk = new DagWalk(engine.store(), List.of(added.cid(), added.tree()));
            for (var visit = walk.next(); visit.isPresent(); visit = walk.next()) {
                expected.add(visit.get().cid());
            }
            assertEquals(expected, kept(engine, expected));
        }
    }

    private NatsServer server(String name) {
        return Objects.requireNonNull(servers.get(name));
    }

    private static void awaitBlocks(NatsNode node, int count) {
        while (node.publishing().blocks() < count) {
            Thread.onSpinWait();
        }
    }

    private void kill(String name) throws IOException {
        server(name).kill();
        start(name);
    }

    private String leader(String asked) throws IOException {
        try (var client = server(asked).client()) {
            while (true) {
                try {
                    StreamInfo info =
                            client.connection().jetStreamManagement().getStreamInfo("CID_BLOCKS");
                    var cluster = info.getClusterInfo();
                    if (cluster != null && cluster.getLeader() != null) {
                        return cluster.getLeader();
                    }
                } catch (JetStreamApiException | IOException _) {
                    Thread.onSpinWait(); // they choose one
                }
            }
        }
    }

    /// Those of some blocks that the stream keeps as they should be, read from any server.
    private List<Cid> kept(Engine engine, List<Cid> cids) throws IOException {
        var server = server("b");
        try (var bus = Bus.connect(server.url(), settings(engine, server), "test")) {
            var stream = new BlockStream(bus, new Subjects(""));
            return cids.stream()
                    .gather(
                            Gatherers.mapConcurrent(
                                    32,
                                    cid -> {
                                        try {
                                            return stream.block(cid).map(_ -> cid);
                                        } catch (IOException e) {
                                            throw new UncheckedIOException(e);
                                        }
                                    }))
                    .flatMap(Optional::stream)
                    .toList();
        }
    }
}
