package cairn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.Nix;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.nats.NatsNode;
import cairn.store.Home;
import cairn.ui.model.BuildSamples;
import cairn.ui.model.Samples;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// A node at a real server, asked by the commands of another home.
class NatsTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir private static Path room;

    private static Nix.Closure closure;
    private static NatsServer server;
    private static Engine engine;
    private static NatsNode node;
    private static Cli there;
    private static Cli here;

    @BeforeAll
    static void open() throws IOException {
        closure = Nix.closure();
        server = NatsServer.start(room.resolve("server"));
        there = new Cli(room.resolve("there"));
        here = new Cli(room.resolve("here"));
        assertEquals(0, there.run("copy", "--from", closure.nix().uri(), closure.top()).code());
        engine = Engine.open(room.resolve("there"));
        var url = new Configuration.Option("nats.url", "--nats", server.url());
        node =
                NatsNode.start(
                        engine,
                        Configuration.read(new Home(room.resolve("there")), Map.of(), List.of(url))
                                .nats());
    }

    @AfterAll
    static void close() throws IOException {
        node.close();
        engine.close();
        server.close();
    }

    @Test
    void saysTheSameOfAPathAsItsOwnHome() {
        String hello = closure.path("hello-2.12.1");
        assertEquals(
                there.run("--json", "info", "--closure", hello).json(),
                here.run("--json", "info", "--closure", "--store", server.uri(), hello).json());
    }

    @Test
    void tellsWhyAPathIsThere() {
        String libc = closure.paths().getFirst();
        assertEquals(
                there.run("why", closure.top(), libc).out(),
                here.run("why", "--store", server.uri(), closure.top(), libc).out());
    }

    @Test
    void verifiesWhatANodeHas() throws IOException {
        String hello = closure.path("hello-2.12.1");
        var verified =
                here.run(
                        "--json",
                        "verify",
                        "--deep",
                        "--trusted-key",
                        closure.publicKey(),
                        "--store",
                        server.uri(),
                        hello);
        assertEquals("intact", verified.json().path(0).path("content").stringValue());
    }

    @Test
    void aBlockOverNatsIsThatOfBlockGet() throws IOException {
        String cid =
                there.run("--json", "info", closure.top()).json().path(0).path("cid").stringValue();
        try (var client = server.client()) {
            assertArrayEquals(
                    there.run("block", "get", "--raw", cid).bytes(),
                    client.request("STORE.GET." + cid).getData());
        }
        assertArrayEquals(
                there.run("block", "get", "--raw", cid).bytes(),
                here.run("block", "get", "--raw", "--store", server.uri(), cid).bytes());
    }

    @Test
    void othersHearOfBuildsOnceTheyCanBeTold(@TempDir Path home) throws IOException {
        try (var builder = Samples.engine(home)) {
            BuildSamples.add(builder);
        }
        var cli = new Cli(home);
        var unheard = cli.run(Map.of("CAIRN_NATS_URL", "nats://127.0.0.1:1"), "build", "--queue");
        assertEquals(0, unheard.code());
        assertEquals(
                "note: other nodes hear of this later: nats://127.0.0.1:1 cannot be reached:"
                        + " Unable to connect to NATS servers: [nats://127.0.0.1:1]",
                unheard.err().strip());
        try (var streams = NatsServer.withStreams(room.resolve("streams"), -1)) {
            var heard = cli.run(Map.of("CAIRN_NATS_URL", streams.url()), "build", "--queue");
            assertEquals(List.of(0, ""), List.of(heard.code(), heard.err()));
            try (var client = streams.client()) {
                assertEquals(
                        6,
                        client.connection()
                                .jetStreamManagement()
                                .getStreamInfo("BUILDS")
                                .getStreamState()
                                .getMsgCount());
            } catch (JetStreamApiException e) {
                throw new IOException(e);
            }
        }
    }

    @Test
    void aNodeServesNixWithoutItsServerAndJoinsOnceItIsThere(@TempDir Path alone) throws Exception {
        int port;
        String url;
        try (var gone = NatsServer.start(alone.resolve("server"))) {
            port = gone.port();
            url = gone.url();
        }
        var process =
                new Cli(alone.resolve("home"))
                        .start("--json", "node", "--port", "0", "--nats", url);
        try (var http = HttpClient.newHttpClient();
                var printed = process.inputReader()) {
            var first = JSON.readTree(printed.readLine());
            assertTrue(first.path("node").isMissingNode(), first::toString);
            var info = URI.create(first.path("address").stringValue() + "/nix-cache-info");
            assertEquals(
                    200,
                    http.send(HttpRequest.newBuilder(info).build(), BodyHandlers.discarding())
                            .statusCode());
            try (var _ = NatsServer.start(alone.resolve("server"), "127.0.0.1:" + port, "")) {
                var second = JSON.readTree(printed.readLine());
                assertEquals(url, second.path("nats").stringValue());
                assertEquals(
                        first.path("address").stringValue(), second.path("address").stringValue());
                String name = second.path("node").stringValue();
                assertFalse(name.isEmpty());
            }
            assertEquals(
                    "cairn: other nodes do not find this one yet: %s cannot be reached: Unable to connect to NATS servers: [%s]"
                            .formatted(url, url),
                    process.errorReader().readLine());
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    @Test
    void tellsWhatCannotBe() {
        var lacking =
                here.run(
                        "info",
                        "--store",
                        server.uri(),
                        "/nix/store/00000000000000000000000000000000-none");
        assertEquals(1, lacking.code());
        var wrong = here.run("info", "--store", "nats+ipld://user:word@host", "hello");
        assertEquals(2, wrong.code());
        var closed = here.run("info", "--store", "nats+ipld://127.0.0.1:1", closure.top());
        assertEquals(3, closed.code());
        assertEquals(
                "cairn: nats+ipld://127.0.0.1:1: nats://127.0.0.1:1 cannot be reached",
                closed.err().lines().findFirst().orElseThrow().replaceFirst(": Unable.*", ""));
    }

    @Test
    void servicesAreDiscovered() throws IOException {
        try (var client = server.client()) {
            var reply = client.request("$SRV.PING.cairn");
            String text = new String(reply.getData(), UTF_8);
            assertEquals(
                    node.name(), JSON.readTree(text).path("metadata").path("node").stringValue());
        }
    }
}
