package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.cid.Bytes;
import cairn.cid.JsonObject;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.RefusedException;
import cairn.nix.StorePath;
import cairn.store.Collected;
import cairn.store.Progress;
import io.nats.client.Message;
import io.nats.client.Subscription;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Collections in the homes of other nodes, over a real server.
class CollectingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir private Path room;

    private NatsServer server;
    private Engine here;
    private Engine there;

    @BeforeEach
    void start() throws IOException {
        server = NatsServer.start(room.resolve("server"));
        here = engine("here");
        there = engine("there");
    }

    @AfterEach
    void stop() throws IOException {
        here.close();
        there.close();
        server.close();
    }

    private Engine engine(String name) throws IOException {
        return Engine.open(room.resolve(name), InstantSource.system(), Map.of(), new NatsNetwork());
    }

    /// A node that takes changes from `here`.
    private NatsNode serve(Engine engine, String name) throws IOException {
        return serve(engine, name, NodeKey.of(here.store().home()).publicKey().toString());
    }

    private NatsNode serve(Engine engine, String name, String writer) throws IOException {
        var options =
                List.of(
                        new Configuration.Option("nats.url", "--nats", server.url()),
                        new Configuration.Option("nats.node", "--name", name),
                        new Configuration.Option("nats.writers", "--writer", writer));
        return NatsNode.start(
                engine, Configuration.read(engine.store().home(), Map.of(), options).nats());
    }

    private StorePath add(Engine engine, String name, boolean pin) throws IOException {
        byte[] content = new byte[300_000];
        new Random(name.hashCode()).nextBytes(content);
        Path file = Files.write(room.resolve(name), content);
        return engine.add(name, file, pin, Progress.NONE).info().path();
    }

    private Collected collect(boolean dryRun, Progress progress) throws IOException {
        return RemoteCollection.run(server.uri(), here, Optional.empty(), dryRun, progress);
    }

    @Test
    void aDryRunTellsWhatTheCollectionThenRemoves() throws IOException {
        StorePath kept = add(there, "kept", true);
        add(there, "loose", false);
        add(here, "mine", false);
        Collected expected = there.store().tryCollecting(there.roots(), Progress.NONE);
        assertTrue(expected.bytes() > 200_000, expected::toString);
        try (NatsNode _ = serve(there, "there")) {
            assertEquals(expected, collect(true, Progress.NONE));
            assertEquals(2, there.catalog().storePaths().size());
            assertEquals(expected, collect(false, Progress.NONE));
            assertEquals(List.of(kept), there.catalog().storePaths());
            assertEquals(
                    new Collected(0, 0, 0, List.of()), collect(false, Progress.NONE), "once more");
        }
        assertEquals(1, here.catalog().storePaths().size(), "nobody asked for this home");
    }

    @Test
    void anyClientHearsHowItGoes() throws Exception {
        add(there, "loose", false);
        try (NatsNode _ = serve(there, "there");
                var client = server.client()) {
            Subscription results = client.connection().subscribe("STORE.GC.RESULTS.>");
            client.flush();
            Collected collected = collect(false, Progress.NONE);
            var states = new ArrayList<CollectionState>();
            do {
                states.add(
                        CollectionState.parse(
                                Bytes.wrap(
                                        Objects.requireNonNull(results.nextMessage(PATIENCE))
                                                .getData())));
            } while (states.getLast() instanceof CollectionState.Running);
            assertEquals(new CollectionState.Done(false, collected), states.getLast());
        }
    }

    @Test
    void refusesWhoMayNot() throws IOException {
        StorePath loose = add(there, "loose", false);
        String other = NodeKey.of(there.store().home()).publicKey().toString();
        try (NatsNode _ = serve(there, "there", other);
                var client = server.client()) {
            var refused = assertThrows(RefusedException.class, () -> collect(false, Progress.NONE));
            assertEquals(
                    "node there takes nothing from %s; it would if nats.writers had that key"
                            .formatted(NodeKey.of(here.store().home()).publicKey()),
                    refused.getMessage());
            assertEquals(
                    "refused what changes this node has to be signed by one of its writers",
                    client.request(Subjects.COLLECT, job("a", false).toBytes().toByteArray())
                            .getHeaders()
                            .getLast(Refusal.HEADER));
        }
        assertEquals(List.of(loose), there.catalog().storePaths());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {}                                                | malformed collection at byte 0: id is lacking
                    {"id": "a.b", "node": "there"}                    | malformed collection at byte 0: id is no name of up to 64 letters, digits, '_' and '-'
                    {"id": "a", "node": "*"}                          | malformed collection at byte 0: node is no name of up to 64 letters, digits, '_' and '-'
                    {"id": "a", "node": "there", "dryRun": "no"}      | malformed collection at byte 0: dryRun is neither true nor false
                    {"id": "a", "node": "there", "limits": {"seconds": -1}} | malformed collection at byte 0: seconds is no number from 1 to 2147483647
                    []                                                | malformed collection at byte 0: the JSON is no object
                    """)
    void saysWhatIsWrongWithAJob(String job, String problem) throws IOException {
        try (NatsNode _ = serve(there, "there");
                var client = server.client()) {
            assertEquals(
                    problem,
                    client.request(Subjects.COLLECT, Bytes.utf8(job).toByteArray())
                            .getHeaders()
                            .getLast(Refusal.HEADER));
        }
    }

    @Test
    void severalNodesAreToldApart() throws IOException {
        add(there, "loose", false);
        StorePath own = add(here, "mine", false);
        try (NatsNode _ = serve(there, "there");
                NatsNode _ = serve(here, "here")) {
            var several = assertThrows(IOException.class, () -> collect(false, Progress.NONE));
            assertTrue(
                    String.valueOf(several.getMessage())
                            .contains("leads to several nodes: name one of here, there"),
                    several::toString);
            var absent =
                    assertThrows(
                            IOException.class,
                            () ->
                                    RemoteCollection.run(
                                            server.uri(),
                                            here,
                                            Optional.of("nobody"),
                                            false,
                                            Progress.NONE));
            assertEquals(
                    "node nobody: is not at %s, which has here, there".formatted(server.uri()),
                    absent.getMessage());
            RemoteCollection.run(server.uri(), here, Optional.of("there"), false, Progress.NONE);
        }
        assertEquals(List.of(), there.catalog().storePaths());
        assertEquals(List.of(own), here.catalog().storePaths());
    }

    @Test
    void doesOneAtATimeAndEachOnce() throws Exception {
        add(there, "loose", false);
        try (NatsNode _ = serve(there, "there");
                var client = server.client()) {
            Subscription results = client.connection().subscribe("STORE.GC.RESULTS.a");
            client.flush();
            try (Connection _ = writing(there)) { // so that the collection waits
                assertEquals("running", state(ask(client, job("a", false))));
                assertEquals("running", state(ask(client, job("a", false))));
                assertEquals(
                        "mismatch node there does collection a now, and one at a time: ask again"
                                + " when it is over",
                        ask(client, job("b", true)).getHeaders().getLast(Refusal.HEADER));
                assertEquals(
                        "mismatch node there has another collection a: give this one an id of its"
                                + " own",
                        ask(client, job("a", true)).getHeaders().getLast(Refusal.HEADER));
            }
            assertEquals("done", last(results));
            assertEquals(List.of(), there.catalog().storePaths());

            add(there, "later", false);
            assertEquals("done", state(ask(client, job("a", false))));
            assertEquals("done", last(results), "it is told again");
            assertEquals(1, there.catalog().storePaths().size(), "and not done again");
            assertEquals(
                    "not-found node there has no collection z",
                    ask(client, job("z", false).cancelled()).getHeaders().getLast(Refusal.HEADER));
        }
    }

    @Test
    void endsWhenItIsCancelledAndKeepsEverything() throws Exception {
        StorePath loose = add(there, "loose", false);
        try (NatsNode _ = serve(there, "there");
                var client = server.client()) {
            Subscription results = client.connection().subscribe("STORE.GC.RESULTS.a");
            client.flush();
            try (Connection _ = writing(there)) {
                assertEquals("running", state(ask(client, job("a", false))));
                assertEquals("running", state(ask(client, job("a", false).cancelled())));
            }
            assertEquals("cancelled", last(results));
        }
        assertEquals(List.of(loose), there.catalog().storePaths());
    }

    @Test
    void whoStopsItIsNotKeptByAServerThatIsGone() throws Exception {
        add(there, "loose", false);
        try (NatsNode _ = serve(there, "there");
                Connection _ = writing(there)) {
            var stopped =
                    Progress.until(() -> {
                        server.kill();
                        return true;
                    });
            var ended = assertThrows(CancellationException.class, () -> collect(false, stopped));
            assertEquals(1, ended.getSuppressed().length, "why the node could not be told");
        }
    }

    private static CollectionJob job(String id, boolean dryRun) {
        return new CollectionJob(id, "there", dryRun, 0, false);
    }

    private Message ask(NatsServer.Client client, CollectionJob job) throws Exception {
        var headers =
                Signing.headers(
                        NodeKey.of(here.store().home()),
                        Subjects.COLLECT,
                        job.toBytes(),
                        here.clock().instant());
        return Objects.requireNonNull(
                client.connection()
                        .request(
                                NatsMessage.builder()
                                        .subject(Subjects.COLLECT)
                                        .headers(headers)
                                        .data(job.toBytes().toByteArray())
                                        .build(),
                                PATIENCE));
    }

    private static String state(Message message) throws IOException {
        return JsonObject.parse("collection", Bytes.wrap(message.getData())).text("state");
    }

    private static String last(Subscription results) throws Exception {
        String state;
        do {
            state = state(Objects.requireNonNull(results.nextMessage(PATIENCE)));
        } while (state.equals("running"));
        return state;
    }

    /// Nobody else writes to an index until it is closed.
    private static Connection writing(Engine engine) throws SQLException {
        var connection =
                DriverManager.getConnection(
                        "jdbc:sqlite:" + engine.store().home().folder().resolve("index.db"));
        try (var statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
        }
        return connection;
    }
}
