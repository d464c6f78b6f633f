package cairn.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.FormatException;
import cairn.nix.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Against databases in every state that a writer may leave or hold them in.
class NixDatabaseTest {
    private static final Path SCHEMA = Path.of("src/test/resources/cairn/remote/nix-store.sql");
    private static final String HASH =
            "sha256:0a9498685c75dbbcf5f3d73013151dad60605b1e1d96ccf8fc6372c01c04bd1e";

    @TempDir private Path root;
    private Path database;

    @BeforeEach
    void makeAStore() throws IOException, SQLException {
        database = root.resolve("nix/var/nix/db/db.sqlite");
        Files.createDirectories(database.getParent());
        try (var connection = connect("wal")) {
            run(connection, Files.readString(SCHEMA));
            insert(connection, 1);
        }
    }

    @Test
    void seesWhatWasCommittedWhileSomeoneWrites() throws IOException, SQLException {
        try (var store = NixStore.open("local?root=" + root);
                var connection = connect("wal")) {
            assertEquals(List.of(path(1)), paths(store));
            run(connection, "BEGIN IMMEDIATE");
            insert(connection, 2);
            assertEquals(List.of(path(1)), paths(store));
            run(connection, "COMMIT");
            assertEquals(List.of(path(1), path(2)), paths(store));
        }
    }

    @Test
    void readsTheLogThatACrashLeft() throws IOException, SQLException {
        Path other = root.resolve("crashed");
        Path folder = Files.createDirectories(other.resolve("nix/var/nix/db"));
        try (var connection = connect("wal")) {
            insert(connection, 2);
            for (String name : List.of("db.sqlite", "db.sqlite-wal")) {
                Files.copy(database.resolveSibling(name), folder.resolve(name));
            }
        }
        try (var store = NixStore.open("local?root=" + other)) {
            assertEquals(List.of(path(1), path(2)), paths(store));
            assertEquals(List.of("db.sqlite", "db.sqlite-wal"), names(folder));
        }
    }

    @Test
    void takesBackATransactionThatACrashInterrupted() throws IOException, SQLException {
        Path other = root.resolve("crashed");
        Path folder = Files.createDirectories(other.resolve("nix/var/nix/db"));
        try (var connection = connect("truncate")) {
            run(connection, "PRAGMA cache_size = 2; PRAGMA cache_spill = 1; BEGIN");
            for (int i = 2; i < 2000; i++) {
                insert(connection, i);
            }
            for (String name : List.of("db.sqlite", "db.sqlite-journal")) {
                Files.copy(database.resolveSibling(name), folder.resolve(name));
            }
            run(connection, "ROLLBACK");
        }
        try (var store = NixStore.open("local?root=" + other)) {
            assertEquals(List.of(path(1)), paths(store));
            assertEquals(List.of("db.sqlite", "db.sqlite-journal"), names(folder));
        }
    }

    @Test
    void readsAStoreThatNeverHadRealisations() throws IOException, SQLException {
        try (var connection = connect("wal")) {
            run(connection, "DROP TABLE RealisationsRefs; DROP TABLE Realisations");
        }
        try (var store = NixStore.open("local?root=" + root)) {
            assertEquals(List.of(), store.realisation(HASH + "!out").stream().toList());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "hash = 'sha256:00' | has no hash: a digest of sha256 has 32 bytes in base 16, Nix32 or base64",
                "hash = 'sha1:kpcd173cq987hw957sx6m0868wv3x6d9' | has a hash that is not sha256",
                "hash = x'00' | has no hash: no algorithm is named",
                "narSize = NULL | has no size",
                "narSize = -1 | has no size",
                "narSize = 'many' | has no size",
                "deriver = '/etc/passwd' | 'passwd' is not a hash, a dash and a name",
                "deriver = '/gnu/store/4r50hcxzmy88vvkdinva23hagj9irb17-x.drv' | /gnu/store/4r50hcxzmy88vvkdinva23hagj9irb17-x.drv is not of the store /nix/store"
            })
    void refusesAMalformedRow(String change, String problem) throws IOException, SQLException {
        try (var connection = connect("wal")) {
            run(connection, "UPDATE ValidPaths SET " + change);
        }
        try (var store = NixStore.open("local?root=" + root)) {
            var e = assertThrows(FormatException.class, () -> store.info(path(1)));
            assertEquals(problem, e.problem().replace(path(1) + " ", ""));
        }
    }

    @Test
    void refusesAPathThatLeadsElsewhere() throws IOException, SQLException {
        try (var connection = connect("wal")) {
            run(connection, "UPDATE ValidPaths SET path = '/nix/store/../../etc/passwd'");
        }
        try (var store = NixStore.open("local?root=" + root)) {
            assertThrows(FormatException.class, store::paths);
        }
    }

    @Test
    void refusesWhatIsNoDatabase() throws IOException {
        Files.writeString(database, "x".repeat(10_000));
        try (var store = NixStore.open("local?root=" + root)) {
            assertThrows(FormatException.class, store::paths);
        }
    }

    @Test
    void refusesTheDatabaseOfSomethingElse() throws IOException, SQLException {
        Files.delete(database);
        try (var connection = connect("wal")) {
            run(connection, "CREATE TABLE Something (id integer)");
        }
        try (var store = NixStore.open("local?root=" + root)) {
            assertThrows(FormatException.class, store::paths);
        }
    }

    @Test
    void saysWhichSchemaItCannotRead() throws IOException, SQLException {
        try (var connection = connect("wal")) {
            run(connection, "ALTER TABLE ValidPaths DROP COLUMN ca");
        }
        Files.writeString(database.resolveSibling("schema"), "7");
        try (var store = NixStore.open("local?root=" + root)) {
            var e = assertThrows(FormatException.class, () -> store.info(path(1)));
            assertEquals(
                    "[SQLITE_ERROR] SQL error or missing database (no such column: ca) in %s, which is of version '7' of Nix's schema, not 10"
                            .formatted(database),
                    e.problem());
        }
    }

    @Test
    void saysWhereThereIsNoStore() {
        assertThrows(
                NoSuchFileException.class, () -> NixStore.open("local?root=" + root + "/nowhere"));
        assertThrows(FormatException.class, () -> NixStore.open("local?root"));
        assertThrows(FormatException.class, () -> NixStore.open("daemon"));
    }

    private Connection connect(String mode) throws SQLException {
        var connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        run(connection, "PRAGMA journal_mode = " + mode);
        return connection;
    }

    private static void insert(Connection connection, int number) throws SQLException {
        run(
                connection,
                "INSERT INTO ValidPaths (path, hash, registrationTime, narSize) VALUES ('%s', '%s', 1, 120)"
                        .formatted(path(number), HASH));
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private static StorePath path(int number) {
        return new StorePath(StorePath.NIX_STORE, "%032d".formatted(number), "x");
    }

    private static List<StorePath> paths(NixStore store) throws IOException {
        try (var paths = store.paths()) {
            return paths.toList();
        }
    }

    private static List<String> names(Path folder) throws IOException {
        var names = new TreeSet<String>();
        try (var files = Files.newDirectoryStream(folder)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return List.copyOf(names);
    }
}
