package cairn.remote;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.NarCompression;
import cairn.nix.NarSource;
import cairn.nix.NixHash;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import cairn.nix.TreeReader;
import cairn.remote.NixDatabase.Session;
import cairn.store.PathInfo;
import cairn.store.PathStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A Nix store on this machine: its database and its files. Nothing is ever written to it.
///
/// The URI is `local`, for the machine's own, or `local?root=DIR`, for the one that `nix --store
/// DIR` uses. As with Nix, `store` names its paths, `state` is where its database is, `real` where
/// its files are, and `log` where its logs, if it is elsewhere than the root tells.
///
/// @see <a href="https://nix.dev/manual/nix/latest/store/types/local-store.html">Local store</a>
public final class NixStore implements PathStore {
    private static final String FORMAT = "nix database";
    private static final int MAX_LOG = 64 << 20;
    private static final String INFO =
            "SELECT id, hash, narSize, deriver, sigs, ca FROM ValidPaths WHERE path = ?";
    private static final String REFERENCES =
            "SELECT path FROM Refs JOIN ValidPaths ON id = reference WHERE referrer = ?";
    private static final String TABLE =
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?";
    private static final String REALISATION =
            """
            SELECT r.id, p.path, r.signatures
            FROM Realisations r JOIN ValidPaths p ON p.id = r.outputPath
            WHERE r.drvPath = ? AND r.outputName = ?\
            """;
    private static final String DEPENDENTS =
            """
            SELECT r.drvPath, r.outputName, p.path
            FROM RealisationsRefs f
            JOIN Realisations r ON r.id = f.realisationReference
            JOIN ValidPaths p ON p.id = r.outputPath
            WHERE f.referrer = ?\
            """;

    private final String uri;
    private final String folder;
    private final Path files;
    private final Path logs;
    private final NixDatabase database;

    private NixStore(String uri, String folder, Path files, Path logs, NixDatabase database) {
        this.uri = uri;
        this.folder = folder;
        this.files = files;
        this.logs = logs;
        this.database = database;
    }

    /// How far a store was filled, to tell later what came since.
    ///
    /// @param path the row of the path that was registered last
    /// @param realisation the row of the realisation that was
    public record Mark(long path, long realisation) {
        /// Before everything.
        public static final Mark START = new Mark(0, 0);
    }

    /// Opens the store that a URI names.
    ///
    /// @throws NoSuchFileException if there is none
    public static NixStore open(String uri) throws IOException {
        var parts = StoreUri.parse(uri, "root", "store", "state", "real", "log");
        if (!parts.base().equals("local")) {
            throw new FormatException("store uri", 0, "'" + uri + "' is not 'local'");
        }
        String folder = parts.parameter("store").orElse(StorePath.NIX_STORE);
        StorePath.checkFolder(folder);
        Path root = parts.path("root", Path.of("/"));
        Path state = parts.path("state", root.resolve("nix/var/nix"));
        return new NixStore(
                uri,
                folder,
                parts.path("real", root.resolve(folder.substring(1))),
                parts.path("log", root.resolve("nix/var/log/nix")).resolve("drvs"),
                new NixDatabase(state.resolve("db/db.sqlite")));
    }

    @Override
    public String uri() {
        return uri;
    }

    /// How far the store is filled now.
    public Mark mark() throws IOException {
        return database.read(session ->
                new Mark(
                        number(session, "SELECT max(id) FROM ValidPaths"),
                        hasRealisations(session)
                                ? number(session, "SELECT max(id) FROM Realisations")
                                : 0));
    }

    /// Whether a path is there and was not at a mark.
    public boolean isNew(StorePath path, Mark since) throws IOException {
        return database.read(session ->
                number(session, "SELECT id FROM ValidPaths WHERE path = ?", path.toString())
                        > since.path);
    }

    /// Whether a realisation is there and was not at a mark.
    public boolean isNew(Realisation.Id id, Mark since) throws IOException {
        return database.read(session ->
                hasRealisations(session)
                        && number(
                                        session,
                                        "SELECT id FROM Realisations WHERE drvPath = ? AND outputName = ?",
                                        id.derivation().toBase16(),
                                        id.output())
                                > since.realisation);
    }

    /// Where the files of a path are, or would be.
    public Path files(StorePath path) {
        return files.resolve(path.base());
    }

    @Override
    public Optional<PathInfo> info(StorePath path) throws IOException {
        return database.read(session -> {
            try (var rows = session.query(INFO, path.toString())) {
                return rows.next()
                        ? Optional.of(info(path, rows, references(session, rows.getLong(1))))
                        : Optional.empty();
            }
        });
    }

    @Override
    public Optional<StorePath> find(String hash) throws IOException {
        String start = folder + "/" + hash;
        var found =
                paths(
                        "SELECT path FROM ValidPaths WHERE path > ? AND path < ?",
                        start + "-",
                        start + ".");
        return found.stream().findFirst();
    }

    /// All paths, in the order in which they were registered.
    @Override
    public Stream<StorePath> paths() throws IOException {
        return paths("SELECT path FROM ValidPaths ORDER BY id").stream();
    }

    @Override
    public NarSource nar(StorePath path) throws IOException {
        if (info(path).isEmpty()) {
            throw new NoSuchFileException(path.toString(), null, "not in the store " + uri);
        }
        return new TreeReader(files(path));
    }

    @Override
    public void put(PathInfo info, NarSource content) throws IOException {
        throw new IOException("a Nix store is only read: " + uri);
    }

