package cairn.remote;

import cairn.cid.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads the database of a Nix store while others may write it, and never writes anything there.
///
/// SQLite makes files beside a database with a write-ahead log even for those who only read. Made
/// by root they would lock out the store's owner. So how the database is read depends on what is
/// there:
///
/// - The log and its index: someone has the database open, and we read along (`mode=ro`).
/// - Neither of them, or an empty log: nobody has. The file is read as it is (`immutable=1`), and
///   if it was found changed after a query, the query's result is thrown away and it runs again.
/// - Leftovers of a crash, or files that we may not share: a copy of all is read, once it was made
///   without anything changing meanwhile, and made anew when something changed.
///
/// Safe for use by several threads, one at a time.
///
/// @see <a href="https://www.sqlite.org/wal.html#read_only_databases">Read-only WAL databases</a>
final class NixDatabase implements AutoCloseable {
    private static final String FORMAT = "nix database";
    private static final int ATTEMPTS = 20;

    /// Of Nix since 2.0.
    private static final String SCHEMA = "10";

    private static final List<String> PARTS = List.of("", "-wal", "-journal");

    /// SQLITE_ERROR, which is what a table that is not there gives, SQLITE_CORRUPT, SQLITE_NOTADB.
    private static final List<Integer> MALFORMED = List.of(1, 11, 26);

    private final Path file;
    private @Nullable Snapshot current;

    NixDatabase(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(
                    file.toString(), null, "does not exist, so there is no Nix store");
        }
        this.file = file;
    }

    @FunctionalInterface
    interface Query<T> {
        T run(Session session) throws SQLException, FormatException;
    }

    /// An open connection, with its statements prepared once.
    static final class Session {
        private final Connection connection;
        private final Map<String, PreparedStatement> statements = new HashMap<>();

        private Session(Connection connection) {
            this.connection = connection;
        }

        /// Runs a query; the caller closes the rows before the same query runs again.
        ResultSet query(String sql, Object... values) throws SQLException {
            var statement = statements.get(sql);
            if (statement == null) {
                statement = connection.prepareStatement(sql);
                statements.put(sql, statement);
            }
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeQuery();
        }
    }

    /// How the database is read.
    private enum Access {
        SHARED,
        UNCHANGED,
        COPIED
    }

    /// An open session and the state of the files that it was opened in.
    private record Snapshot(Session session, Access access, State state, Optional<Path> copies) {}

    /// What the files look like from outside.
    private record State(List<Optional<Part>> parts) {
        State {
            parts = List.copyOf(parts);
        }
    }

    private record Part(Optional<Object> key, long size, FileTime modified) {}

    synchronized <T> T read(Query<T> query) throws IOException {
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                var last = current;
                var snapshot = last == null ? open(state()) : last;
                current = snapshot;
                // What was copied just now is how the database was at an instant of this call.
                boolean fresh = last == null && snapshot.access == Access.COPIED;
                try {
                    T result = query.run(snapshot.session);
                    if (fresh || isCurrent(snapshot)) {
                        return result;
                    }
                } catch (SQLException | FormatException e) {
                    if (fresh || isCurrent(snapshot)) {
                        throw e;
                    }
                }
                close();
            }
        } catch (SQLException e) {
            throw translated(e);
        }
        throw new IOException(file + " is being written all the time; try again later");
    }

    @Override
    public synchronized void close() throws IOException {
        var snapshot = current;
        current = null;
        if (snapshot == null) {
            return;
        }
        try {
            snapshot.session.connection.close();
        } catch (SQLException e) {
            throw translated(e);
        } finally {
            if (snapshot.copies.isPresent()) {
                deleteAll(snapshot.copies.get());
            }
        }
    }

    /// Tells whether an open connection shows the database as it is.
    private boolean isCurrent(Snapshot snapshot) throws IOException {
        var state = state();
        return snapshot.access == Access.SHARED
                ? key(snapshot.state).equals(key(state))
                : snapshot.state.equals(state);
    }

    private static Optional<Object> key(State state) {
        return state.parts.getFirst().flatMap(Part::key);
    }

    private Snapshot open(State state) throws IOException, SQLException {
        var log = state.parts.get(1);
        boolean interrupted = state.parts.get(2).filter(part -> part.size > 0).isPresent();
        if (!interrupted && log.isPresent() && Files.exists(beside("-shm"))) {
            try {
                var session = connect(file, "?mode=ro");
                probe(session.connection);
                return new Snapshot(session, Access.SHARED, state, Optional.empty());
            } catch (SQLException e) {
                if (isMalformed(e)) {
                    throw e;
                }
                return copy();
            }
        }
        if (!interrupted && log.filter(part -> part.size > 0).isEmpty()) {
            return new Snapshot(
                    connect(file, "?mode=ro&immutable=1"),
                    Access.UNCHANGED,
                    state,
                    Optional.empty());
        }
        return copy();
    }

    /// Copies the files until nothing changed meanwhile.
    private Snapshot copy() throws IOException, SQLException {
        Path folder = Files.createTempDirectory("cairn-nix-db");
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                var before = state();
                for (String part : PARTS) {
                    Path target = folder.resolve("db" + part);
                    try {
                        Files.copy(beside(part), target, StandardCopyOption.REPLACE_EXISTING);
                    } catch (NoSuchFileException _) {
                        Files.deleteIfExists(target);
                    }
                }
                if (before.equals(state())) {
                    return new Snapshot(
                            connect(folder.resolve("db"), ""),
                            Access.COPIED,
                            before,
                            Optional.of(folder));
                }
            }
            throw new IOException(file + " is being written all the time; try again later");
        } catch (IOException | SQLException e) {
            deleteAll(folder);
            throw e;
        }
    }

    private static void probe(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT count(*) FROM sqlite_master");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private static Session connect(Path file, String parameters) throws SQLException {
        return new Session(
                DriverManager.getConnection(
                        "jdbc:sqlite:file:" + file.toUri().getRawPath() + parameters));
    }

    private State state() throws IOException {
        var parts = new ArrayList<Optional<Part>>();
        for (String suffix : PARTS) {
            parts.add(part(beside(suffix)));
        }
        return new State(parts);
    }

    private Optional<Part> part(Path part) throws IOException {
        // Looking first is quicker than an exception for what is seldom there.
        if (!part.equals(file) && !Files.exists(part)) {
            return Optional.empty();
        }
        try {
            var attributes = Files.readAttributes(part, BasicFileAttributes.class);
            return Optional.of(
                    new Part(
                            Optional.ofNullable(attributes.fileKey()),
                            attributes.size(),
                            attributes.lastModifiedTime()));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    private Path beside(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private static void deleteAll(Path folder) throws IOException {
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path copy : files) {
                Files.delete(copy);
            }
        }
        Files.delete(folder);
    }

    private IOException translated(SQLException e) {
        String message = Objects.requireNonNullElse(e.getMessage(), "unknown");
        return isMalformed(e)
                ? new FormatException(FORMAT, 0, message + " in " + file + otherSchema())
                : new IOException(file + " cannot be read: " + message, e);
    }

    /// Says so if the database is of a Nix that keeps other tables.
    private String otherSchema() {
        try {
            String version = Files.readString(file.resolveSibling("schema")).strip();
            return version.equals(SCHEMA)
                    ? ""
                    : ", which is of version '%s' of Nix's schema, not %s"
                            .formatted(version.substring(0, Math.min(version.length(), 8)), SCHEMA);
        } catch (IOException _) {
            return "";
        }
    }

    private static boolean isMalformed(SQLException e) {
        return MALFORMED.contains(e.getErrorCode() & 0xff);
    }
}
