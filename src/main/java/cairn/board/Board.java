package cairn.board;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.JsonObject;
import cairn.store.Store;
import cairn.store.Transaction;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// The blackboards of a home, one for each project: what agents found, what they are about to find
/// out, and what they have to mind. Safe for use by several threads and processes.
///
/// The first write of an id wins: one more succeeds and changes nothing. Each write is a
/// transaction of its own, and its event is in the same one; the tables follow from the events of
/// topic `board`. An event is a [Write] in JSON, with `stream` and `sequence` if a stream has it.
/// What changed nothing is no event.
///
/// What a fact names by a CID, as a text anywhere in its description, is kept as if pinned while
/// the fact is on the board.
public final class Board {
    /// What the events are of.
    public static final String TOPIC = "board";

    private static final int BATCH = 1000;

    private final Store store;

    public Board(Store store) {
        this.store = store;
    }

    /// Where a stream has a write.
    ///
    /// @param stream its name, and what tells it from another of that name
    public record Place(String stream, long sequence) {}

    /// Something on a board with the number behind which a list goes on.
    public record Numbered<T>(long number, T value) {}

    /// A write that no stream had when it was done.
    ///
    /// @param cursor of its event
    public record Own(long cursor, Write write) {}

    /// Does one write.
    public Outcome write(Write write) throws IOException {
        return store.commit(tx -> write(tx, write, Optional.empty()));
    }

    /// Does a write that a stream has, unless it was done already. Such writes have to come in the
    /// order of the stream.
    public Outcome write(Write write, Place place) throws IOException {
        return store.commit(tx -> {
            Tables tables = upToDate(tx);
            return place.sequence <= tables.heard(place.stream)
                    ? Outcome.known(write.target())
                    : write(tx, write, Optional.of(place));
        });
    }

    /// What came of a write that a stream has and that was heard before, as far as the board tells.
    public Outcome known(Write write) throws IOException {
        return read(Outcome.known(write.target()), tables -> tables.known(write));
    }

    /// Does many writes in one transaction.
    public List<Outcome> ingest(List<Write> writes) throws IOException {
        return store.commit(tx -> {
            var outcomes = new ArrayList<Outcome>();
            for (Write write : writes) {
                outcomes.add(write(tx, write, Optional.empty()));
            }
            return outcomes;
        });
    }

    private Outcome write(Transaction tx, Write write, Optional<Place> place)
            throws IOException, SQLException {
        Tables tables = upToDate(tx);
        var outcome = tables.take(write, place.isEmpty());
        if (outcome.kind() == Outcome.Kind.DONE) {
            var fields = write.fields();
            place.ifPresent(at -> {
                fields.put("stream", at.stream);
                fields.put("sequence", at.sequence);
            });
            tables.setCursor(tx.event(TOPIC, write.at(), JsonObject.bytes(fields)));
            if (place.isPresent()) {
                tables.setHeard(place.get());
            }
        }
        return outcome;
    }

    /// The last message of a stream that changed something here.
    public long heard(String stream) throws IOException {
        return read(0L, tables -> tables.heard(stream));
    }

    /// The names of the projects, in order.
    public List<String> projects() throws IOException {
        return read(List.of(), Tables::projects);
    }

    public Optional<Fact> fact(String project, String id) throws IOException {
        return read(Optional.empty(), tables -> tables.fact(project, id).map(Numbered::value));
    }

    public Optional<Intent> intent(String project, String id) throws IOException {
        return read(Optional.empty(), tables -> tables.intent(project, id).map(Numbered::value));
    }

    public Optional<Hint> hint(String project, String id) throws IOException {
        return read(Optional.empty(), tables -> tables.hint(project, id).map(Numbered::value));
    }

    /// Whether a fact or hint is there as it was written.
    public boolean has(Write write) throws IOException {
        return switch (write) {
            case Write.SubmitFact(String project, Fact fact) ->
                    fact(project, fact.id()).equals(Optional.of(fact));
            case Write.SubmitHint(String project, Hint hint) ->
                    hint(project, hint.id()).equals(Optional.of(hint));
            default -> throw new IllegalArgumentException(write.name() + " writes neither");
        };
    }

    private static final String BEHIND = "WHERE project = ? AND number > ? ORDER BY number LIMIT ?";

    /// The facts of a project in the order in which they came.
    ///
    /// @param after the number of the last one of the list before, zero for the beginning
    public List<Numbered<Fact>> facts(String project, long after, int limit) throws IOException {
        return read(List.of(), tables -> tables.facts(BEHIND, project, after, limit));
    }

