package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.nix.StorePath;
import cairn.store.Progress;
import cairn.trust.Attestation;
import cairn.trust.Attestation.Verdict;
import cairn.trust.SecretKey;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a node says of attestations that others bring, over a real server.
class VouchTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    @TempDir private Path room;

    private SecretKey team;
    private NatsServer server;
    private Engine engine;
    private NatsNode node;
    private StorePath path;
    private Cid subject;

    @BeforeEach
    void start() throws IOException {
        server = NatsServer.start(room.resolve("server"));
        team = SecretKey.generate("team-1", new SecureRandom());
        Path home = Files.createDirectories(room.resolve("home"));
        Files.writeString(
                home.resolve("cairn.toml"),
                "trusted-keys = [\"%s\"]\n".formatted(team.publicKey()));
        engine = Engine.open(home, InstantSource.fixed(NOW), Map.of(), new NatsNetwork());
        Path file = Files.writeString(room.resolve("file"), "content");
        var added = engine.add("file", file, false, Progress.NONE);
        path = added.info().path();
        subject = added.cid();
        node =
                NatsNode.start(
                        engine,
                        Configuration.read(
                                        engine.store().home(),
                                        Map.of(),
                                        List.of(
                                                new Configuration.Option(
                                                        "nats.url", "--nats", server.url()),
                                                new Configuration.Option(
                                                        "nats.node", "nats.node", "here")))
                                .nats());
    }

    @AfterEach
    void stop() throws IOException {
        node.close();
        engine.close();
        server.close();
    }

    private static Attestation attest(SecretKey key, Cid subject, Verdict verdict) {
        return Attestation.sign(key, subject, verdict, Optional.empty(), NOW, "reviewed");
    }

    private Wire.Ruling ask(Attestation attestation) throws IOException {
        var message =
                Wire.SignedCid.newBuilder()
                        .setAttestation(
                                UnsafeByteOperations.unsafeWrap(
                                        attestation.encode().toByteBuffer()))
                        .build();
        return ask(message.toByteArray());
    }

    private Wire.Ruling ask(byte[] message) throws IOException {
        try (var client = server.client()) {
            return Wire.Ruling.parseFrom(client.request(Subjects.VOUCH, message).getData());
        }
    }

    private Attestation record(Wire.Ruling ruling) throws IOException {
        Cid cid = Cid.decode(Bytes.wrap(ruling.getRecord().toByteArray()));
        return Attestation.decode(engine.store().block(cid).orElseThrow());
    }

    private long blocks() throws IOException {
        return engine.store().statistics().blocks();
    }

    @Test
    void whatATrustedKeySignedIsVerifiedRecordedAndKept() throws IOException {
        var attestation = attest(team, subject, Verdict.SIGNED);
        var ruling = ask(attestation);
        assertEquals("verified", ruling.getVerdict());
        assertEquals(team.publicKey().toString(), ruling.getKey());
        assertEquals("team-1 vouches for it", ruling.getReason());
        var record = record(ruling);
        assertTrue(record.isGenuine());
        assertEquals(subject, record.subject());
        assertEquals(Verdict.VERIFIED, record.verdict());
        assertEquals(node.key(), record.key());
        assertEquals(ruling, ask(attestation), "the same is recorded once");

        var _ = engine.store().collect(engine.roots(), Progress.NONE);
        assertEquals(List.of(path), engine.catalog().storePaths());
        assertEquals(record, record(ruling));
        assertTrue(engine.store().block(attestation.toBlock().cid()).isPresent());
    }

    @Test
    void whatAStrangerSignedIsRejectedAndKeepsNothing() throws IOException {
        var stranger = SecretKey.generate("team-1", new SecureRandom());
        long blocks = blocks();
        var ruling = ask(attest(stranger, subject, Verdict.SIGNED));
        assertEquals("rejected", ruling.getVerdict());
        assertEquals(
                "key %s is not trusted here".formatted(stranger.publicKey()), ruling.getReason());
        assertEquals(blocks, blocks(), "nothing of it is written");
        assertTrue(ruling.getRecord().isEmpty());
        var _ = engine.store().collect(engine.roots(), Progress.NONE);
        assertEquals(List.of(), engine.catalog().storePaths());
    }

    @Test
    void aForgedSubjectIsRejected() throws IOException {
        var signed = attest(team, Cid.of(Codec.RAW, Bytes.utf8("other")), Verdict.SIGNED);
        var forged =
                new Attestation(
                        subject,
                        signed.verdict(),
                        signed.policy(),
                        signed.key(),
                        signed.signature(),
                        signed.at(),
                        signed.reason());
        long blocks = blocks();
        var ruling = ask(forged);
        assertEquals("rejected", ruling.getVerdict());
        assertEquals("the signature is not that of key team-1", ruling.getReason());
        assertTrue(ruling.getRecord().isEmpty(), "the node signs nothing about it");
        assertEquals(blocks, blocks());
    }

    @Test
    void whatIsRejectedByItsKeyOrNotHereIsRejected() throws IOException {
        var warning = attest(team, subject, Verdict.REJECTED);
        var rejected = ask(warning);
        assertEquals("rejected", rejected.getVerdict());
        assertEquals("team-1 rejects it: reviewed", rejected.getReason());
        var record = record(rejected);
        assertTrue(record.isGenuine());
        assertEquals(Verdict.REJECTED, record.verdict());
        assertEquals(rejected, ask(warning), "the same is recorded once");
        Cid nowhere = Cid.of(Codec.RAW, Bytes.utf8("nowhere"));
        var absent = ask(attest(team, nowhere, Verdict.SIGNED));
        assertEquals("rejected", absent.getVerdict());
        assertEquals(nowhere + " is not here to be checked", absent.getReason());
        assertTrue(absent.getRecord().isEmpty());
    }

    @Test
    void whatIsNoAttestationIsMalformed() throws IOException {
        for (byte[] garbage : List.of(new byte[] {1, 2, 3}, new byte[0], new byte[] {10, 1, 0})) {
            var ruling = ask(garbage);
            assertEquals(Wire.Problem.Kind.MALFORMED, ruling.getProblem().getKind());
            assertEquals("", ruling.getVerdict());
        }
    }
}
