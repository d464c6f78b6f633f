package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// What the index knows beside blocks: paths, pins, realisations, logs, events, changes. Each
/// answer is that of one instant. Safe for use by several threads.
public final class Catalog {
    private static final String PATH =
            """
            SELECT id, folder, hash, name, cid, tree, nar_hash, nar_size, self, deriver, ca, registered
            FROM path \
            """;

    private static final String SUMMARY =
            """
            SELECT folder, hash, name, cid, nar_size,
                (SELECT count(*) FROM reference WHERE path = path.id) + self,
                (SELECT count(*) FROM signature WHERE path = path.id), registered
            FROM path \
            """;
    private static final Pattern PART_OF_HASH =
            Pattern.compile("[0-9a-df-np-sv-zA-DF-NP-SV-Z]{5,32}");

    private final Index index;

    Catalog(Index index) {
        this.index = index;
    }

    /// A path in a list.
    ///
    /// @param references how many paths it refers to, itself included
    /// @param signatures how many signatures it has
    public record Summary(
            StorePath path,
            Cid cid,
            long narSize,
            int references,
            int signatures,
            Instant registeredAt) {}

    /// What is claimed of a path, whether it is believed or not.
    ///
    /// @param addressed whether it has a content address
    /// @param signers the names of the keys that are said to have signed it
    public record Claims(StorePath path, boolean addressed, Set<String> signers) {
        public Claims {
            signers = Set.copyOf(signers);
        }
    }

    /// All paths with their references, as numbers.
    ///
    /// @param narSizes by the place of a path in the list
    /// @param from reference `i` leads from path `from[i]` to path `to[i]`; none leads to itself
    @SuppressWarnings("ArrayRecordComponent") // there may be millions, and boxes are dear
    public record References(List<StorePath> paths, long[] narSizes, int[] from, int[] to) {}

    /// Something that happened, as [Transaction#event] was told.
    public record Event(long cursor, String topic, Instant at, Bytes data) {}

    /// Something that changed.
    ///
    /// @param cursor greater than that of every change before it
    /// @param kind `path`, `claim`, `removed`, `pin`, `unpin`, `realisation`, `log` or `event`
    /// @param subject the path, name, id or topic
    public record Change(long cursor, String kind, String subject) {}

    /// A realisation and whether this node vouches for it, see [Transaction#realise].
    public record StoredRealisation(String id, Bytes json, boolean vouched) {}

    public Optional<StoredPath> path(StorePath path) throws IOException {
        return first(
                PATH + "WHERE hash = ? AND folder = ? AND name = ?",
                path.hash(),
                path.folder(),
                path.name());
    }

    /// The path with these 32 characters.
    public Optional<StoredPath> path(String hash) throws IOException {
        return first(PATH + "WHERE hash = ?", hash);
    }

    /// The paths whose closure or whose tree a CID names, in the order of their text.
    public List<StoredPath> named(Cid cid) throws IOException {
        Bytes bytes = cid.toV1().encode();
        return paths(PATH + "WHERE cid = ? OR tree = ? ORDER BY folder, hash", bytes, bytes);
    }

    /// What the last deep check of a path found wrong with its content.
    public Optional<String> damage(StorePath path) throws IOException {
        return index.read(database -> {
            try (var rows =
                    database.query(
                            "SELECT reason FROM damage WHERE path = (SELECT id FROM path WHERE hash = ?)",
                            path.hash())) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        });
    }

    /// The 32 characters of a path that another store was [found][Store#noteOffer] to have.
    public Optional<String> offered(NixHash narHash) throws IOException {
        return index.read(database -> {
            try (var rows =
                    database.query("SELECT path FROM offer WHERE nar_hash = ?", narHash.digest())) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        });
    }

    /// The paths whose content the last deep check of each found damaged.
    public List<StorePath> damaged() throws IOException {
        return index.read(database -> {
            var paths = new ArrayList<StorePath>();
            try (var rows =
                    database.query(
                            "SELECT folder, hash, name FROM damage JOIN path ON path = id")) {
                while (rows.next()) {
                    paths.add(storePath(rows, 1));
                }
            }
            return paths;
        });
    }

    /// The paths whose NAR has this hash, in the order of their text.
    public List<StoredPath> withNar(NixHash narHash) throws IOException {
        return paths(PATH + "WHERE nar_hash = ? ORDER BY folder, hash", narHash.digest());
    }

