package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.NatsServer;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.Engine;
import cairn.engine.Meeting;
import cairn.engine.Meeting.Reading;
import cairn.engine.RefusedException;
import cairn.ipld.Block;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NatsMeetingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Bytes BLOCK = Bytes.utf8("a block");
    private static final Cid CID = Cid.of(Codec.RAW, BLOCK);

    @TempDir private Path room;
    private final List<Engine> engines = new ArrayList<>();
    private final List<NatsServer> servers = new ArrayList<>();
    private Engine engine;

    @BeforeEach
    void open() throws IOException {
        engine = engine("home", "here");
    }

    @AfterEach
    void close() throws IOException {
        for (Engine each : engines) {
            each.close();
        }
        servers.forEach(NatsServer::close);
    }

    private NatsServer server(String more) throws IOException {
        var server = NatsServer.start(room.resolve("server"), "127.0.0.1:-1", more);
        servers.add(server);
        return server;
    }

    private Engine engine(String folder, String name) throws IOException {
        Path home = Files.createDirectories(room.resolve(folder));
        Files.writeString(home.resolve("cairn.toml"), "nats.node = '%s'\n".formatted(name));
        var opened = Engine.open(home, InstantSource.system(), System.getenv(), new NatsNetwork());
        engines.add(opened);
        return opened;
    }

    private static Meeting join(Engine engine, NatsServer server) throws IOException {
        return engine.membership().join(new Meeting.Venue.At(server.url()));
    }

    @Test
    void tellsWhoIsThereAndWhatTheyAnswer() throws IOException {
        var server = server("");
        var meeting = join(engine, server);
        join(engine("other", "there"), server);
        var roll = meeting.look();
        while (roll.peers().size() < 2 || roll.peers().getLast().latency().isEmpty()) {
            roll = meeting.look(); // who has just come may not be heard of yet
        }
        assertEquals(
                List.of("here true true", "there false true"),
                roll.peers().stream()
                        .map(peer ->
                                String.join(
                                        " ",
                                        peer.name(),
                                        Boolean.toString(peer.self()),
                                        Boolean.toString(peer.latency().isPresent())))
                        .toList());
        assertEquals(
                List.of("here", "there"),
                roll.endpoints().stream()
                        .filter(each -> each.subject().equals("STORE.GET.*"))
                        .map(Meeting.Endpoint::node)
                        .toList());
        assertEquals(
                List.of(server.url() + " keeps nothing: it runs without JetStream"), roll.untold());
        assertEquals(Optional.empty(), meeting.unserved());
        assertInstanceOf(Meeting.Standing.Connected.class, meeting.standing());
    }

    @Test
    void hearsAsksAndTells() throws IOException {
        var server = server("");
        var other = engine("other", "there");
        try (var writer = other.store().writer()) {
            writer.put(new Block(CID, BLOCK));
            writer.commit();
        }
        join(other, server);
        var meeting = join(engine, server);
        try (var feed = meeting.listen("news.>", Optional.empty())) {
            meeting.publish("news.one", Bytes.utf8("{\"a\":1}"));
            meeting.publish("elsewhere", Bytes.EMPTY);
            var heard = taken(feed, 1).getFirst();
            assertEquals("news.one", heard.subject());
            assertEquals(
                    new Reading.Json("{\n  \"a\" : 1\n}"),
                    meeting.read(heard.subject(), heard.payload(), false));
        }
        assertEquals(BLOCK, meeting.request("STORE.GET." + CID, Bytes.EMPTY, PATIENCE));
        assertEquals(
                new Reading.OfBlock(CID, BLOCK, true),
                meeting.read("STORE.GET." + CID, BLOCK, true));
        assertEquals(
                "PutReply",
                assertInstanceOf(
                                Reading.Fields.class,
                                meeting.read(
                                        "STORE.CID.PUT." + CID,
                                        meeting.request("STORE.CID.PUT." + CID, BLOCK, PATIENCE),
                                        true))
                        .type());
        var unanswered =
                assertThrows(
                        IOException.class, () -> meeting.request("nobody", Bytes.EMPTY, PATIENCE));
        assertTrue(
                String.valueOf(unanswered.getMessage()).endsWith("no node answers nobody there"));
        assertThrows(RefusedException.class, () -> meeting.publish("STORE.>", Bytes.EMPTY));
    }

    @Test
    void bringsWhatAStreamKeptAndThenWhatComes() throws IOException, JetStreamApiException {
        var server = server("jetstream { store_dir: \"%s\" }\n".formatted(room.resolve("streams")));
        try (var client = server.client()) {
            var meeting = join(engine, server);
            assertThrows(
                    IOException.class,
                    () -> meeting.listen("BUILD.*.COMPLETE", Optional.of(Instant.EPOCH)));
            client.connection()
                    .jetStreamManagement()
                    .addStream(
                            StreamConfiguration.builder()
                                    .name("BUILDS")
                                    .subjects("BUILD.*.COMPLETE")
                                    .build());
            client.connection().jetStream().publish("BUILD.one.COMPLETE", new byte[] {1});
            try (var feed = meeting.listen("BUILD.*.COMPLETE", Optional.of(Instant.EPOCH))) {
                assertEquals("BUILD.one.COMPLETE", taken(feed, 1).getFirst().subject());
                client.connection().jetStream().publish("BUILD.two.COMPLETE", new byte[] {2});
                assertEquals("BUILD.two.COMPLETE", taken(feed, 1).getFirst().subject());
            }
            var stream = meeting.look().streams().getFirst();
            assertEquals("BUILDS", stream.name());
            assertEquals(2, stream.messages());
            assertEquals(1, stream.current());
        }
    }

    @Test
    void keepsOnlySoMuchUntilSomebodyTakesIt() throws IOException {
        var server = server("");
        try (var client = server.client()) {
            var meeting = join(engine, server);
            try (var feed = meeting.listen("many", Optional.empty())) {
                for (int i = 0; i < NatsFeed.MOST + 5; i++) {
                    client.connection().publish("many", new byte[0]);
                }
                client.flush();
                long lost = 0;
                long last = 0;
                int count = 0;
                while (last < NatsFeed.MOST + 5) {
                    var taken = feed.take();
                    lost += taken.lost();
                    count += taken.messages().size();
                    if (!taken.messages().isEmpty()) {
                        last = taken.messages().getLast().number();
                    }
                    Thread.onSpinWait();
                }
                assertEquals(NatsFeed.MOST + 5, lost + count);
            }
        }
    }

    @Test
    void whoMayNotServeMayLook() throws IOException {
        String users =
                """
                authorization { users: [ { user: reader, password: "x", permissions {
                    publish: { allow: ["STORE.GET.*"] }, subscribe: { allow: ["_INBOX.>", "open.*"] }
                } } ] }
                """;
        var server = server(users);
        Path home = room.resolve("home");
        Files.writeString(home.resolve("password"), "x\n");
        Files.writeString(
                home.resolve("cairn.toml"),
                "nats.user = 'reader'\nnats.password-file = '%s'\n"
                        .formatted(home.resolve("password")));
        var meeting = join(engine, server);
        assertTrue(meeting.unserved().orElseThrow().contains("it needs the role of a node"));
        meeting.listen("open.*", Optional.empty()).close();
        assertEquals(
                server.url() + " does not let this client listen to STORE.AUDIT",
                assertThrows(
                                RefusedException.class,
                                () -> meeting.listen("STORE.AUDIT", Optional.empty()))
                        .getMessage());
        assertEquals(
                server.url() + " does not let this client publish to STORE.AUDIT",
                assertThrows(
                                RefusedException.class,
                                () -> meeting.publish("STORE.AUDIT", Bytes.EMPTY))
                        .getMessage());
        var roll = meeting.look();
        assertEquals(
                List.of(
                        server.url() + " does not let this client ask who answers ($SRV.STATS)",
                        server.url() + " does not let this client ask for its streams"),
                roll.untold());
        Files.writeString(home.resolve("password"), "y\n");
        String refused =
                String.valueOf(
                        assertThrows(RefusedException.class, () -> join(engine, server))
                                .getMessage());
        assertTrue(refused.contains("does not let this client in"), refused);
        assertEquals(Optional.empty(), engine.membership().current());
    }

    @Test
    void aServerOfItsOwnGoesWithIt() throws IOException {
        assumeTrue(NatsServer.program().isPresent(), "nats-server is not installed");
        assertTrue(engine.membership().canHost());
        var meeting = engine.membership().join(new Meeting.Venue.Own());
        String url = meeting.server();
        assertEquals(1, meeting.look().peers().size());
        assertEquals(List.of(), meeting.look().untold());
        engine.membership().leave();
        assertThrows(
                IOException.class,
                () -> engine("other", "there").membership().join(new Meeting.Venue.At(url)));
    }

    @Test
    void readsPayloadsAsTheirSubjectsHaveThem() throws IOException {
        assertEquals(
                new Reading.Fields("CidSet", "cids: " + CID),
                Readings.of(
                        "CACHE.VALIDATE.domain.default",
                        Bytes.wrap(NatsNode.set(List.of(CID)).toByteArray()),
                        false));
        assertEquals(
                new Reading.OfBlock(CID, Bytes.utf8("another"), false),
                Readings.of("BLOCK." + CID, Bytes.utf8("another"), false));
        assertEquals(
                new Reading.Text("{ not json"), Readings.of("a", Bytes.utf8("{ not json"), false));
        assertEquals(
                new Reading.Raw(Bytes.ofHex("00ff")), Readings.of("a", Bytes.ofHex("00ff"), false));
        assertEquals(new Reading.Nothing(), Readings.of("a", Bytes.EMPTY, true));
        String deep = "[".repeat(100_000);
        assertEquals(
                new Reading.Text(deep),
                Readings.of("a", Bytes.wrap(deep.getBytes(StandardCharsets.UTF_8)), false));
    }

    @Test
    void isNotToBeHadWithoutANetwork() throws IOException {
        try (var alone = Engine.open(room.resolve("alone"), InstantSource.system(), Map.of())) {
            assertThrows(IOException.class, () -> alone.membership().join(new Meeting.Venue.Own()));
        }
    }

    private static List<Meeting.Message> taken(Meeting.Feed feed, int count) {
        var messages = new ArrayList<Meeting.Message>();
        while (messages.size() < count) {
            messages.addAll(feed.take().messages());
            Thread.onSpinWait();
        }
        return messages;
    }
}
