package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.Nix;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.BuildRecord;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.nix.StorePath;
import cairn.store.Home;
import cairn.store.PathStore;
import cairn.store.Progress;
import cairn.trust.SecretKey;
import cairn.ui.model.BuildSamples;
import cairn.ui.model.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class QuestionsTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir private Path room;

    private NatsServer server;
    private Engine engine;
    private NatsNode node;
    private NatsServer.Client client;

    @BeforeEach
    void open() throws IOException {
        server = NatsServer.start(room.resolve("server"));
        Path home = room.resolve("home");
        engine = Engine.open(home, InstantSource.system(), Map.of(), new NatsNetwork());
        var url = new Configuration.Option("nats.url", "--nats", server.url());
        node =
                NatsNode.start(
                        engine, Configuration.read(new Home(home), Map.of(), List.of(url)).nats());
        client = server.client();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        node.close();
        engine.close();
        server.close();
    }

    private JsonNode ask(String subject, Object request) throws IOException {
        var reply = client.request(subject, JSON.writeValueAsBytes(request));
        return reply.getHeaders() == null
                ? JSON.readTree(reply.getData())
                : JSON.valueToTree(reply.getHeaders().getLast("Cairn-Error"));
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::stringValue).sorted().toList();
    }

    @Test
    void tellsWhatIsKnownOfAPathAndWhyItIsThere() throws IOException {
        var closure = Nix.closure();
        StorePath top = StorePath.parse(closure.top());
        try (PathStore local = engine.open(closure.nix().uri())) {
            engine.copyIn(local, List.of(top), true, Progress.NONE);
        }
        var stored = engine.catalog().path(top).orElseThrow();
        var told = ask("METADATA", Map.of("target", top.name()));
        assertEquals(top.toString(), told.path("path").stringValue());
        assertEquals(stored.cid().toString(), told.path("cid").stringValue());
        assertEquals(stored.info().narHash().toSri(), told.path("narHash").stringValue());
        assertEquals(closure.paths().size(), told.path("closurePaths").intValue());
        long size = 0;
        for (var each : engine.catalog().paths()) {
            size += each.info().narSize();
        }
        assertEquals(size, told.path("closureSize").longValue());
        var pins = engine.catalog().pins().stream().map(pin -> pin.name()).toList();
        assertEquals(pins, texts(told.path("pins")));

        var other = new TreeSet<>(stored.info().references());
        other.remove(top);
        var below = other.first();
        var traced = ask("TRACE", Map.of("target", below.toString()));
        var referrers =
                engine.catalog().referrers(below).stream()
                        .filter(each -> !each.equals(below))
                        .map(StorePath::toString)
                        .sorted()
                        .toList();
        assertEquals(referrers, texts(traced.path("referrers")));
        assertEquals(List.of(top.toString()), texts(traced.path("roots")));
        assertEquals(pins, texts(traced.path("pins")));
        assertEquals(List.of(), texts(traced.path("builds")));
        assertEquals(
                engine.graph().dependents(below).size() - 1, traced.path("dependents").intValue());
        assertEquals(false, traced.path("truncated").booleanValue());
    }

    @Test
    void tellsOfABlockAndOfNoFile() throws IOException {
        Path folder = Files.createDirectories(room.resolve("folder"));
        Path file = Files.writeString(folder.resolve("hello"), "hello");
        var added = engine.add("folder", folder, true, Progress.NONE);
        var raw = Cid.of(Codec.RAW, Bytes.utf8("hello"));
        assertEquals(
                JSON.readTree(
                        "{\"cid\":\"%s\",\"codec\":85,\"size\":5,\"links\":[]}".formatted(raw)),
                ask("METADATA", Map.of("target", raw.toString())));
        assertEquals(
                added.info().path().toString(),
                ask("METADATA", Map.of("target", added.tree().toString()))
                        .path("path")
                        .stringValue());
        assertEquals(
                "not-found '%s' is not here".formatted(file),
                ask("METADATA", Map.of("target", file.toString())).stringValue());
        assertEquals(
                "malformed request at byte 0: limit is no number from 1 to 10000",
                ask("TRACE", Map.of("target", "folder", "limit", 0)).stringValue());
        assertEquals(
                "malformed request at byte 0: target is lacking",
                ask("METADATA", Map.of()).stringValue());
    }

    @Test
    void verifiesAPathAndAllThatItNeeds() throws IOException, SQLException {
        for (var path : List.of(Samples.LIBRARY, Samples.TOOL, Samples.APPLICATION)) {
            Samples.add(engine, path, path.name());
        }
        BuildSamples.add(engine);
        var key = SecretKey.generate("team-1", new SecureRandom());
        Files.writeString(
                engine.store().home().configuration(),
                "trusted-keys = [\"%s\"]\n".formatted(key.publicKey()));
        StorePath top = Samples.APPLICATION;
        var before = ask("VERIFY", Map.of("target", top.toString()));
        assertEquals("rejected", before.path("verdict").stringValue());
        assertEquals(
                "nobody signed it", before.path("problems").path(0).path("reason").stringValue());
        var closure = engine.graph().closure(top);
        assertEquals(closure.size(), before.path("paths").intValue());
        for (StorePath path : closure) {
            sign(path, key);
        }
        var after = ask("VERIFY", Map.of("target", top.toString(), "deep", true));
        assertEquals("verified", after.path("verdict").stringValue(), after::toString);
        assertEquals(0, after.path("problems").size());
        assertEquals(
                closure.size(), after.path("builds").size() + after.path("unrecorded").intValue());
        assertTrue(after.path("builds").size() > 0, after::toString);
        for (var build : after.path("builds")) {
            var record =
                    BuildRecord.decode(
                            engine.store()
                                    .block(Cid.parse(build.path("cid").stringValue()))
                                    .orElseThrow());
            assertEquals(record.drvPath().toString(), build.path("drvPath").stringValue());
        }

        alter("UPDATE path SET nar_size = nar_size + 1 WHERE hash = '%s'".formatted(top.hash()));
        var damaged = ask("VERIFY", Map.of("target", top.toString(), "deep", true));
        assertEquals("rejected", damaged.path("verdict").stringValue(), damaged::toString);
        assertEquals(top.toString(), damaged.path("problems").path(0).path("path").stringValue());
    }

    @Test
    void saysWhatIsWrongWithARequestToVerify() throws IOException {
        assertEquals(
                "malformed request at byte 0: deep is neither true nor false",
                ask("VERIFY", Map.of("target", "x", "deep", 1)).stringValue());
        assertEquals(
                "not-found 'nowhere' is not here",
                ask("VERIFY", Map.of("target", "nowhere")).stringValue());
    }

    private void alter(String statement) throws SQLException {
        try (var index =
                        DriverManager.getConnection(
                                "jdbc:sqlite:"
                                        + engine.store().home().folder().resolve("index.db"));
                var lie = index.createStatement()) {
            assertEquals(1, lie.executeUpdate(statement));
        }
    }

    private void sign(StorePath path, SecretKey key) throws IOException {
        var info = engine.catalog().path(path).orElseThrow().info();
        boolean _ =
                engine.store()
                        .commit(tx ->
                                tx.claim(
                                        path,
                                        Optional.empty(),
                                        Optional.empty(),
                                        List.of(
                                                key.sign(Bytes.utf8(info.fingerprint()))
                                                        .toString()),
                                        Samples.NOW));
    }
}
