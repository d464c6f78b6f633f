package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.nix.StorePath;
import cairn.store.Journal.Statement;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What one commit says beside blocks: it all becomes visible at once, or not at all.
///
/// Each statement is also written to the journal of the pack, so that the index can be rebuilt.
/// Valid only inside the work that it is handed to, on its thread.
public final class Transaction {
    private static final int ORDINAL_BITS = 24;

    private final Database database;
    private final long sequence;
    private final JournalWriter journal;
    private long cursor;

    Transaction(Database database, long sequence, JournalWriter journal) {
        this.database = database;
        this.sequence = sequence;
        this.journal = journal;
        cursor = sequence << ORDINAL_BITS;
    }

    /// What is done in one commit.
    @FunctionalInterface
    public interface Work<T> {
        T run(Transaction transaction) throws IOException, SQLException;
    }

    /// Registers a path whose blocks are stored and whose references are registered. If the path is
    /// here already it stays what it is, and only its claims grow.
    ///
    /// @return whether the path is new
    /// @throws FileAlreadyExistsException if the path is here with another node, or another path
    ///   with the same hash
    /// @throws IOException if references are missing; names them
    public boolean register(StoredPath path) throws IOException, SQLException {
        var info = path.info();
        var known = pathRow(info.path());
        if (known.isPresent()) {
            requireSame(known.get(), path);
            claim(info.path(), info.deriver(), info.ca(), info.signatures(), path.registeredAt());
            return false;
        }
        requireFree(info.path());
        var targets = new ArrayList<Long>();
        var missing = new ArrayList<StorePath>();
        for (StorePath reference : info.dependencies()) {
            pathRow(reference).ifPresentOrElse(targets::add, () -> missing.add(reference));
        }
        if (!missing.isEmpty()) {
            throw new MissingReferenceException(
                    "%s refers to paths that are not here: %s"
                            .formatted(
                                    info.path(),
                                    String.join(
                                            ", ",
                                            missing.stream().map(StorePath::toString).toList())));
        }
        long row =
                database.number(
                        """
                        INSERT INTO path (hash, name, folder, cid, tree, nar_hash, nar_size, self, registered, sequence)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id\
                        """,
                        info.path().hash(),
                        info.path().name(),
                        info.path().folder(),
                        path.cid().encode(),
                        path.tree().encode(),
                        info.narHash().digest(),
                        info.narSize(),
                        info.refersToItself(),
                        path.registeredAt().toEpochMilli(),
                        sequence);
        for (long target : targets) {
            database.run("INSERT INTO reference (path, target) VALUES (?, ?)", row, target);
        }
        setClaims(row, info.deriver(), info.ca(), info.signatures());
        write(new Statement.Registered(path), "path", info.path().toString());
        return true;
    }

    /// Adds signatures to a path, and sets its deriver and content address where they are given.
    ///
    /// @param at when the signatures came
    /// @return whether that changed anything; false also if the path is not here
    public boolean claim(
            StorePath path,
            Optional<StorePath> deriver,
            Optional<String> ca,
            List<String> signatures,
            Instant at)
            throws IOException, SQLException {
        var row = pathRow(path);
        if (row.isEmpty()) {
            return false;
        }
        for (String signature : signatures) {
            database.run(
                    """
                    INSERT OR IGNORE INTO late (path, signature, at) SELECT ?1, ?2, ?3
                    WHERE NOT EXISTS (SELECT 1 FROM signature WHERE path = ?1 AND text = ?2)\
                    """,
                    row.get(),
                    signature,
                    at.toEpochMilli());
        }
        if (!setClaims(row.get(), deriver, ca, signatures)) {
            return false;
        }
        write(new Statement.Claimed(path, deriver, ca, signatures, at), "claim", path.toString());
        return true;
    }

    /// Removes a path that nothing else refers to; its blocks stay until they are collected.
    ///
    /// @return whether it was here
    boolean remove(StorePath path) throws IOException, SQLException {
        var row = pathRow(path);
        if (row.isEmpty()) {
            return false;
        }
        database.run("DELETE FROM reference WHERE path = ?", row.get());
        database.run("DELETE FROM reference WHERE target = ?", row.get());
        database.run("DELETE FROM signature WHERE path = ?", row.get());
        database.run("DELETE FROM late WHERE path = ?", row.get());
        database.run("DELETE FROM damage WHERE path = ?", row.get());
        database.run("DELETE FROM path WHERE id = ?", row.get());
        write(new Statement.Removed(path), "removed", path.toString());
        return true;
    }

    /// Pins a DAG under a name; a pin of that name is replaced.
    public void pin(Pin pin) throws IOException, SQLException {
        database.run(
                "INSERT OR REPLACE INTO pin (name, cid, since) VALUES (?, ?, ?)",
                pin.name(),
                pin.cid().encode(),
                pin.since().toEpochMilli());
        write(new Statement.Pinned(pin), "pin", pin.name());
    }

