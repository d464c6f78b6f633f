package cairn.board;

import static java.nio.charset.StandardCharsets.UTF_8;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.cid.JsonObject;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The tables of the boards, over one connection to the index.
final class Tables {
    /// What no stream has is `own`. One of that id that a stream has takes its place, and what a
    /// stream has is about nothing else that is own, for others do not have that.
    private static final String SCRIPT =
            """
            CREATE TABLE IF NOT EXISTS board_state (cursor INTEGER NOT NULL);
            INSERT INTO board_state SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM board_state);
            CREATE TABLE IF NOT EXISTS board_stream (stream TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS board_fact (number INTEGER PRIMARY KEY, project TEXT NOT NULL, id TEXT NOT NULL,
                description TEXT NOT NULL, creator TEXT NOT NULL, origin TEXT NOT NULL, at INTEGER NOT NULL, expires INTEGER,
                own INTEGER NOT NULL, UNIQUE (project, id));
            CREATE TABLE IF NOT EXISTS board_named (project TEXT NOT NULL, fact TEXT NOT NULL, cid TEXT NOT NULL,
                PRIMARY KEY (project, fact, cid)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS board_intent (number INTEGER PRIMARY KEY, project TEXT NOT NULL, id TEXT NOT NULL,
                description TEXT NOT NULL, creator TEXT NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL, worker TEXT,
                heartbeat INTEGER, fact TEXT, own INTEGER NOT NULL, UNIQUE (project, id));
            CREATE TABLE IF NOT EXISTS board_source (project TEXT NOT NULL, intent TEXT NOT NULL, fact TEXT NOT NULL,
                PRIMARY KEY (project, intent, fact)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS board_hint (number INTEGER PRIMARY KEY, project TEXT NOT NULL, id TEXT NOT NULL,
                description TEXT NOT NULL, creator TEXT NOT NULL, at INTEGER NOT NULL, own INTEGER NOT NULL, UNIQUE (project, id));
            """;

    /// What is compared, each in an order that the content alone gives.
    private static final List<String> CONTENT =
            List.of(
                    "SELECT stream, sequence FROM board_stream ORDER BY stream",
                    """
                    SELECT project, id, description, creator, origin, at, expires, own
                    FROM board_fact ORDER BY project, id\
                    """,
                    "SELECT project, fact, cid FROM board_named ORDER BY project, fact, cid",
                    """
                    SELECT project, id, description, creator, at, status, worker, heartbeat, fact, own
                    FROM board_intent ORDER BY project, id\
                    """,
                    "SELECT project, intent, fact FROM board_source ORDER BY project, intent, fact",
                    """
                    SELECT project, id, description, creator, at, own
                    FROM board_hint ORDER BY project, id\
                    """);

    private final Connection connection;

    Tables(Connection connection) {
        this.connection = connection;
    }

    boolean areThere() throws SQLException {
        return number("SELECT count(*) FROM sqlite_master WHERE name = 'board_hint'") > 0;
    }

