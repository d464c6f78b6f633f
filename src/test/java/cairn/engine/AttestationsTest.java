package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Cid;
import cairn.store.Progress;
import cairn.trust.Attestation;
import cairn.trust.Attestation.Verdict;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttestationsTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    @TempDir private Path room;

    private Engine engine;
    private SecretKey own;
    private SecretKey team;
    private Cid subject;

    @BeforeEach
    void open() throws IOException {
        engine = Engine.open(room.resolve("home"), () -> NOW);
        own = SecretKey.generate("own-1", new SecureRandom());
        team = SecretKey.generate("team-1", new SecureRandom());
        Path file = Files.writeString(room.resolve("file"), "content");
        subject = engine.add("file", file, false, Progress.NONE).cid();
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    private Attestation attestation() {
        return Attestation.sign(team, subject, Verdict.SIGNED, Optional.empty(), NOW, "");
    }

    private Attestations.Ruling judge(Attestation attestation) throws IOException {
        return engine.attestations()
                .judge(attestation, own, new TrustedKeys(List.of(team.publicKey())));
    }

    @Test
    void isTheSameAfterARepair() throws IOException {
        var attestation = attestation();
        var ruling = judge(attestation);
        Set<Cid> roots = Set.of(attestation.toBlock().cid(), ruling.record().orElseThrow());
        assertEquals(roots, Set.copyOf(engine.attestations().roots()));
        engine.close();
        Files.delete(room.resolve("home/index.db"));
        Engine.repair(room.resolve("home"), Progress.NONE);
        engine = Engine.open(room.resolve("home"), () -> NOW.plusSeconds(1));
        assertEquals(roots, Set.copyOf(engine.attestations().roots()));
        var again = judge(attestation);
        assertEquals(ruling.record(), again.record());
        assertTrue(ruling.fresh() && !again.fresh(), "it is recorded once");
    }

    /// A collection asks for the roots while nobody else can write.
    @Test
    void whoWaitsToWriteKeepsNobodyFromTheRoots() throws Exception {
        var ruling = new FutureTask<>(() -> judge(attestation()));
        var judging = Thread.ofPlatform().unstarted(ruling);
        try (var other =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + room.resolve("home/index.db"));
                var statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            judging.start();
            while (judging.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            assertEquals(List.of(), List.copyOf(engine.attestations().roots()));
        } catch (SQLException e) {
            throw new IOException(e);
        }
        assertTrue(ruling.get().record().isPresent());
    }
}