    /// Removes a pin.
    ///
    /// @return whether there was one of this name
    public boolean unpin(String name) throws IOException, SQLException {
        if (database.change("DELETE FROM pin WHERE name = ?", name) == 0) {
            return false;
        }
        write(new Statement.Unpinned(name), "unpin", name);
        return true;
    }

    /// Keeps the realisation of a derivation's output; one of the same id is replaced.
    ///
    /// @param vouched whether this node built it or one who may say so brought it
    public void realise(String id, Bytes json, boolean vouched) throws IOException, SQLException {
        database.run(
                "INSERT OR REPLACE INTO realisation (id, json, vouched) VALUES (?, ?, ?)",
                id,
                json,
                vouched);
        write(new Statement.Realised(id, json, vouched), "realisation", id);
    }

    /// Names the UnixFS file that holds the build log of a derivation.
    public void log(StorePath derivation, Cid cid) throws IOException, SQLException {
        database.run(
                "INSERT OR REPLACE INTO log (derivation, cid) VALUES (?, ?)",
                derivation.toString(),
                cid.encode());
        write(new Statement.Logged(derivation, cid), "log", derivation.toString());
    }

    /// Appends an entry to the events of a topic.
    ///
    /// @return its cursor, greater than that of every event before it
    public long event(String topic, Instant at, Bytes data) throws IOException, SQLException {
        long cursor = write(new Statement.Happened(topic, at, data), "event", topic);
        database.run(
                "INSERT INTO event (cursor, topic, at, data) VALUES (?, ?, ?, ?)",
                cursor,
                topic,
                at.toEpochMilli(),
                data);
        return cursor;
    }

    /// The connection of this transaction, for those who keep tables of their own in the index.
    /// They must be able to rebuild them from [#event]s, and neither commit nor close.
    public Connection connection() {
        return database.connection();
    }

    /// Does again what a journal says.
    void replay(Statement statement) throws IOException, SQLException {
        switch (statement) {
            case Statement.Registered(var path) -> register(path);
            case Statement.Removed(var path) -> remove(path);
            case Statement.Claimed(var path, var deriver, var ca, var signatures, var at) ->
                    claim(path, deriver, ca, signatures, at);
            case Statement.Pinned(var pin) -> pin(pin);
            case Statement.Unpinned(var name) -> unpin(name);
            case Statement.Realised(var id, var json, var vouched) -> realise(id, json, vouched);
            case Statement.Logged(var derivation, var cid) -> log(derivation, cid);
            case Statement.Happened(var topic, var at, var data) -> event(topic, at, data);
        }
    }

    Database database() {
        return database;
    }

    private Optional<Long> pathRow(StorePath path) throws SQLException {
        try (var rows =
                database.query(
                        "SELECT id FROM path WHERE hash = ? AND folder = ? AND name = ?",
                        path.hash(),
                        path.folder(),
                        path.name())) {
            return rows.next() ? Optional.of(rows.getLong(1)) : Optional.empty();
        }
    }

    /// Refuses other content under the name of a path that came first, which its claims are not
    /// about.
    private void requireSame(long row, StoredPath path) throws IOException, SQLException {
        try (var rows = database.query("SELECT cid FROM path WHERE id = ?", row)) {
            if (rows.next() && !Catalog.cid(rows, 1).equals(path.cid())) {
                throw new FileAlreadyExistsException(
                        path.info().path().toString(),
                        null,
                        "is here with other content or other references: %s, not %s"
                                .formatted(Catalog.cid(rows, 1), path.cid()));
            }
        }
    }

    /// Refuses a path whose hash another has, because paths are found by their hashes alone.
    private void requireFree(StorePath path) throws IOException, SQLException {
        try (var rows =
                database.query("SELECT folder, hash, name FROM path WHERE hash = ?", path.hash())) {
            if (rows.next()) {
                throw new FileAlreadyExistsException(
                        path.toString(),
                        null,
                        "another path with this hash is here: " + Catalog.storePath(rows, 1));
            }
        }
    }

    private boolean setClaims(
            long row, Optional<StorePath> deriver, Optional<String> ca, List<String> signatures)
            throws SQLException {
        int changed = 0;
        if (deriver.isPresent()) {
            String text = deriver.get().toString();
            changed +=
                    database.change(
                            "UPDATE path SET deriver = ? WHERE id = ? AND deriver IS NOT ?",
                            text,
                            row,
                            text);
        }
        if (ca.isPresent()) {
            changed +=
                    database.change(
                            "UPDATE path SET ca = ? WHERE id = ? AND ca IS NOT ?",
                            ca.get(),
                            row,
                            ca.get());
        }
        for (String signature : signatures) {
            changed +=
                    database.change(
                            "INSERT OR IGNORE INTO signature (path, text) VALUES (?, ?)",
                            row,
                            signature);
        }
        return changed > 0;
    }

    private long write(Statement statement, String kind, String subject)
            throws IOException, SQLException {
        cursor++;
        database.run(
                "INSERT INTO change (cursor, kind, subject) VALUES (?, ?, ?)",
                cursor,
                kind,
                subject);
        journal.write(statement);
        return cursor;
    }
}
