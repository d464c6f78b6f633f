package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.ipld.DagWalk;
import cairn.ipld.Visit;
import cairn.nix.StorePath;
import cairn.store.DagStore;
import cairn.store.PathStore;
import cairn.store.Progress;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfoOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// The blocks of nodes in a stream of a real server.
class BlockStreamTest {
    @TempDir private Path room;

    private NatsServer server;
    private final List<Engine> engines = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server = NatsServer.withStreams(room.resolve("server"), -1);
    }

    @AfterEach
    void stop() throws IOException {
        for (Engine engine : engines) {
            engine.close();
        }
        server.close();
    }

    private Engine engine(String name) throws IOException {
        var engine =
                Engine.open(
                        room.resolve(name), InstantSource.system(), Map.of(), new NatsNetwork());
        engines.add(engine);
        return engine;
    }

    /// @param settings alternating keys and values
    private NatsNode serve(Engine engine, String... settings) throws IOException {
        var options = new ArrayList<Configuration.Option>();
        options.add(new Configuration.Option("nats.url", "--nats", server.url()));
        for (int i = 0; i < settings.length; i += 2) {
            options.add(new Configuration.Option(settings[i], settings[i], settings[i + 1]));
        }
        return NatsNode.start(
                engine, Configuration.read(engine.store().home(), Map.of(), options).nats());
    }

    private NatsNode publish(Engine engine, String... more) throws IOException {
        var settings = new ArrayList<>(List.of(more));
        settings.addAll(List.of("nats.publish-imports", "true"));
        return serve(engine, settings.toArray(String[]::new));
    }

    private StorePath add(Engine engine, String name, int bytes) throws IOException {
        Path folder = Files.createDirectories(room.resolve("files-" + name));
        var random = new Random(name.hashCode());
        for (int i = 0; i <= bytes / 1_000_000; i++) {
            byte[] content = new byte[Math.min(1_000_000, bytes)];
            random.nextBytes(content);
            Files.write(folder.resolve("file" + i), content);
        }
        return engine.add(name, folder, true, Progress.NONE).info().path();
    }

    private static void awaitPublished(NatsNode node, Engine engine) throws IOException {
        while (node.publishing().cursor() < engine.catalog().lastChange()) {
            Thread.onSpinWait();
        }
    }

    /// The subjects of all blocks of all paths.
    private static Set<String> blocks(Engine engine) throws IOException {
        var roots = new ArrayList<Cid>();
        engine.catalog().paths().forEach(path -> roots.addAll(List.of(path.cid(), path.tree())));
        var subjects = new TreeSet<String>();
        var walk = new DagWalk(engine.store(), roots);
        for (var visit = walk.next(); visit.isPresent(); visit = walk.next()) {
            assertTrue(visit.get() instanceof Visit.Found);
            subjects.add("BLOCK." + visit.get().cid());
        }
        return subjects;
    }

    private Set<String> kept(String stream) throws IOException {
        try (var client = server.client()) {
            var state = client.connection().jetStreamManagement();
            return new TreeSet<>(
                    state.getStreamInfo(stream, StreamInfoOptions.allSubjects())
                            .getStreamState()
                            .getSubjectMap()
                            .keySet());
        } catch (JetStreamApiException e) {
            throw new IOException(e);
        }
    }

    @Test
    void whatComesInIsPublishedOnce() throws IOException {
        var engine = engine("one");
        engine.copySampleIn(Progress.NONE);
        try (var node = publish(engine)) {
            awaitPublished(node, engine);
            assertEquals(blocks(engine), kept("CID_BLOCKS"));
            add(engine, "more", 3_000_000);
            awaitPublished(node, engine);
            assertEquals(blocks(engine), kept("CID_BLOCKS"));
            assertEquals(blocks(engine).size(), node.publishing().blocks());
        }
        try (var node = publish(engine)) {
            awaitPublished(node, engine);
            assertEquals(0, node.publishing().blocks());
        }
        // Another that has the same adds nothing, and is not held up.
        var other = engine("two");
        other.copySampleIn(Progress.NONE);
        try (var node = publish(other)) {
            awaitPublished(node, other);
            assertEquals(0, node.publishing().blocks());
            assertEquals("", node.publishing().problem());
        }
    }

    @Test
    void aStreamThatIsMadeAnewGetsEverything() throws Exception {
        var engine = engine("one");
        add(engine, "some", 1_000_000);
        try (var node = publish(engine, "nats.domain", "vision")) {
            awaitPublished(node, engine);
        }
        var kept = kept("CID_BLOCKS_vision");
        try (var client = server.client()) {
            client.connection().jetStreamManagement().deleteStream("CID_BLOCKS_vision");
        }
        try (var node = publish(engine, "nats.domain", "vision")) {
            awaitPublished(node, engine);
            assertEquals(kept, kept("CID_BLOCKS_vision"));
        }
    }

    @Test
    void theStreamHasWhatNobodyHasAnyMore() throws IOException {
        var engine = engine("one");
        StorePath path = add(engine, "some", 1_000_000);
        try (var node = publish(engine)) {
            awaitPublished(node, engine);
        }
        var stored = engine.catalog().path(path).orElseThrow();
        try (NatsNode _ = serve(engine("two"));
                var client = server.client()) {
            var reply = client.request("STORE.GET." + stored.cid());
            assertEquals(
                    engine.store().block(stored.cid()).orElseThrow(), Bytes.wrap(reply.getData()));
            var nothing = Cid.of(Codec.RAW, Bytes.utf8("nothing"));
            assertEquals(
                    "not-found block %s is not here".formatted(nothing),
                    client.request("STORE.GET." + nothing).getHeaders().getLast("Cairn-Error"));
            // What does not hash to its name is not believed.
            client.request("BLOCK." + nothing, (byte) 1);
            assertEquals(
                    "not-found block %s is not here".formatted(nothing),
                    client.request("STORE.GET." + nothing).getHeaders().getLast("Cairn-Error"));
        }
    }

    @Test
    void aStreamThatIsFullSaysSoAndIsFilledLater() throws Exception {
        var engine = engine("one");
        add(engine, "some", 1_000_000);
        try (var node = publish(engine, "nats.stream-limit", "300 KiB")) {
            while (node.publishing().problem().isEmpty()) {
                Thread.onSpinWait();
            }
            assertEquals(
                    "stream CID_BLOCKS at %s is full (maximum bytes exceeded): let it be larger, or remove what nobody needs"
                            .formatted(server.url()),
                    node.publishing().problem());
            try (var client = server.client()) {
                var stats =
                        JsonMapper.builder()
                                .build()
                                .readTree(client.request("$SRV.STATS.cairn").getData());
                var told = new ArrayList<String>();
                stats.path("endpoints")
                        .forEach(endpoint ->
                                told.add(
                                        endpoint.path("data").path("publishProblem").asString("")));
                assertTrue(told.contains(node.publishing().problem()), stats.toString());
            }
        }
        try (var client = server.client()) {
            var streams = client.connection().jetStreamManagement();
            var as = streams.getStreamInfo("CID_BLOCKS").getConfiguration();
            streams.updateStream(StreamConfiguration.builder(as).maxBytes(-1).build());
        }
        try (var node = publish(engine)) {
            awaitPublished(node, engine);
            assertEquals(blocks(engine), kept("CID_BLOCKS"));
        }
    }

    @Test
    void whoWasAwayGetsWhatWasPublishedMeanwhile() throws IOException {
        var engine = engine("one");
        StorePath first = add(engine, "first", 1_000_000);
        var replica = engine("replica");
        String[] replicating = {"nats.replicate", "true"};
        StorePath second;
        try (var node = publish(engine)) {
            awaitPublished(node, engine);
            try (var taking = serve(replica, replicating)) {
                awaitTaken(taking);
                assertEquals(List.of(first), replica.catalog().storePaths());
            }
            second = add(engine, "second", 2_000_000);
            awaitPublished(node, engine);
        }
        // The one who published is gone, and what was dealt with is not looked at again.
        try (var taking = serve(replica, replicating)) {
            awaitTaken(taking);
            assertEquals(1, taking.replicating().paths());
            assertEquals(0, taking.replicating().strangers());
        }
        assertEquals(new TreeSet<>(List.of(first, second)), paths(replica));
        assertEquals(blocks(engine), blocks(replica));
    }

    @Test
    void whatNobodyVouchesForIsNotTaken() throws IOException {
        var engine = engine("one");
        engine.copySampleIn(Progress.NONE); // has neither signatures nor content addresses
        var replica = engine("replica");
        try (var node = publish(engine);
                var taking = serve(replica, "nats.replicate", "true")) {
            awaitPublished(node, engine);
            awaitTaken(taking);
            assertEquals(engine.catalog().storePaths().size(), taking.replicating().strangers());
            assertEquals(List.of(), replica.catalog().storePaths());
        }
    }

    @Test
    void tellsWhichBlocksAreNotHere() throws IOException {
        var engine = engine("one");
        StorePath path = add(engine, "some", 2_000_000);
        try (var node = publish(engine)) {
            awaitPublished(node, engine);
        }
        var other = engine("other");
        other.copySampleIn(Progress.NONE);
        var missing = new TreeSet<String>();
        var kept =
                KeptBlocks.compare(
                        server.uri(), other, Progress.NONE, cid -> missing.add("BLOCK." + cid));
        assertEquals(blocks(engine), missing);
        assertEquals(
                new KeptBlocks(
                        "CID_BLOCKS",
                        1,
                        missing.size(),
                        kept.bytes(),
                        missing.size(),
                        kept.bytes(),
                        1),
                kept);
        assertEquals(engine.store().statistics().blockBytes(), kept.bytes());
        try (PathStore from = other.open(server.uri())) {
            var cid = engine.catalog().path(path).orElseThrow().cid();
            assertEquals(List.of(path), ((NatsStore) from).named(cid));
            other.copyIn(from, List.of(path), true, Progress.NONE);
        }
        assertEquals(0, KeptBlocks.compare(server.uri(), other, Progress.NONE, _ -> {}).missing());
    }

    @Test
    void aClosureTravelsAsOneArchive() throws IOException {
        var engine = engine("one");
        engine.copySampleIn(Progress.NONE);
        Cid pinned = engine.catalog().pins().getFirst().cid();
        StorePath top = engine.catalog().named(pinned).getFirst().info().path();
        String uri = server.uri() + "/vision?archive=car";
        for (int i = 0; i < 2; i++) { // the second time it is there
            try (PathStore to = engine.target(uri)) {
                engine.copyOut(to, List.of(top), Progress.NONE);
            }
        }
        var other = engine("other");
        try (PathStore from = other.open(uri)) {
            assertEquals(List.of(top), from.paths().toList());
            assertEquals(List.of(top), ((DagStore) from).named(pinned));
            other.copyIn(from, List.of(top), true, Progress.NONE);
        }
        assertEquals(pinned, other.catalog().path(top).orElseThrow().cid());
        assertEquals(engine.graph().closure(top).size(), other.catalog().storePaths().size());
        try (PathStore empty = other.open(server.uri() + "?archive=car")) {
            assertEquals(List.of(), empty.paths().toList());
        }
    }

    private void awaitTaken(NatsNode node) throws IOException {
        long last = kept("CID_BLOCKS").size();
        while (node.replicating().sequence() < last) {
            Thread.onSpinWait();
        }
    }

    private static Set<StorePath> paths(Engine engine) throws IOException {
        return new TreeSet<>(engine.catalog().storePaths());
    }
}
