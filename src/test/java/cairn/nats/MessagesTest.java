package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.cid.Bytes;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.store.Progress;
import cairn.store.StoredPath;
import cairn.trust.SecretKey;
import cairn.ui.model.BuildSamples;
import cairn.ui.model.Samples;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.nats.client.Message;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What goes over a real server in JSON, against the schema that is shipped.
class MessagesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// What each subject, as a pattern, is asked and what it answers or publishes.
    private static final Map<String, List<String>> SUBJECTS =
            """
            STORE[.]PATH[.]RESOLVE[.].*               |                     | path
            STORE[.]PATH[.]PUT[.].*                   | claim               | path
            BUILD[.].*[.]COMPLETE                     | build               |
            STORE[.]GC[.]QUEUE                        | collectionJob       | collectionState
            STORE[.]GC[.]RESULTS[.].*                 | collectionState     |
            STORE[.]CID[.]HITS[.].*                   | hits                |
            STORE[.]AUDIT                             | audit               |
            METADATA                                  | metadataRequest     | metadata
            TRACE                                     | traceRequest        | trace
            VERIFY                                    | verifyRequest       | verify
            FIH[.].*                                  | write               |
            FIH_API[.].*[.]submit-fact                | submitFactRequest   | outcome
            FIH_API[.].*[.]submit-intent              | submitIntentRequest | outcome
            FIH_API[.].*[.]submit-hint                | submitHintRequest   | outcome
            FIH_API[.].*[.]claim                      | workRequest         | outcome
            FIH_API[.].*[.]heartbeat                  | workRequest         | outcome
            FIH_API[.].*[.]release                    | workRequest         | outcome
            FIH_API[.].*[.]conclude                   | concludeRequest     | outcome
            FIH_API[.].*[.]expire                     | expireRequest       | outcome
            FIH_API[.].*[.]show                       | showRequest         | shown
            FIH_API[.].*[.]list                       | listRequest         | list
            """
                    .lines()
                    .map(line -> line.split("\\|", -1))
                    .collect(
                            Collectors.toMap(
                                    cells -> cells[0].strip(),
                                    cells -> List.of(cells[1].strip(), cells[2].strip())));

    @TempDir private Path room;

    private final JsonNode all = read();
    private final SchemaRegistry registry = registry(all);
    private final Map<String, Message> requests = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Message> heard = new ConcurrentLinkedQueue<>();

    private NatsServer server;
    private NatsServer.Client spy;
    private Engine here;
    private Engine there;
    private SecretKey key;

    @BeforeEach
    void start() throws IOException {
        server = NatsServer.withStreams(room.resolve("server"), -1);
        here = engine("here");
        there = engine("there");
        key = NodeKey.of(here.store().home());
        spy = server.client();
        spy.connection()
                .createDispatcher(message -> {
                    heard.add(message);
                    if (message.getReplyTo() != null) {
                        requests.put(message.getReplyTo(), message);
                    }
                })
                .subscribe(">");
        spy.flush();
    }

    @AfterEach
    void stop() throws IOException {
        spy.close();
        here.close();
        there.close();
        server.close();
    }

    private Engine engine(String name) throws IOException {
        return Engine.open(
                room.resolve(name),
                InstantSource.fixed(Samples.NOW),
                Map.of("CAIRN_NATS_INBOX", "_INBOX_" + name),
                new NatsNetwork());
    }

    private static JsonNode read() {
        try (InputStream in = NatsNode.class.getResourceAsStream("messages.schema.json")) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SchemaRegistry registry(JsonNode all) {
        return SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemas(Map.of("urn:cairn:messages", all.toString())));
    }

    private Schema schema(String name) {
        assertTrue(all.path("$defs").has(name), name);
        return registry.getSchema(SchemaLocation.of("urn:cairn:messages#/$defs/" + name));
    }

    private JsonNode ask(String subject, String request) throws Exception {
        var payload = Bytes.utf8(request);
        try (var client = server.client()) {
            var reply =
                    Objects.requireNonNull(
                            client.connection()
                                    .request(
                                            NatsMessage.builder()
                                                    .subject(subject)
                                                    .headers(
                                                            Signing.headers(
                                                                    key,
                                                                    subject,
                                                                    payload,
                                                                    Samples.NOW))
                                                    .data(payload.toByteArray())
                                                    .build(),
                                            PATIENCE));
            assertFalse(reply.hasHeaders(), () -> subject + ": " + reply.getHeaders());
            return JSON.readTree(reply.getData());
        }
    }

    /// Everything that is said in JSON, once.
    private void scene() throws Exception {
        for (var path : List.of(Samples.LIBRARY, Samples.TOOL, Samples.APPLICATION)) {
            Samples.add(there, path, path.name());
        }
        BuildSamples.add(there);
        var options =
                List.of(
                        new Configuration.Option("nats.url", "-", server.url()),
                        new Configuration.Option("nats.node", "-", "there"),
                        new Configuration.Option("nats.hit-threshold", "-", "0.9"),
                        new Configuration.Option("nats.writers", "-", key.publicKey().toString()));
        var settings = Configuration.read(there.store().home(), Map.of(), options).nats();
        try (NatsNode node = NatsNode.start(there, settings)) {
            StoredPath mine =
                    here.add(
                            "mine",
                            Files.writeString(room.resolve("mine"), "content"),
                            false,
                            Progress.NONE);
            try (var store = here.open(server.uri())) {
                here.copyOut(store, List.of(mine.info().path()), Progress.NONE);
            }
            ask("STORE.PATH.RESOLVE." + mine.info().path().hash(), "");
            String target = "{\"target\": \"%s\"}";
            ask("METADATA", target.formatted(Samples.TOOL));
            ask("METADATA", target.formatted(mine.tree()));
            ask("TRACE", target.formatted(Samples.LIBRARY));
            ask("VERIFY", "{\"target\": \"%s\", \"deep\": true}".formatted(Samples.APPLICATION));
            board();
            RemoteCollection.run(server.uri(), here, Optional.empty(), false, Progress.NONE);
            node.hitRate().tell();
            while (heard.stream().noneMatch(it -> it.getSubject().startsWith("BUILD."))) {
                Thread.onSpinWait();
            }
        }
        spy.flush();
    }

    private void board() throws Exception {
        String fact =
                ask(
                                "FIH_API.p.submit-fact",
                                "{\"description\": \"{}\", \"creator\": \"a\", \"origin\": \"o\", \"expiresAt\": 1}")
                        .path("id")
                        .asString();
        ask(
                "FIH_API.p.submit-hint",
                "{\"description\": \"mind\", \"creator\": \"a\", \"id\": \"h\"}");
        ask(
                "FIH_API.p.submit-intent",
                "{\"sources\": [\"%s\"], \"description\": \"find\", \"creator\": \"a\", \"id\": \"i\"}"
                        .formatted(fact));
        for (String step : List.of("claim", "heartbeat", "release", "claim")) {
            ask("FIH_API.p." + step, "{\"intent\": \"i\", \"worker\": \"w\"}");
        }
        ask("FIH_API.p.claim", "{\"intent\": \"i\", \"worker\": \"other\"}");
        ask("FIH_API.p.show", "{\"intent\": \"i\"}");
        ask("FIH_API.p.conclude", "{\"intent\": \"i\", \"worker\": \"w\", \"description\": \"1\"}");
        for (String what : List.of("facts", "intents", "hints")) {
            ask("FIH_API.p.list", "{\"of\": \"%s\"}".formatted(what));
        }
        for (String what :
                List.of("\"fact\": \"" + fact + "\"", "\"intent\": \"i\"", "\"hint\": \"h\"")) {
            ask("FIH_API.p.show", "{%s}".formatted(what));
        }
        ask("FIH_API.p.expire", "{\"fact\": \"%s\"}".formatted(fact));
    }

    @Test
    void everyMessageIsAsItsSchemaSays() throws Exception {
        scene();
        var used = new TreeSet<String>();
        var problems = new ArrayList<String>();
        for (Message message : heard) {
            var request = message.getReplyTo() == null ? requests.get(message.getSubject()) : null;
            boolean isReply = request != null;
            String subject = request == null ? message.getSubject() : request.getSubject();
            String name = schemaOf(subject, isReply);
            byte[] data = message.getData();
            boolean isRefusal = message.hasHeaders() && data.length == 0;
            if (name.isEmpty() || isRefusal || isReply && isAcknowledgement(subject)) {
                continue;
            }
            used.add(name);
            JsonNode json = JSON.readTree(data);
            schema(name)
                    .validate(json)
                    .forEach(error ->
                            problems.add("%s %s: %s %s".formatted(subject, name, error, json)));
            for (String field : required(name)) {
                var less = ((ObjectNode) json).deepCopy();
                less.remove(field);
                if (schema(name).validate(less).isEmpty()) {
                    problems.add("%s is not missed in %s".formatted(field, name));
                }
            }
            var more = ((ObjectNode) json).deepCopy().put("another", 1);
            if (schema(name).validate(more).isEmpty()) {
                problems.add("anything may stand in " + name);
            }
        }
        assertEquals(List.of(), problems);
        var expected = new TreeSet<String>();
        SUBJECTS.values().forEach(expected::addAll);
        expected.remove("");
        assertEquals(expected, used);
    }

    /// Streams acknowledge what is published.
    private static boolean isAcknowledgement(String subject) {
        return subject.startsWith("FIH.")
                || subject.startsWith("BUILD.")
                || subject.equals("STORE.AUDIT");
    }

    private static String schemaOf(String subject, boolean isReply) {
        return SUBJECTS.entrySet().stream()
                .filter(entry -> subject.matches(entry.getKey()))
                .map(entry -> entry.getValue().get(isReply ? 1 : 0))
                .findFirst()
                .orElse("");
    }

    private List<String> required(String name) {
        return all.path("$defs")
                .path(name)
                .path("required")
                .valueStream()
                .map(JsonNode::stringValue)
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    collectionJob     | {"id": "a.b", "node": "n"}
                    collectionJob     | {"id": "a", "node": "n", "limits": {"seconds": 0}}
                    traceRequest      | {"target": "t", "limit": 10001}
                    verifyRequest     | {"target": "t", "deep": "yes"}
                    submitFactRequest | {"description": "", "creator": "a", "origin": "o"}
                    showRequest       | {"fact": "f", "hint": "h"}
                    listRequest       | {"of": "all"}
                    write             | {"write": "erase", "project": "p", "fact": "f", "at": 1}
                    claim             | {"cid": "no cid"}
                    """)
    void whatIsWrongIsNotAllowed(String name, String json) {
        assertFalse(schema(name).validate(JSON.readTree(json)).isEmpty());
    }
}