    public List<Numbered<Intent>> intents(String project, long after, int limit)
            throws IOException {
        return read(List.of(), tables -> tables.intents(BEHIND, project, after, limit));
    }

    public List<Numbered<Hint>> hints(String project, long after, int limit) throws IOException {
        return read(List.of(), tables -> tables.hints(BEHIND, project, after, limit));
    }

    /// Facts and hints that no stream had when they were written, in order.
    public List<Own> ownAfter(long cursor, int limit) throws IOException {
        var own = new ArrayList<Own>();
        long last = cursor;
        while (own.isEmpty()) {
            var events = store.catalog().events(TOPIC, last, limit);
            if (events.isEmpty()) {
                return own;
            }
            for (var event : events) {
                last = event.cursor();
                var json = JsonObject.parse(TOPIC, event.data());
                var write = Write.parse(json);
                if (!json.has("stream")
                        && (write instanceof Write.SubmitFact
                                || write instanceof Write.SubmitHint)) {
                    own.add(new Own(event.cursor(), write));
                }
            }
        }
        return own;
    }

    /// What is kept because facts name it.
    public Collection<Cid> roots() throws IOException {
        var cids = new LinkedHashSet<Cid>();
        if (store.read(this::isUpToDate)) {
            for (String cid : read(List.<String>of(), Tables::named)) {
                cids.add(Cid.parse(cid));
            }
        } else {
            // Who asks may hold the lock that it takes to bring the tables up to date.
            long cursor = 0;
            for (var some = store.catalog().events(TOPIC, cursor, BATCH);
                    !some.isEmpty();
                    some = store.catalog().events(TOPIC, cursor, BATCH)) {
                for (var event : some) {
                    cursor = event.cursor();
                    switch (Write.parse(JsonObject.parse(TOPIC, event.data()))) {
                        case Write.SubmitFact(_, Fact fact) -> cids.addAll(Tables.named(fact));
                        case Write.Conclude(_, Fact fact) -> cids.addAll(Tables.named(fact));
                        default -> {}
                    }
                }
            }
        }
        return cids;
    }

    /// The replay hash: SHA-256 over what the tables say. Two boards with the same are the same.
    public String hash() throws IOException {
        return read("", Tables::hash);
    }

    /// Makes the tables anew from the events.
    public void rebuild() throws IOException {
        int _ =
                store.commit(tx -> {
                    new Tables(tx.connection()).drop();
                    var _ = upToDate(tx);
                    return 0;
                });
    }

    @FunctionalInterface
    private interface Reading<T> {
        T of(Tables tables) throws IOException, SQLException;
    }

    /// @param empty what it is as long as nothing was written
    private <T> T read(T empty, Reading<T> reading) throws IOException {
        if (!store.read(this::isUpToDate)) {
            int _ =
                    store.commit(tx -> {
                        var _ = upToDate(tx);
                        return 0;
                    });
        }
        return store.read(connection -> {
            var tables = new Tables(connection);
            return tables.areThere() ? reading.of(tables) : empty;
        });
    }

    private boolean isUpToDate(Connection connection) throws IOException, SQLException {
        var tables = new Tables(connection);
        return store.catalog().events(TOPIC, tables.areThere() ? tables.cursor() : 0, 1).isEmpty();
    }

    /// The tables with every event in them: an index that was rebuilt has none of them.
    private Tables upToDate(Transaction tx) throws IOException, SQLException {
        var tables = new Tables(tx.connection());
        if (!tables.areThere()) {
            tables.make();
        }
        long cursor = tables.cursor();
        for (var some = store.catalog().events(TOPIC, cursor, BATCH);
                !some.isEmpty();
                some = store.catalog().events(TOPIC, cursor, BATCH)) {
            for (var event : some) {
                cursor = event.cursor();
                replay(tables, event.data());
            }
            tables.setCursor(cursor);
        }
        return tables;
    }

    private static void replay(Tables tables, Bytes event) throws IOException, SQLException {
        var json = JsonObject.parse(TOPIC, event);
        var outcome = tables.take(Write.parse(json), !json.has("stream"));
        if (outcome.kind() != Outcome.Kind.DONE) {
            throw new FormatException(
                    TOPIC,
                    0,
                    "an event cannot be replayed: " + outcome.kind() + " " + outcome.reason());
        }
        if (json.has("stream")) {
            tables.setHeard(new Place(json.text("stream"), json.number("sequence")));
        }
    }
}