    /// The paths whose name or hash begins with a text, by name; at most so many.
    public List<StoredPath> beginning(String prefix, int limit) throws IOException {
        return paths(
                PATH + "WHERE name GLOB ? OR hash GLOB ? ORDER BY name, hash LIMIT ?",
                glob(prefix),
                glob(prefix),
                limit);
    }

    /// Every path with all that is known of it, in the order of the text.
    public List<StoredPath> paths() throws IOException {
        return paths(PATH + "ORDER BY folder, hash");
    }

    /// The names of all paths, in no particular order.
    public List<StorePath> storePaths() throws IOException {
        return index.read(database -> {
            var found = new ArrayList<StorePath>();
            try (var rows = database.query("SELECT folder, hash, name FROM path")) {
                while (rows.next()) {
                    found.add(storePath(rows, 1));
                }
            }
            return found;
        });
    }

    /// Paths by name, then hash, whose name contains a text, in either case of letters; or whose
    /// hash does, if the text is long enough to be meant so.
    ///
    /// @param offset how many to leave out
    public List<Summary> list(String text, int offset, int limit) throws IOException {
        return index.read(database -> {
            var found = new ArrayList<Summary>();
            try (var rows =
                    database.query(
                            SUMMARY + filter(text) + "ORDER BY name, hash LIMIT ?2 OFFSET ?3",
                            like(text),
                            limit,
                            offset)) {
                while (rows.next()) {
                    found.add(
                            new Summary(
                                    storePath(rows, 1),
                                    cid(rows, 4),
                                    rows.getLong(5),
                                    rows.getInt(6),
                                    rows.getInt(7),
                                    Instant.ofEpochMilli(rows.getLong(8))));
                }
            }
            return found;
        });
    }

    /// All paths as [#list] gives them. Reads each table once from end to end, which takes a tenth
    /// of looking up what belongs to one path after the other.
    public List<Summary> summaries() throws IOException {
        var found =
                index.read(database -> {
                    var all = new ArrayList<Summary>();
                    // One snapshot for all queries.
                    database.script("BEGIN");
                    try {
                        int[] references = counts(database, "reference");
                        int[] signatures = counts(database, "signature");
                        try (var rows =
                                database.query(
                                        "SELECT id, self, folder, hash, name, cid, nar_size, registered FROM path")) {
                            while (rows.next()) {
                                int id = rows.getInt(1);
                                all.add(
                                        new Summary(
                                                storePath(rows, 3),
                                                cid(rows, 6),
                                                rows.getLong(7),
                                                references[id] + rows.getInt(2),
                                                signatures[id],
                                                Instant.ofEpochMilli(rows.getLong(8))));
                            }
                        }
                    } finally {
                        database.script("COMMIT");
                    }
                    return all;
                });
        found.sort(
                Comparator.comparing((Summary row) -> row.path().name())
                        .thenComparing(row -> row.path().hash()));
        return found;
    }

    /// What is claimed of every path of which anything is, in no particular order.
    public List<Claims> claims() throws IOException {
        return index.read(database -> {
            var claims = new ArrayList<Claims>();
            try (var rows =
                    database.query(
                            """
                            SELECT folder, hash, name, ca IS NOT NULL, group_concat(substr(text, 1, instr(text, ':') - 1), char(10))
                            FROM path LEFT JOIN signature ON path = id
                            WHERE ca IS NOT NULL OR text IS NOT NULL GROUP BY id\
                            """)) {
                while (rows.next()) {
                    String signers = rows.getString(5);
                    claims.add(
                            new Claims(
                                    storePath(rows, 1),
                                    rows.getBoolean(4),
                                    signers == null
                                            ? Set.of()
                                            : Set.copyOf(List.of(signers.split("\n", -1)))));
                }
            }
            return claims;
        });
    }

    /// How many rows of a table belong to each path, by the row of the path.
    private static int[] counts(Database database, String table) throws SQLException {
        long rowsEver = database.number("SELECT coalesce(max(id), 0) FROM path");
        var counts = new int[Math.toIntExact(rowsEver + 1)];
        try (var rows =
                database.query(
                        "SELECT path, count(*) FROM %s GROUP BY path ORDER BY path"
                                .formatted(table))) {
            while (rows.next()) {
                counts[rows.getInt(1)] = rows.getInt(2);
            }
        }
        return counts;
    }

    /// How many paths [#list] would give without limits.
    public int count(String text) throws IOException {
        return index.read(database ->
                (int) database.number("SELECT count(*) FROM path " + filter(text), like(text)));
    }