    @Override
    public Optional<Bytes> realisation(String id) throws IOException {
        var wanted = Realisation.Id.parse(id);
        return database.read(session -> {
            if (!hasRealisations(session)) {
                return Optional.empty();
            }
            try (var rows =
                    session.query(REALISATION, wanted.derivation().toBase16(), wanted.output())) {
                return rows.next()
                        ? Optional.of(realisation(session, wanted, rows).encode())
                        : Optional.empty();
            }
        });
    }

    @Override
    public Stream<String> realisations() throws IOException {
        return database
                .read(session -> {
                    var ids = new ArrayList<String>();
                    if (hasRealisations(session)) {
                        try (var rows =
                                session.query("SELECT drvPath, outputName FROM Realisations")) {
                            while (rows.next()) {
                                ids.add(rows.getString(1) + "!" + rows.getString(2));
                            }
                        }
                    }
                    return ids;
                })
                .stream();
    }

    @Override
    public Optional<Bytes> log(StorePath derivation) throws IOException {
        var log = logFile(derivation);
        return log.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        readLog(
                                log.get(),
                                log.get().toString().endsWith(".bz2")
                                        ? NarCompression.BZIP2
                                        : NarCompression.NONE));
    }

    /// When the last build of a derivation began, as far as its log tells.
    public Optional<Instant> logBegan(StorePath derivation) throws IOException {
        var log = logFile(derivation);
        return log.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        Files.readAttributes(log.get(), BasicFileAttributes.class)
                                .creationTime()
                                .toInstant());
    }

    private Optional<Path> logFile(StorePath derivation) {
        String base = derivation.base();
        return Stream.of(logs.resolve(base.substring(0, 2), base.substring(2)), logs.resolve(base))
                .flatMap(log -> Stream.of(log, log.resolveSibling(log.getFileName() + ".bz2")))
                .filter(Files::exists)
                .findFirst();
    }

    @Override
    public void close() throws IOException {
        database.close();
    }

    private static Bytes readLog(Path file, NarCompression compression) throws IOException {
        try (var packed = Files.newInputStream(file);
                var in = compression.decompress(packed, MAX_LOG)) {
            return Bytes.wrap(in.readAllBytes());
        }
    }

    private PathInfo info(StorePath path, ResultSet row, List<StorePath> references)
            throws SQLException, FormatException {
        var hash = narHash(path, row.getString("hash"));
        long size = row.getLong("narSize");
        if (size <= 0) {
            throw malformed(path, "has no size");
        }
        var deriver = row.getString("deriver");
        return new PathInfo(
                path,
                hash,
                size,
                references,
                deriver == null || deriver.isEmpty()
                        ? Optional.empty()
                        : Optional.of(storePath(deriver)),
                words(row.getString("sigs")),
                Optional.ofNullable(row.getString("ca")).filter(ca -> !ca.isEmpty()));
    }

    private List<StorePath> references(Session session, long id)
            throws SQLException, FormatException {
        return paths(session, REFERENCES, id);
    }

    private List<StorePath> paths(String sql, Object... values) throws IOException {
        return database.read(session -> paths(session, sql, values));
    }

    private List<StorePath> paths(Session session, String sql, Object... values)
            throws SQLException, FormatException {
        try (var rows = session.query(sql, values)) {
            var paths = new ArrayList<StorePath>();
            while (rows.next()) {
                paths.add(storePath(rows.getString(1)));
            }
            return paths;
        }
    }

    private Realisation realisation(Session session, Realisation.Id id, ResultSet row)
            throws SQLException, FormatException {
        var dependents = new TreeMap<Realisation.Id, StorePath>();
        try (var rows = session.query(DEPENDENTS, row.getLong(1))) {
            while (rows.next()) {
                dependents.put(
                        Realisation.Id.parse(rows.getString(1) + "!" + rows.getString(2)),
                        storePath(rows.getString(3)));
            }
        }
        return new Realisation(
                id,
                storePath(row.getString(2)),
                new TreeSet<>(words(row.getString(3))),
                dependents);
    }

    /// The number that a query gives, or zero.
    private static long number(Session session, String sql, Object... values) throws SQLException {
        try (var rows = session.query(sql, values)) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    /// Stores that never had the experimental feature have no such table.
    private static boolean hasRealisations(Session session) throws SQLException {
        try (var rows = session.query(TABLE, "Realisations")) {
            return rows.next();
        }
    }

    private StorePath storePath(@Nullable String text) throws FormatException {
        var path = StorePath.parse(Objects.requireNonNullElse(text, ""));
        if (!path.folder().equals(folder)) {
            throw malformed(path, "is not of the store " + folder);
        }
        return path;
    }

    private static NixHash narHash(StorePath path, @Nullable String text) throws FormatException {
        try {
            var hash = NixHash.parse(Objects.requireNonNullElse(text, ""));
            if (hash.algorithm() == NixHash.Algorithm.SHA256) {
                return hash;
            }
        } catch (FormatException e) {
            throw malformed(path, "has no hash: " + e.problem());
        }
        throw malformed(path, "has a hash that is not sha256");
    }

    private static List<String> words(@Nullable String text) {
        return text == null
                ? List.of()
                : Arrays.stream(text.split(" ")).filter(word -> !word.isEmpty()).toList();
    }

    private static FormatException malformed(StorePath path, String problem) {
        return new FormatException(FORMAT, 0, path + " " + problem);
    }
}
