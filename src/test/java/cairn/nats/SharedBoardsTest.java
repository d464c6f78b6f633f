package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.board.Board;
import cairn.board.Fact;
import cairn.board.Hint;
import cairn.board.Intent;
import cairn.board.Outcome;
import cairn.board.Outcome.Kind;
import cairn.board.Write;
import cairn.cid.Bytes;
import cairn.cid.JsonObject;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.RefusedException;
import cairn.trust.SecretKey;
import io.nats.client.Message;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Blackboards that two nodes share by a real server.
class SharedBoardsTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir private Path room;

    private NatsServer server;
    private Engine here;
    private Engine there;
    private NatsNode ours;
    private NatsNode theirs;
    private SecretKey agent;

    @BeforeEach
    void start() throws IOException {
        server = NatsServer.withStreams(room.resolve("server"), -1);
        agent = SecretKey.generate("agent-1", new SecureRandom());
        here = engine("here");
        there = engine("there");
        ours = serve(here, "here");
        theirs = serve(there, "there");
    }

    @AfterEach
    void stop() throws IOException {
        ours.close();
        theirs.close();
        here.close();
        there.close();
        server.close();
    }

    private Engine engine(String name) throws IOException {
        return Engine.open(
                room.resolve(name), InstantSource.fixed(NOW), Map.of(), new NatsNetwork());
    }

    private NatsNode serve(Engine engine, String name) throws IOException {
        var options =
                List.of(
                        new Configuration.Option("nats.url", "--nats", server.url()),
                        new Configuration.Option("nats.node", "--name", name),
                        new Configuration.Option(
                                "nats.writers", "--writer", agent.publicKey().toString()));
        return NatsNode.start(
                engine, Configuration.read(engine.store().home(), Map.of(), options).nats());
    }

    private static Write.SubmitFact fact(String id, String description) {
        return new Write.SubmitFact(
                "p", new Fact(id, description, "agent", "origin", NOW, Optional.empty()));
    }

    private static Write.SubmitIntent intent(String id, String... sources) {
        return new Write.SubmitIntent("p", id, List.of(sources), "find out", "agent", NOW);
    }

    private static Write.Work work(Write.Step step, String worker) {
        return new Write.Work("p", step, "i", worker, NOW);
    }

    private void assertSame() throws IOException {
        assertTrue(ours.boards().catchUp());
        assertTrue(theirs.boards().catchUp());
        assertEquals(here.board().hash(), there.board().hash());
    }

    /// An agent who knows nothing of Cairn but how to sign.
    private JsonObject ask(String operation, String request) throws Exception {
        return JsonObject.parse("reply", Bytes.wrap(request(operation, request).getData()));
    }

    private Message request(String operation, String request) throws Exception {
        String subject = "FIH_API.p." + operation;
        var payload = Bytes.utf8(request);
        try (var client = server.client()) {
            return Objects.requireNonNull(
                    client.connection()
                            .request(
                                    NatsMessage.builder()
                                            .subject(subject)
                                            .headers(Signing.headers(agent, subject, payload, NOW))
                                            .data(payload.toByteArray())
                                            .build(),
                                    PATIENCE));
        }
    }

    @Test
    void anAgentSubmitsClaimsAndConcludes() throws Exception {
        String fact =
                ask(
                                "submit-fact",
                                "{\"description\": \"{}\", \"creator\": \"a\", \"origin\": \"o\"}")
                        .text("id");
        String intent =
                ask(
                                "submit-intent",
                                "{\"sources\": [\"%s\"], \"description\": \"find out\", \"creator\": \"a\"}"
                                        .formatted(fact))
                        .text("id");
        String claim = "{\"intent\": \"%s\", \"worker\": \"%s\"}";
        assertEquals("done", ask("claim", claim.formatted(intent, "one")).text("outcome"));
        JsonObject conflict = ask("claim", claim.formatted(intent, "two"));
        assertEquals("conflict", conflict.text("outcome"));
        assertEquals("one has claimed intent " + intent, conflict.text("reason"));
        assertEquals("done", ask("heartbeat", claim.formatted(intent, "one")).text("outcome"));
        String concluded =
                ask(
                                "conclude",
                                "{\"intent\": \"%s\", \"worker\": \"one\", \"description\": \"1\"}"
                                        .formatted(intent))
                        .text("id");
        JsonObject shown = ask("show", "{\"intent\": \"%s\"}".formatted(intent));
        assertEquals("concluded", shown.text("status"));
        assertEquals(concluded, shown.text("fact"));
        assertEquals(
                "done",
                ask("submit-hint", "{\"description\": \"mind\", \"creator\": \"a\"}")
                        .text("outcome"));
        var items = ask("list", "{\"of\": \"facts\", \"limit\": 1}").json().path("items");
        assertEquals(1, items.size());
        assertEquals(fact, items.get(0).path("id").asString());
        long number = items.get(0).path("number").asLong();
        var rest = ask("list", "{\"of\": \"facts\", \"after\": %d}".formatted(number)).json();
        assertEquals(concluded, rest.path("items").get(0).path("id").asString());
        assertSame();
    }

    @Test
    void saysWhatIsWrongAndTakesNothingFromStrangers() throws Exception {
        assertEquals(
                "malformed board at byte 0: there is no erase",
                request("erase", "{}").getHeaders().getLast(Refusal.HEADER));
        assertEquals(
                "malformed board at byte 0: of is none of facts, intents and hints",
                request("list", "{\"of\": \"all\"}").getHeaders().getLast(Refusal.HEADER));
        assertEquals(
                "not-found fact f is not on the board",
                request("show", "{\"fact\": \"f\"}").getHeaders().getLast(Refusal.HEADER));
        String fact = "{\"description\": \"{}\", \"creator\": \"a\", \"origin\": \"o\"}";
        try (var client = server.client()) {
            assertEquals(
                    "refused what changes this node has to be signed by one of its writers",
                    client.request("FIH_API.p.submit-fact", Bytes.utf8(fact).toByteArray())
                            .getHeaders()
                            .getLast(Refusal.HEADER));
        }
        assertEquals(List.of(), here.board().projects());
        assertEquals(List.of(), there.board().projects());
    }

    @Test
    void ofManyWhoClaimAtBothNodesOneHolds() throws Exception {
        ours.boards().write(fact("f", "{}"));
        assertEquals(Kind.DONE, theirs.boards().write(intent("i", "f")).kind());
        var outcomes = new ArrayList<Outcome>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var claims = new ArrayList<Callable<Outcome>>();
            for (int i = 0; i < 10; i++) {
                var node = i % 2 == 0 ? ours : theirs;
                var claim = work(Write.Step.CLAIM, "w" + i);
                claims.add(() -> node.boards().write(claim));
            }
            for (var claim : threads.invokeAll(claims)) {
                outcomes.add(claim.get());
            }
        }
        assertEquals(1, outcomes.stream().filter(it -> it.kind() == Kind.DONE).count());
        assertEquals(9, outcomes.stream().filter(it -> it.kind() == Kind.CONFLICT).count());
        assertSame();
        var reasons = new HashSet<>(outcomes.stream().map(Outcome::reason).toList());
        reasons.remove("");
        String holder = here.board().intent("p", "i").flatMap(Intent::worker).orElseThrow();
        assertEquals(Set.of(holder + " has claimed intent i"), reasons);
    }

    @Test
    void whileTheServerIsAwayFactsWaitAndClaimsAreRefused() throws Exception {
        ours.boards().write(fact("f", "{}"));
        ours.boards().write(intent("i", "f"));
        assertSame();
        int port = server.port();
        server.kill();
        assertEquals(Kind.QUEUED, ours.boards().write(fact("mine", "{}")).kind());
        assertEquals(
                Kind.QUEUED,
                ours.boards()
                        .write(new Write.SubmitHint("p", new Hint("h", "mind", "agent", NOW)))
                        .kind());
        assertEquals(Kind.QUEUED, ours.boards().write(fact("both", "\"ours\"")).kind());
        assertEquals(Kind.KNOWN, ours.boards().write(fact("mine", "{}")).kind());
        var refused =
                assertThrows(
                        IOException.class, () -> ours.boards().write(work(Write.Step.CLAIM, "w")));
        assertTrue(
                String.valueOf(refused.getMessage()).startsWith("claim needs stream FIH: "),
                refused::toString);
        assertEquals(Intent.Status.SUBMITTED, here.board().intent("p", "i").orElseThrow().status());
        ours.close(); // so that the others are first

        server = NatsServer.withStreams(room.resolve("server"), port);
        while (true) {
            var outcome = theirs.boards().write(fact("both", "\"theirs\""));
            if (outcome.kind() == Kind.DONE) {
                break;
            }
            Thread.onSpinWait();
        }
        ours = serve(here, "here");
        while (there.board().hint("p", "h").isEmpty()) {
            Thread.onSpinWait();
        }
        assertSame();
        assertTrue(there.board().fact("p", "mine").isPresent());
        assertEquals("\"theirs\"", here.board().fact("p", "both").orElseThrow().description());
        assertEquals(Kind.DONE, ours.boards().write(work(Write.Step.CLAIM, "w")).kind());
    }

    @Test
    void whatWasOverWhileItWaitedStaysOver() throws Exception {
        ours.boards().write(fact("f", "{}"));
        int port = server.port();
        server.kill();
        // What is said while it is not known yet that the server is gone may still get there.
        assertEquals(Kind.QUEUED, ours.boards().write(fact("first", "{}")).kind());
        var brief = new Fact("brief", "{}", "agent", "origin", NOW, Optional.of(NOW));
        assertEquals(Kind.QUEUED, ours.boards().write(new Write.SubmitFact("p", brief)).kind());
        assertEquals(Kind.DONE, here.board().write(new Write.Expire("p", "brief", NOW)).kind());
        assertEquals(Kind.QUEUED, ours.boards().write(fact("last", "{}")).kind());
        server = NatsServer.withStreams(room.resolve("server"), port);
        while (there.board().fact("p", "last").isEmpty()) {
            Thread.onSpinWait();
        }
        assertEquals(Optional.empty(), there.board().fact("p", "brief"));
        assertSame();
    }

    @Test
    void whatIsTooLargeForTheServerIsRefusedAndHoldsNothingUp() throws Exception {
        var large = fact("large", "\"%s\"".formatted("x".repeat(90_000)));
        int port = server.port();
        server.kill();
        assertEquals(Kind.QUEUED, ours.boards().write(large).kind());
        assertEquals(Kind.QUEUED, ours.boards().write(fact("last", "{}")).kind());
        server =
                NatsServer.start(
                        room.resolve("server"),
                        "127.0.0.1:" + port,
                        "max_payload: 65536%njetstream { store_dir: \"%s\" }%n"
                                .formatted(room.resolve("server/streams")));
        while (there.board().fact("p", "last").isEmpty()) {
            Thread.onSpinWait();
        }
        assertEquals(Optional.empty(), there.board().fact("p", "large"));
        assertTrue(here.board().fact("p", "large").isPresent());
        assertRefused(ours, large, "a message has at most 57,344 bytes, and this one would have ");
    }

    @Test
    void whatIsTooLargeForTheStreamIsRefused() throws Exception {
        try (var client = server.client()) {
            client.connection()
                    .jetStreamManagement()
                    .addStream(
                            StreamConfiguration.builder()
                                    .name("FIH")
                                    .subjects(Subjects.ANY_BOARD)
                                    .allowDirect(true)
                                    .maximumMessageSize(1000)
                                    .build());
        }
        assertRefused(
                ours,
                fact("large", "\"%s\"".formatted("x".repeat(2000))),
                "message size exceeds maximum allowed");
        assertEquals(Kind.DONE, ours.boards().write(fact("last", "{}")).kind());
        assertEquals(Optional.empty(), here.board().fact("p", "large"));
        assertSame();
    }

    private static void assertRefused(NatsNode node, Write write, String why) {
        var refused = assertThrows(RefusedException.class, () -> node.boards().write(write));
        assertEquals(RefusedException.Reason.TOO_LARGE, refused.reason());
        assertTrue(String.valueOf(refused.getMessage()).contains(why), refused::toString);
    }

    @Test
    void whoWasAwayCatchesUpAndMindsNoRubbish() throws Exception {
        theirs.close();
        ours.boards().write(fact("f", "{}"));
        ours.boards().write(intent("i", "f"));
        ours.boards().write(work(Write.Step.CLAIM, "one"));
        assertEquals(Kind.CONFLICT, ours.boards().write(work(Write.Step.CLAIM, "two")).kind());
        ours.boards().write(work(Write.Step.RELEASE, "one"));
        try (var client = server.client()) {
            client.connection().publish("FIH.p.FACT", Bytes.utf8("rubbish").toByteArray());
            client.connection().publish("FIH.other.FACT", fact("g", "{}").toBytes().toByteArray());
            client.flush();
        }
        assertEquals(Kind.DONE, ours.boards().write(fact("last", "{}")).kind());
        theirs = serve(there, "there");
        assertSame();
        assertEquals(
                List.of("f", "last"),
                there.board().facts("p", 0, 10).stream()
                        .map(Board.Numbered::value)
                        .map(Fact::id)
                        .toList());
        assertEquals(
                Intent.Status.SUBMITTED, there.board().intent("p", "i").orElseThrow().status());
    }

    @Test
    void whatAnotherProcessOfTheHomeHeardFirstIsAnsweredAsItCame() throws Exception {
        ours.boards().write(fact("f", "{}"));
        ours.boards().write(intent("i", "f"));
        ours.boards().write(work(Write.Step.CLAIM, "one"));
        try (var engine = engine("here");
                var beside = serve(engine, "beside")) {
            assertEquals(
                    Kind.CONFLICT, overtaken(conclude("two"), beside, fact("more", "{}")).kind());
            assertEquals(
                    Kind.MISSING,
                    overtaken(intent("j", "nowhere"), beside, fact("again", "{}")).kind());
            assertEquals(
                    Kind.KNOWN,
                    overtaken(work(Write.Step.RELEASE, "one"), beside, fact("last", "{}")).kind());
            assertEquals(
                    Kind.CONFLICT,
                    overtaken(work(Write.Step.HEARTBEAT, "one"), beside, fact("end", "{}")).kind());
        }
        assertEquals(Intent.Status.SUBMITTED, here.board().intent("p", "i").orElseThrow().status());
        assertSame();
    }

    private static Write.Conclude conclude(String worker) {
        return new Write.Conclude("p", new Fact("g", "{}", worker, "i", NOW, Optional.empty()));
    }

    /// Writes at our node, which hears of it after another one did that and one more.
    private Outcome overtaken(Write write, NatsNode beside, Write next) throws Exception {
        try (var client = server.client();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var streams = client.connection().jetStreamManagement();
            long before = streams.getStreamInfo("FIH").getStreamState().getLastSequence();
            Future<Outcome> outcome;
            synchronized (ours.boards()) {
                outcome = threads.submit(() -> ours.boards().write(write));
                while (streams.getStreamInfo("FIH").getStreamState().getLastSequence() == before) {
                    Thread.onSpinWait();
                }
                assertEquals(Kind.DONE, beside.boards().write(next).kind());
            }
            return outcome.get();
        }
    }
}
