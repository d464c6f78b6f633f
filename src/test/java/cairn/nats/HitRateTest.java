package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import cairn.NatsServer;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.CacheServer;
import cairn.engine.Configuration;
import cairn.engine.Demand;
import cairn.engine.Engine;
import cairn.gateway.Gateway;
import cairn.store.Progress;
import cairn.store.StoredPath;
import io.nats.client.Subscription;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a node tells of its hits, over a real server.
class HitRateTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Bytes CONTENT = Bytes.utf8("what somebody asks for");
    private static final String ABSENT_BLOCK =
            Cid.of(Codec.RAW, Bytes.utf8("what is not here")).toString();
    private static final String ABSENT_PATH = "0".repeat(32);

    @TempDir private Path room;

    private volatile Instant now = START;
    private NatsServer server;
    private NatsServer.Client client;
    private Engine engine;
    private StoredPath path;

    @BeforeEach
    void start() throws IOException {
        server = NatsServer.start(room.resolve("server"));
        client = server.client();
        engine = Engine.open(room.resolve("home"), () -> now, Map.of(), new NatsNetwork());
        Path file = Files.write(room.resolve("file"), CONTENT.toByteArray());
        path = engine.add("file", file, true, Progress.NONE);
    }

    @AfterEach
    void stop() throws IOException {
        engine.close();
        client.close();
        server.close();
    }

    private NatsNode serve(Duration every) throws IOException {
        var options =
                List.of(
                        new Configuration.Option("nats.url", "--nats", server.url()),
                        new Configuration.Option("nats.node", "-", "here"),
                        new Configuration.Option("nats.hit-threshold", "-", "0.5"));
        return NatsNode.start(
                engine, Configuration.read(engine.store().home(), Map.of(), options).nats(), every);
    }

    private Subscription listen() throws IOException {
        var subscription = client.connection().subscribe("STORE.CID.HITS.*");
        client.flush();
        return subscription;
    }

    private JsonNode told(NatsNode node, Subscription subscription) throws Exception {
        now = now.plusSeconds(10);
        node.hitRate().tell();
        return next(subscription);
    }

    private static JsonNode next(Subscription subscription) throws Exception {
        return JSON.readTree(
                Objects.requireNonNull(subscription.nextMessage(PATIENCE), "nothing was told")
                        .getData());
    }

    private int ask(String subject) throws IOException {
        return client.request(subject).getData().length;
    }

    @Test
    void tellsHowMuchOfWhatWasAskedForIsHere() throws Exception {
        String block = path.tree().toString();
        String hash = path.info().path().hash();
        try (NatsNode node = serve(NEVER)) {
            var subscription = listen();
            int bytes = ask("STORE.GET." + block);
            bytes += ask("STORE.CID.GET." + block);
            bytes += ask("STORE.PATH.RESOLVE." + hash);
            bytes += ask("STORE.CID.GET." + ABSENT_BLOCK); // a reply that says so
            assertEquals(0, ask("STORE.PATH.RESOLVE." + ABSENT_PATH));
            // These were asked for elsewhere, or are malformed.
            assertEquals(0, ask("STORE.PEER.GET.here." + ABSENT_BLOCK));
            assertEquals(0, ask("STORE.GET.nonsense"));
            assertEquals(
                    JSON.readTree(
                            """
                            {"node": "here", "from": %d, "to": %d, "hits": 3, "misses": 2, "rate": 0.6, "bytes": %d}
                            """
                                    .formatted(
                                            START.toEpochMilli(),
                                            START.plusSeconds(10).toEpochMilli(),
                                            bytes)),
                    told(node, subscription));
            assertEquals(
                    JSON.readTree(
                            """
                            {"node": "here", "from": %d, "to": %d, "hits": 0, "misses": 0, "bytes": 0}
                            """
                                    .formatted(
                                            START.plusSeconds(10).toEpochMilli(),
                                            START.plusSeconds(20).toEpochMilli())),
                    told(node, subscription));
            assertEquals(new Demand.Counts(3, 2, bytes), node.hitRate().counts());
        }
    }

    @Test
    void whatNixAsksForCountsAsWell() throws Exception {
        try (NatsNode node = serve(NEVER);
                var gateway = Gateway.start(engine, CacheServer.Settings.reading(0));
                var http = HttpClient.newHttpClient()) {
            var subscription = listen();
            for (String hash : List.of(path.info().path().hash(), ABSENT_PATH)) {
                URI address = gateway.address().resolve("/" + hash + ".narinfo");
                http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding());
            }
            var told = told(node, subscription);
            assertEquals(
                    List.of(1, 1),
                    List.of(told.path("hits").intValue(), told.path("misses").intValue()));
        }
    }

    @Test
    void warnsWhenTooLittleWasHereForLong() throws Exception {
        try (NatsNode node = serve(NEVER)) {
            var subscription = listen();
            for (int i = 0; i < 29; i++) {
                ask("STORE.GET." + ABSENT_BLOCK);
                assertEquals(JSON.missingNode(), told(node, subscription).path("alert"));
            }
            ask("STORE.GET." + ABSENT_BLOCK);
            assertEquals(
                    JSON.readTree(
                            "{\"threshold\": 0.5, \"since\": %d}".formatted(START.toEpochMilli())),
                    told(node, subscription).path("alert"));
            assertEquals("below 0.5 since 2026-01-01T00:00:00Z", statistics("hitAlert"));
            ask("STORE.GET." + path.tree());
            assertEquals(JSON.missingNode(), told(node, subscription).path("alert"));
            assertEquals("", statistics("hitAlert"));
            assertEquals("30", statistics("misses"));
        }
    }

    /// What tools see that ask services how they do.
    private String statistics(String name) throws IOException {
        for (JsonNode endpoint :
                JSON.readTree(client.request("$SRV.STATS.cairn").getData()).path("endpoints")) {
            if (endpoint.has("data")) {
                return endpoint.path("data").path(name).asString();
            }
        }
        throw new IOException("no endpoint says more of itself");
    }

    @Test
    void tellsByItself() throws Exception {
        try (NatsNode _ = serve(Duration.ofMillis(10))) {
            var subscription = listen();
            assertEquals("here", next(subscription).path("node").stringValue());
            assertNotNull(next(subscription));
        }
    }
}