    /// The paths that refer to a path, other than itself, in the order of their text.
    public List<StorePath> referrers(StorePath path) throws IOException {
        return index.read(database -> {
            var found = new ArrayList<StorePath>();
            try (var rows =
                    database.query(
                            """
                            SELECT p.folder, p.hash, p.name FROM path t
                            JOIN reference r ON r.target = t.id JOIN path p ON p.id = r.path
                            WHERE t.hash = ? ORDER BY p.folder, p.hash\
                            """,
                            path.hash())) {
                while (rows.next()) {
                    found.add(storePath(rows, 1));
                }
            }
            return found;
        });
    }

    /// Every path and every reference as numbers, in no particular order.
    public References references() throws IOException {
        return index.read(database -> {
            var paths = new ArrayList<StorePath>();
            var sizes = LongStream.builder();
            var from = IntStream.builder();
            var to = IntStream.builder();
            // One snapshot for both queries.
            database.script("BEGIN");
            try {
                long rowsEver = database.number("SELECT coalesce(max(id), 0) FROM path");
                int[] places = new int[Math.toIntExact(rowsEver + 1)];
                try (var rows =
                        database.query("SELECT id, folder, hash, name, nar_size FROM path")) {
                    while (rows.next()) {
                        places[rows.getInt(1)] = paths.size();
                        paths.add(storePath(rows, 2));
                        sizes.add(rows.getLong(5));
                    }
                }
                // Said so, because SQLite may otherwise walk the index of referrers.
                try (var rows =
                        database.query(
                                "SELECT path, target FROM reference ORDER BY path, target")) {
                    while (rows.next()) {
                        from.add(places[rows.getInt(1)]);
                        to.add(places[rows.getInt(2)]);
                    }
                }
            } finally {
                database.script("COMMIT");
            }
            return new References(
                    paths, sizes.build().toArray(), from.build().toArray(), to.build().toArray());
        });
    }

    /// All pins, by name.
    public List<Pin> pins() throws IOException {
        return index.read(database -> {
            var found = new ArrayList<Pin>();
            try (var rows = database.query("SELECT name, cid, since FROM pin ORDER BY name")) {
                while (rows.next()) {
                    found.add(
                            new Pin(
                                    rows.getString(1),
                                    cid(rows, 2),
                                    Instant.ofEpochMilli(rows.getLong(3))));
                }
            }
            return found;
        });
    }

    public Optional<StoredRealisation> realisation(String id) throws IOException {
        return index.read(database -> {
            try (var rows =
                    database.query("SELECT json, vouched FROM realisation WHERE id = ?", id)) {
                return rows.next()
                        ? Optional.of(
                                new StoredRealisation(
                                        id, Database.bytes(rows, 1), rows.getBoolean(2)))
                        : Optional.empty();
            }
        });
    }

    /// All realisations, by id.
    public List<StoredRealisation> realisations() throws IOException {
        return index.read(database -> {
            var found = new ArrayList<StoredRealisation>();
            try (var rows =
                    database.query("SELECT id, json, vouched FROM realisation ORDER BY id")) {
                while (rows.next()) {
                    found.add(
                            new StoredRealisation(
                                    rows.getString(1),
                                    Database.bytes(rows, 2),
                                    rows.getBoolean(3)));
                }
            }
            return found;
        });
    }

    /// The UnixFS file that holds the build log of a derivation.
    public Optional<Cid> log(StorePath derivation) throws IOException {
        return index.read(database -> {
            try (var rows =
                    database.query(
                            "SELECT cid FROM log WHERE derivation = ?", derivation.toString())) {
                return rows.next() ? Optional.of(cid(rows, 1)) : Optional.empty();
            }
        });
    }

    /// The build logs by the derivation that they are of.
    public Map<StorePath, Cid> logs() throws IOException {
        return index.read(database -> {
            var found = new TreeMap<StorePath, Cid>();
            try (var rows = database.query("SELECT derivation, cid FROM log")) {
                while (rows.next()) {
                    found.put(StorePath.parse(rows.getString(1)), cid(rows, 2));
                }
            }
            return found;
        });
    }

    /// A signature that came after its path did; since the epoch if nobody wrote down when.
    public record LateSignature(StorePath path, String signature, Instant at) {}

