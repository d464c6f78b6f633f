package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.nix.StorePath;
import cairn.store.Progress;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyTest {
    private static final StorePath LOWER = Samples.path("lower");
    private static final StorePath UPPER = Samples.path("upper");

    @TempDir private Path folder;
    private Engine engine;

    @BeforeEach
    void fill() throws IOException {
        engine = Engine.open(folder.resolve("home"));
        Samples.put(engine.local(), LOWER);
        Samples.put(engine.local(), UPPER, LOWER);
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    /// The index is only believed as far as it says what the node of the path says.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE path SET nar_size = nar_size + 1",
                "UPDATE path SET self = 1",
                "UPDATE path SET tree = cid",
                "UPDATE path SET nar_hash = zeroblob(32)",
                "UPDATE path SET folder = '/gnu/store'",
                "DELETE FROM reference",
            })
    void anIndexThatSaysSomethingElseThanThePath(String lie) throws IOException, SQLException {
        alter(lie);
        String folder = lie.contains("folder") ? "/gnu/store" : StorePath.NIX_STORE;
        var found = verify(new StorePath(folder, UPPER.hash(), UPPER.name()));
        assertEquals(Check.Content.DAMAGED, found.content());
        assertTrue(found.reason().endsWith(" says something else than the index"), found::reason);
    }

    @Test
    void damageIsRememberedUntilACheckFindsNone() throws IOException, SQLException {
        alter("UPDATE path SET nar_size = nar_size + 1 WHERE name = 'upper'");
        String reason = verify(UPPER).reason();
        engine.close();
        engine = Engine.open(folder.resolve("home"));
        assertEquals(Optional.of(reason), engine.catalog().damage(UPPER));
        assertEquals(Optional.empty(), engine.catalog().damage(LOWER));
        assertEquals(1, engine.store().statistics().damaged());
        alter("UPDATE path SET nar_size = nar_size - 1 WHERE name = 'upper'");
        assertEquals(Check.Content.INTACT, verify(UPPER).content());
        assertEquals(Optional.empty(), engine.catalog().damage(UPPER));
        assertEquals(0, engine.store().statistics().damaged());
    }

    @Test
    void anArchiveThatACacheLacks() throws IOException {
        String uri = "file://" + folder.resolve("cache");
        try (var cache = engine.target(uri)) {
            engine.copyOut(cache, List.of(UPPER), Progress.NONE);
        }
        try (var archives = Files.list(folder.resolve("cache/nar"))) {
            for (Path archive : archives.toList()) {
                Files.delete(archive);
            }
        }
        try (var cache = engine.open(uri)) {
            var found = new ArrayList<Check>();
            engine.verify(
                    cache,
                    List.of(LOWER, UPPER),
                    TrustedKeys.NONE,
                    true,
                    Progress.NONE,
                    found::add);
            assertEquals(
                    List.of(Check.Content.MISSING, Check.Content.MISSING),
                    found.stream().map(Check::content).toList());
        }
    }

    private Check verify(StorePath path) throws IOException {
        var found = new ArrayList<Check>();
        engine.verify(List.of(path), TrustedKeys.NONE, true, Progress.NONE, found::add);
        return found.getFirst();
    }

    private void alter(String statement) throws SQLException {
        try (var index =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + folder.resolve("home/index.db"));
                var lie = index.createStatement()) {
            assertTrue(lie.executeUpdate(statement) > 0);
        }
    }
}