    void make() throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate(SCRIPT);
        }
    }

    void drop() throws SQLException {
        for (String table :
                List.of("state", "stream", "fact", "named", "intent", "source", "hint")) {
            run("DROP TABLE IF EXISTS board_" + table);
        }
    }

    /// The last event that they have.
    long cursor() throws SQLException {
        return number("SELECT cursor FROM board_state");
    }

    void setCursor(long cursor) throws SQLException {
        run("UPDATE board_state SET cursor = ?", cursor);
    }

    /// The last message of a stream that changed something here.
    long heard(String stream) throws SQLException {
        return number(
                "SELECT coalesce((SELECT sequence FROM board_stream WHERE stream = ?), 0)", stream);
    }

    void setHeard(Board.Place place) throws SQLException {
        run(
                "INSERT OR REPLACE INTO board_stream (stream, sequence) VALUES (?, ?)",
                place.stream(),
                place.sequence());
    }

    /// Does a write.
    ///
    /// @param own whether no stream has it
    Outcome take(Write write, boolean own) throws SQLException {
        return switch (write) {
            case Write.SubmitFact(String project, Fact fact) -> add(project, fact, own);
            case Write.SubmitIntent intent -> add(intent, own);
            case Write.SubmitHint(String project, Hint hint) -> add(project, hint, own);
            case Write.Work work -> work(work, own);
            case Write.Conclude conclude -> conclude(conclude, own);
            case Write.Expire expire -> expire(expire, own);
        };
    }

    private Outcome add(String project, Fact fact, boolean own) throws SQLException {
        if (!own) {
            // The order of the stream decides who was first.
            if (run(
                            "DELETE FROM board_fact WHERE project = ? AND id = ? AND own",
                            project,
                            fact.id())
                    > 0) {
                run("DELETE FROM board_named WHERE project = ? AND fact = ?", project, fact.id());
            }
        }
        int added =
                run(
                        """
                        INSERT OR IGNORE INTO board_fact (project, id, description, creator, origin, at, expires, own)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)\
                        """,
                        project,
                        fact.id(),
                        fact.description(),
                        fact.creator(),
                        fact.origin(),
                        fact.at().toEpochMilli(),
                        fact.expiresAt().map(Instant::toEpochMilli).orElse(null),
                        own);
        if (added == 0) {
            return Outcome.known(fact.id());
        }
        for (Cid cid : named(fact)) {
            run(
                    "INSERT OR IGNORE INTO board_named (project, fact, cid) VALUES (?, ?, ?)",
                    project,
                    fact.id(),
                    cid.toString());
        }
        return Outcome.done(fact.id());
    }

    /// What a fact names by a CID.
    static Set<Cid> named(Fact fact) {
        var cids = new LinkedHashSet<Cid>();
        for (String text : JsonObject.textsIn(fact.description())) {
            try {
                cids.add(Cid.parse(text).toV1());
            } catch (FormatException _) {
                // Most texts are no CIDs.
            }
        }
        return cids;
    }

    private Outcome add(Write.SubmitIntent intent, boolean own) throws SQLException {
        if (number(
                        "SELECT count(*) FROM board_intent WHERE project = ? AND id = ? AND (? OR NOT own)",
                        intent.project(),
                        intent.id(),
                        own)
                > 0) {
            return Outcome.known(intent.id());
        }
        for (String source : intent.sources()) {
            if (first(facts(one(own), intent.project(), source)).isEmpty()) {
                return Outcome.missing(source, "fact");
            }
        }
        if (!own
                && run(
                                "DELETE FROM board_intent WHERE project = ? AND id = ? AND own",
                                intent.project(),
                                intent.id())
                        > 0) {
            run(
                    "DELETE FROM board_source WHERE project = ? AND intent = ?",
                    intent.project(),
                    intent.id());
        }
        run(
                """
                INSERT INTO board_intent (project, id, description, creator, at, status, own)
                VALUES (?, ?, ?, ?, ?, ?, ?)\
                """,
                intent.project(),
                intent.id(),
                intent.description(),
                intent.creator(),
                intent.at().toEpochMilli(),
                Intent.Status.SUBMITTED.name(),
                own);
        for (String source : intent.sources()) {
            run(
                    "INSERT INTO board_source (project, intent, fact) VALUES (?, ?, ?)",
                    intent.project(),
                    intent.id(),
                    source);
        }
        return Outcome.done(intent.id());
    }

    private Outcome add(String project, Hint hint, boolean own) throws SQLException {
        if (!own) {
            run("DELETE FROM board_hint WHERE project = ? AND id = ? AND own", project, hint.id());
        }
        int added =
                run(
                        """
                        INSERT OR IGNORE INTO board_hint (project, id, description, creator, at, own)
                        VALUES (?, ?, ?, ?, ?, ?)\
                        """,
                        project,
                        hint.id(),
                        hint.description(),
                        hint.creator(),
                        hint.at().toEpochMilli(),
                        own);
        return added == 0 ? Outcome.known(hint.id()) : Outcome.done(hint.id());
    }

    private Outcome work(Write.Work work, boolean own) throws SQLException {
        var found = first(intents(one(own), work.project(), work.intent()));
        if (found.isEmpty()) {
            return Outcome.missing(work.intent(), "intent");
        }
        var intent = found.get().value();
        boolean isHolder =
                intent.status() == Intent.Status.CLAIMED
                        && intent.worker().equals(Optional.of(work.worker()));
        if (work.step() == Write.Step.CLAIM) {
            if (isHolder) {
                return Outcome.known(intent.id());
            }
            if (intent.status() != Intent.Status.SUBMITTED) {
                return Outcome.conflict(intent.id(), held(intent));
            }
        } else if (!isHolder) {
            return Outcome.conflict(intent.id(), held(intent));
        }
        boolean released = work.step() == Write.Step.RELEASE;
        run(
                "UPDATE board_intent SET status = ?, worker = ?, heartbeat = ? WHERE project = ? AND id = ?",
                (released ? Intent.Status.SUBMITTED : Intent.Status.CLAIMED).name(),
                released ? null : work.worker(),
                released ? null : work.at().toEpochMilli(),
                work.project(),
                work.intent());
        return Outcome.done(intent.id());
    }

    private static String held(Intent intent) {
        return switch (intent.status()) {
            case SUBMITTED -> "nobody has claimed intent " + intent.id();
            case CLAIMED ->
                    "%s has claimed intent %s".formatted(intent.worker().orElse(""), intent.id());
            case CONCLUDED ->
                    "%s has concluded intent %s".formatted(intent.worker().orElse(""), intent.id());
        };
    }

    private Outcome conclude(Write.Conclude conclude, boolean own) throws SQLException {
        var found = first(intents(one(own), conclude.project(), conclude.intent()));
        if (found.isEmpty()) {
            return Outcome.missing(conclude.intent(), "intent");
        }
        var intent = found.get().value();
        boolean isHolder = intent.worker().equals(Optional.of(conclude.worker()));
        String id = conclude.fact().id();
        if (isHolder
                && intent.status() == Intent.Status.CONCLUDED
                && intent.fact().equals(Optional.of(id))) {
            return Outcome.known(id);
        }
        if (!isHolder || intent.status() != Intent.Status.CLAIMED) {
            return Outcome.conflict(intent.id(), held(intent));
        }
        var _ = add(conclude.project(), conclude.fact(), own);
        run(
                "UPDATE board_intent SET status = ?, fact = ?, heartbeat = ? WHERE project = ? AND id = ?",
                Intent.Status.CONCLUDED.name(),
                id,
                conclude.at().toEpochMilli(),
                conclude.project(),
                intent.id());
        return Outcome.done(id);
    }

    /// What came of a write that was heard before: it is known if all is as it wanted.
    Outcome known(Write write) throws SQLException {
        return switch (write) {
            case Write.SubmitFact _, Write.SubmitHint _ -> Outcome.known(write.target());
            case Write.SubmitIntent intent -> known(intent);
            case Write.Work work -> {
                boolean released = work.step() == Write.Step.RELEASE;
                yield known(
                        work.project(),
                        work.intent(),
                        work.intent(),
                        intent ->
                                released && intent.status() == Intent.Status.SUBMITTED
                                        || intent.status() == Intent.Status.CLAIMED
                                                && intent.worker()
                                                        .equals(Optional.of(work.worker())));
            }
            case Write.Conclude conclude ->
                    known(
                            conclude.project(),
                            conclude.intent(),
                            conclude.fact().id(),
                            intent ->
                                    intent.worker().equals(Optional.of(conclude.worker()))
                                            && intent.fact()
                                                    .equals(Optional.of(conclude.fact().id())));
            case Write.Expire expire ->
                    first(facts(one(false), expire.project(), expire.fact())).isEmpty()
                            ? Outcome.known(expire.fact())
                            : Outcome.conflict(
                                    expire.fact(), "fact " + expire.fact() + " is not over");
        };
    }

    private Outcome known(Write.SubmitIntent intent) throws SQLException {
        if (!intents(one(false), intent.project(), intent.id()).isEmpty()) {
            return Outcome.known(intent.id());
        }
        for (String source : intent.sources()) {
            if (facts(one(false), intent.project(), source).isEmpty()) {
                return Outcome.missing(source, "fact");
            }
        }
        return Outcome.missing(intent.id(), "intent");
    }

    private Outcome known(String project, String id, String about, Predicate<Intent> wanted)
            throws SQLException {
        var found = first(intents(one(false), project, id));
        if (found.isEmpty()) {
            return Outcome.missing(id, "intent");
        }
        var intent = found.get().value();
        return wanted.test(intent) ? Outcome.known(about) : Outcome.conflict(id, held(intent));
    }

    private Outcome expire(Write.Expire expire, boolean own) throws SQLException {
        var found = first(facts(one(own), expire.project(), expire.fact()));
        if (found.isEmpty()) {
            return Outcome.missing(expire.fact(), "fact");
        }
        var end = found.get().value().expiresAt();
        if (end.isEmpty()) {
            return Outcome.conflict(expire.fact(), "fact " + expire.fact() + " does not expire");
        }
        if (end.get().isAfter(expire.at())) {
            return Outcome.conflict(
                    expire.fact(), "fact %s is good until %s".formatted(expire.fact(), end.get()));
        }
        run(
                "DELETE FROM board_named WHERE project = ? AND fact = ?",
                expire.project(),
                expire.fact());
        run("DELETE FROM board_fact WHERE project = ? AND id = ?", expire.project(), expire.fact());
        return Outcome.done(expire.fact());
    }

    /// @param own whether one that no stream has may be meant
    private static String one(boolean own) {
        return "WHERE project = ? AND id = ?" + (own ? "" : " AND NOT own");
    }

    Optional<Board.Numbered<Fact>> fact(String project, String id) throws SQLException {
        return first(facts(one(true), project, id));
    }

    Optional<Board.Numbered<Intent>> intent(String project, String id) throws SQLException {
        return first(intents(one(true), project, id));
    }

    Optional<Board.Numbered<Hint>> hint(String project, String id) throws SQLException {
        return first(hints(one(true), project, id));
    }

    private static <T> Optional<T> first(List<T> all) {
        return all.stream().findFirst();
    }

    /// @param which what comes behind the name of the table
    List<Board.Numbered<Fact>> facts(String which, Object... values) throws SQLException {
        return rows(
                "SELECT number, id, description, creator, origin, at, expires FROM board_fact "
                        + which,
                row ->
                        new Board.Numbered<>(
                                row.getLong(1),
                                new Fact(
                                        row.getString(2),
                                        row.getString(3),
                                        row.getString(4),
                                        row.getString(5),
                                        Instant.ofEpochMilli(row.getLong(6)),
                                        time(row, 7))),
                values);
    }

    List<Board.Numbered<Intent>> intents(String which, Object... values) throws SQLException {
        String sources =
                "(SELECT json_group_array(fact) FROM (SELECT fact FROM board_source s WHERE"
                        + " s.project = i.project AND s.intent = i.id ORDER BY fact))";
        return rows(
                "SELECT number, id, description, creator, at, status, worker, heartbeat, fact, "
                        + sources
                        + " FROM board_intent i "
                        + which,
                row ->
                        new Board.Numbered<>(
                                row.getLong(1),
                                new Intent(
                                        row.getString(2),
                                        JsonObject.textsIn(row.getString(10)),
                                        row.getString(3),
                                        row.getString(4),
                                        Instant.ofEpochMilli(row.getLong(5)),
                                        Intent.Status.valueOf(row.getString(6)),
                                        Optional.ofNullable(row.getString(7)),
                                        time(row, 8),
                                        Optional.ofNullable(row.getString(9)))),
                values);
    }

    List<Board.Numbered<Hint>> hints(String which, Object... values) throws SQLException {
        return rows(
                "SELECT number, id, description, creator, at FROM board_hint " + which,
                row ->
                        new Board.Numbered<>(
                                row.getLong(1),
                                new Hint(
                                        row.getString(2),
                                        row.getString(3),
                                        row.getString(4),
                                        Instant.ofEpochMilli(row.getLong(5)))),
                values);
    }

    List<String> projects() throws SQLException {
        return rows(
                """
                SELECT project FROM board_fact UNION SELECT project FROM board_intent
                UNION SELECT project FROM board_hint ORDER BY 1\
                """,
                row -> row.getString(1));
    }

    List<String> named() throws SQLException {
        return rows("SELECT DISTINCT cid FROM board_named", row -> row.getString(1));
    }

    /// SHA-256 over all rows, each value with its length before it.
    String hash() throws SQLException {
        MessageDigest hasher = HashFunction.sha256();
        for (String query : CONTENT) {
            hasher.update(query.getBytes(UTF_8));
            try (var statement = connection.prepareStatement(query);
                    var rows = statement.executeQuery()) {
                int columns = rows.getMetaData().getColumnCount();
                while (rows.next()) {
                    for (int i = 1; i <= columns; i++) {
                        String value = rows.getString(i);
                        byte[] bytes = (value == null ? "" : value).getBytes(UTF_8);
                        String length = value == null ? "-" : Integer.toString(bytes.length);
                        hasher.update((length + "\n").getBytes(UTF_8));
                        hasher.update(bytes);
                    }
                }
            }
        }
        return Bytes.wrap(hasher.digest()).toHex();
    }

    private static Optional<Instant> time(ResultSet row, int column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    @FunctionalInterface
    private interface Reading<T> {
        T of(ResultSet row) throws SQLException;
    }

    private <T> List<T> rows(String query, Reading<T> reading, @Nullable Object... values)
            throws SQLException {
        try (var statement = prepared(query, values);
                var rows = statement.executeQuery()) {
            var all = new ArrayList<T>();
            while (rows.next()) {
                all.add(reading.of(rows));
            }
            return all;
        }
    }

    private long number(String query, Object... values) throws SQLException {
        return rows(query, row -> row.getLong(1), values).getFirst();
    }

    private int run(String text, @Nullable Object... values) throws SQLException {
        try (var statement = prepared(text, values)) {
            return statement.executeUpdate();
        }
    }

    private PreparedStatement prepared(String text, @Nullable Object... values)
            throws SQLException {
        var statement = connection.prepareStatement(text);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }
}