    /// The signatures that came later than their paths.
    public List<LateSignature> lateSignatures() throws IOException {
        return index.read(database -> {
            var found = new ArrayList<LateSignature>();
            try (var rows =
                    database.query(
                            """
                            SELECT folder, hash, name, signature, at FROM late JOIN path ON path.id = late.path
                            ORDER BY at, path.id, signature\
                            """)) {
                while (rows.next()) {
                    found.add(
                            new LateSignature(
                                    storePath(rows, 1),
                                    rows.getString(4),
                                    Instant.ofEpochMilli(rows.getLong(5))));
                }
            }
            return found;
        });
    }

    /// The events of a topic after a cursor, oldest first.
    public List<Event> events(String topic, long after, int limit) throws IOException {
        return index.read(database -> {
            var found = new ArrayList<Event>();
            try (var rows =
                    database.query(
                            "SELECT cursor, at, data FROM event WHERE topic = ? AND cursor > ? ORDER BY cursor LIMIT ?",
                            topic,
                            after,
                            limit)) {
                while (rows.next()) {
                    found.add(
                            new Event(
                                    rows.getLong(1),
                                    topic,
                                    Instant.ofEpochMilli(rows.getLong(2)),
                                    Database.bytes(rows, 3)));
                }
            }
            return found;
        });
    }

    /// What changed after a cursor, oldest first; zero is before everything.
    public List<Change> changes(long after, int limit) throws IOException {
        return index.read(database -> {
            var found = new ArrayList<Change>();
            try (var rows =
                    database.query(
                            "SELECT cursor, kind, subject FROM change WHERE cursor > ? ORDER BY cursor LIMIT ?",
                            after,
                            limit)) {
                while (rows.next()) {
                    found.add(new Change(rows.getLong(1), rows.getString(2), rows.getString(3)));
                }
            }
            return found;
        });
    }

    /// The cursor of the last change, or zero if there was none.
    public long lastChange() throws IOException {
        return index.read(
                database -> database.number("SELECT coalesce(max(cursor), 0) FROM change"));
    }

    private Optional<StoredPath> first(String sql, Object... values) throws IOException {
        return paths(sql, values).stream().findFirst();
    }

    private List<StoredPath> paths(String sql, Object... values) throws IOException {
        return index.read(database -> {
            var found = new ArrayList<StoredPath>();
            try (var rows = database.query(sql, values)) {
                while (rows.next()) {
                    found.add(stored(database, rows));
                }
            }
            return found;
        });
    }

    private static StoredPath stored(Database database, ResultSet rows)
            throws SQLException, IOException {
        long row = rows.getLong(1);
        var path = storePath(rows, 2);
        var references = new ArrayList<StorePath>();
        try (var found =
                database.query(
                        "SELECT p.folder, p.hash, p.name FROM reference r JOIN path p ON p.id = r.target WHERE r.path = ?",
                        row)) {
            while (found.next()) {
                references.add(storePath(found, 1));
            }
        }
        if (rows.getBoolean(9)) {
            references.add(path);
        }
        var signatures = new ArrayList<String>();
        try (var found =
                database.query("SELECT text FROM signature WHERE path = ? ORDER BY text", row)) {
            while (found.next()) {
                signatures.add(found.getString(1));
            }
        }
        String deriver = rows.getString(10);
        var info =
                new PathInfo(
                        path,
                        NixHash.sha256(Database.bytes(rows, 7)),
                        rows.getLong(8),
                        references,
                        deriver == null ? Optional.empty() : Optional.of(StorePath.parse(deriver)),
                        signatures,
                        Optional.ofNullable(rows.getString(11)));
        return new StoredPath(
                info, cid(rows, 5), cid(rows, 6), Instant.ofEpochMilli(rows.getLong(12)));
    }

    static StorePath storePath(ResultSet rows, int column) throws SQLException {
        return new StorePath(
                rows.getString(column), rows.getString(column + 1), rows.getString(column + 2));
    }

    static Cid cid(ResultSet rows, int column) throws SQLException, FormatException {
        return Cid.decode(Database.bytes(rows, column));
    }

    /// Both columns are in the index by name, so that nothing else is read of what does not match.
    private static String filter(String text) {
        if (text.isEmpty()) {
            return "WHERE ?1 <> '' ";
        }
        return PART_OF_HASH.matcher(text).matches()
                ? "WHERE (name LIKE ?1 ESCAPE '\\' OR hash LIKE ?1 ESCAPE '\\') "
                : "WHERE name LIKE ?1 ESCAPE '\\' ";
    }

    private static String like(String text) {
        return "%" + text.replaceAll("[\\\\%_]", "\\\\$0") + "%";
    }

    private static String glob(String prefix) {
        return prefix.replaceAll("[*?\\[]", "[$0]") + "*";
    }
}
