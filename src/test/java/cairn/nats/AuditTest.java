package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.store.Progress;
import cairn.store.StoredPath;
import cairn.trust.Attestation;
import cairn.trust.PublicKey;
import cairn.trust.SecretKey;
import com.google.protobuf.UnsafeByteOperations;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a node tells of the changes that others make, by a real server.
class AuditTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir private Path room;

    private NatsServer server;
    private Engine here;
    private Engine there;
    private SecretKey team;

    @BeforeEach
    void start() throws IOException {
        server = NatsServer.withStreams(room.resolve("server"), -1);
        team = SecretKey.generate("team-1", new SecureRandom());
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
        Path home = Files.createDirectories(room.resolve(name));
        Files.writeString(
                home.resolve("cairn.toml"),
                "trusted-keys = [\"%s\"]\n".formatted(team.publicKey()));
        return Engine.open(home, InstantSource.fixed(NOW), Map.of(), new NatsNetwork());
    }

    /// A node that takes changes from `here`, and tells only at its end what is told together.
    private NatsNode serve(String... more) throws IOException {
        var options = new ArrayList<Configuration.Option>();
        options.add(new Configuration.Option("nats.url", "--nats", server.url()));
        options.add(new Configuration.Option("nats.node", "--name", "there"));
        options.add(new Configuration.Option("nats.writers", "--writer", key().toString()));
        for (int i = 0; i < more.length; i += 2) {
            options.add(new Configuration.Option(more[i], "-", more[i + 1]));
        }
        var settings = Configuration.read(there.store().home(), Map.of(), options).nats();
        return NatsNode.start(there, settings, Duration.ofHours(1));
    }

    private PublicKey key() throws IOException {
        return NodeKey.of(here.store().home()).publicKey();
    }

    private StoredPath add(Engine engine, String name, int size) throws IOException {
        byte[] content = new byte[size];
        new Random(name.hashCode()).nextBytes(content);
        Path file = Files.write(room.resolve(name), content);
        return engine.add(name, file, false, Progress.NONE);
    }

    private void push(StoredPath path) throws IOException {
        try (var store = here.open(server.uri())) {
            here.copyOut(store, List.of(path.info().path()), Progress.NONE);
        }
    }

    /// What the stream has by now.
    private List<JsonNode> entries(String stream) throws Exception {
        var entries = new ArrayList<JsonNode>();
        try (var client = server.client()) {
            var streams = client.connection().jetStreamManagement();
            long last = streams.getStreamInfo(stream).getStreamState().getLastSequence();
            for (long i = 1; i <= last; i++) {
                entries.add(
                        JsonMapper.shared()
                                .readTree(
                                        Objects.requireNonNull(
                                                streams.getMessage(stream, i).getData())));
            }
        }
        return entries;
    }

    private static String text(JsonNode entry, String field) {
        return entry.path(field).asString("");
    }

    private static String told(JsonNode entry) {
        return "%s %s %s"
                .formatted(text(entry, "action"), text(entry, "outcome"), text(entry, "key"));
    }

    @Test
    void aCopyIsOneEntryForItsBlocksAndOneForEachPath() throws Exception {
        StoredPath path = add(here, "content", 3_000_000);
        try (NatsNode _ = serve()) {
            push(path);
        }
        var entries = entries("AUDIT");
        assertEquals(
                List.of("path-put done " + key(), "block-put done " + key()),
                entries.stream().map(AuditTest::told).toList());
        JsonNode registered = entries.getFirst();
        assertEquals(path.info().path().toString(), text(registered, "target"));
        assertEquals(NOW.toEpochMilli(), registered.path("time").asLong());
        assertEquals("there", text(registered, "node"));
        assertTrue(registered.path("count").isMissingNode());
        JsonNode blocks = entries.getLast();
        long count = here.store().statistics().blocks();
        assertEquals(count, blocks.path("count").asLong());
        assertTrue(blocks.path("bytes").asLong() > 3_000_000, blocks::toString);
        for (String name : List.of("target", "last")) {
            Cid cid = Cid.parse(text(blocks, name));
            assertTrue(here.store().block(cid).isPresent());
        }
        assertEquals(NOW.toEpochMilli(), blocks.path("since").asLong());
    }

    @Test
    void whoMayNotIsNamedWithWhatHeTried() throws Exception {
        var stranger = SecretKey.generate("stranger", new SecureRandom());
        Bytes block = Bytes.utf8("content");
        String subject = new Subjects("").blockPut(Cid.of(Codec.RAW, block));
        try (NatsNode _ = serve();
                var client = server.client()) {
            for (int i = 0; i < 3; i++) {
                client.request(subject, block.toByteArray());
            }
            request(client, stranger, subject, block);
            var job = new CollectionJob("nightly", "there", false, 0, false);
            client.request(Subjects.COLLECT, job.toBytes().toByteArray());
            var elsewhere = new CollectionJob("nightly", "elsewhere", false, 0, false);
            client.connection()
                    .publish(Subjects.COLLECT, "nowhere", elsewhere.toBytes().toByteArray());
            client.flush();
        }
        var entries = entries("AUDIT");
        assertEquals(
                List.of(
                        "block-put refused unauthenticated",
                        "block-put refused " + stranger.publicKey(),
                        "collect refused unauthenticated"),
                entries.stream().map(AuditTest::told).toList());
        assertEquals(3, entries.getFirst().path("count").asLong());
        assertEquals(
                "node there takes nothing from %s; it would if nats.writers had that key"
                        .formatted(stranger.publicKey()),
                text(entries.get(1), "reason"));
        assertEquals("nightly", text(entries.get(2), "target"));
    }

    @Test
    void whatGoesWrongIsToldOfWhoAskedForIt() throws Exception {
        Bytes block = Bytes.utf8("content");
        String subject = new Subjects("").blockPut(Cid.of(Codec.RAW, Bytes.utf8("other")));
        try (NatsNode _ = serve();
                var client = server.client()) {
            request(client, NodeKey.of(here.store().home()), subject, block);
        }
        JsonNode entry = entries("AUDIT").getFirst();
        assertEquals("block-put failed " + key(), told(entry));
        assertEquals(
                "these 7 bytes are not block " + Cid.of(Codec.RAW, Bytes.utf8("other")),
                text(entry, "reason"));
    }

    private void request(NatsServer.Client client, SecretKey key, String subject, Bytes payload)
            throws Exception {
        var headers = Signing.headers(key, subject, payload, NOW);
        Objects.requireNonNull(
                client.connection()
                        .request(
                                NatsMessage.builder()
                                        .subject(subject)
                                        .headers(headers)
                                        .data(payload.toByteArray())
                                        .build(),
                                PATIENCE));
    }

    @Test
    void aCollectionIsToldAsItBeginsAndAsItEnds() throws Exception {
        add(there, "loose", 300_000);
        long freed = there.store().tryCollecting(there.roots(), Progress.NONE).bytes();
        try (NatsNode _ = serve()) {
            RemoteCollection.run(server.uri(), here, Optional.empty(), false, Progress.NONE);
        }
        var entries = entries("AUDIT");
        assertEquals(
                List.of("collect accepted " + key(), "collect done " + key()),
                entries.stream().map(AuditTest::told).toList());
        assertEquals(text(entries.get(0), "target"), text(entries.get(1), "target"));
        assertEquals(freed, entries.get(1).path("bytes").asLong());
    }

    @Test
    void whatIsRecordedOfAnAttestationIsToldOnce() throws Exception {
        Cid subject = add(there, "content", 1000).cid();
        var attestation =
                Attestation.sign(
                        team,
                        subject,
                        Attestation.Verdict.SIGNED,
                        Optional.empty(),
                        NOW,
                        "reviewed");
        byte[] message =
                Wire.SignedCid.newBuilder()
                        .setAttestation(
                                UnsafeByteOperations.unsafeWrap(
                                        attestation.encode().toByteBuffer()))
                        .build()
                        .toByteArray();
        Wire.Ruling ruling;
        try (NatsNode _ = serve();
                var client = server.client()) {
            client.request(Subjects.VOUCH, message);
            ruling = Wire.Ruling.parseFrom(client.request(Subjects.VOUCH, message).getData());
        }
        var entries = entries("AUDIT");
        assertEquals(
                List.of("vouch done " + team.publicKey()),
                entries.stream().map(AuditTest::told).toList());
        assertEquals(
                Cid.decode(Bytes.wrap(ruling.getRecord().toByteArray())).toString(),
                text(entries.getFirst(), "target"));
        assertEquals(
                subject + " verified: team-1 vouches for it", text(entries.getFirst(), "reason"));
    }

    @Test
    void aDomainHasAStreamOfItsOwn() throws Exception {
        try (NatsNode _ = serve("nats.domain", "vision");
                var client = server.client()) {
            var job = new CollectionJob("nightly", "there", false, 0, false);
            client.request(Subjects.COLLECT, job.toBytes().toByteArray());
        }
        assertEquals(1, entries("AUDIT_vision").size());
        assertThrows(Exception.class, () -> entries("AUDIT"));
    }

    /// A server without streams.
    @Test
    void nobodyIsKeptWaitingWhereNothingTakesTheEntries() throws Exception {
        server.close();
        server = NatsServer.start(room.resolve("plain"));
        StoredPath path = add(here, "content", 1000);
        try (NatsNode _ = serve()) {
            push(path);
        }
        assertEquals(List.of(path.info().path()), there.catalog().storePaths());
    }

    @Test
    void whatHappensWhileTheServerIsAwayIsToldWhenItIsBack() throws Exception {
        var settings =
                Configuration.read(
                                there.store().home(),
                                Map.of("CAIRN_NATS_URL", server.url()),
                                List.of())
                        .nats();
        try (var bus = Bus.connect(server.url(), settings, "there");
                var audit =
                        new Audit(
                                bus,
                                new Subjects(""),
                                "there",
                                InstantSource.fixed(NOW),
                                Duration.ZERO,
                                1)) {
            audit.start();
            int port = server.port();
            server.kill();
            for (int i = 0; i < 11_000; i++) {
                audit.done(Audit.Action.PATH_PUT, team.publicKey(), "path " + i, 0);
            }
            server = NatsServer.withStreams(room.resolve("server"), port);
            while (!isTold("path 10999")) {
                Thread.onSpinWait();
            }
        }
        var told = entries("AUDIT").stream().map(entry -> text(entry, "target")).toList();
        assertEquals(
                IntStream.range(1000, 11_000).mapToObj(i -> "path " + i).toList(),
                told.subList(told.size() - 10_000, told.size()),
                "the last ones");
    }

    private boolean isTold(String target) throws Exception {
        try (var client = server.client()) {
            var streams = client.connection().jetStreamManagement();
            if (streams.getStreamNames().isEmpty()) {
                return false;
            }
            long last = streams.getStreamInfo("AUDIT").getStreamState().getLastSequence();
            return last > 0
                    && text(
                                    JsonMapper.shared()
                                            .readTree(streams.getMessage("AUDIT", last).getData()),
                                    "target")
                            .equals(target);
        }
    }
}
