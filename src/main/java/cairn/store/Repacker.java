package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.store.PackRewriter.Row;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/// Writes frames anew with a similar, older frame as dictionary, where that saves enough.
///
/// Every frame is looked at once, in the order in which frames lie in the packs. It is compared by
/// its [Sketch] with those that were looked at before it and stayed whole; that which has most in
/// common, among equals the oldest, becomes its base if the frame gets a tenth shorter by it.
/// Otherwise it stays whole, compressed with more care, and may become a base itself. What others
/// build on from before, as after a repair, stays whole in any case. So no base is itself a delta,
/// reading takes two frames at most, and the outcome depends on nothing but the packs.
///
/// Or only compresses what was written loosely, and leaves the rest to another time.
final class Repacker {
    private static final int MIN_SHARED = 2;

    private final Store store;
    private final boolean looseOnly;
    private final Progress progress;
    private final Map<Long, List<Long>> fresh = new HashMap<>();
    private final List<Long> looked = new ArrayList<>();
    private final List<Long> compressed = new ArrayList<>();
    private long deltas;
    private long done;

    Repacker(Store store, boolean looseOnly, Progress progress) {
        this.store = store;
        this.looseOnly = looseOnly;
        this.progress = progress;
    }

    Repacked run() throws IOException {
        try (var _ = Collector.lock(store);
                var rewriter = new PackRewriter(store, false)) {
            // Before their frames: a pack that a writer makes longer meanwhile is left alone.
            var lengths = store.index().read(Repacker::lengths);
            var packs = store.index().read(this::packs);
            long total =
                    packs.values().stream().flatMap(List::stream).filter(Candidate::isNew).count();
            for (var pack : packs.entrySet()) {
                if (pack.getValue().stream().anyMatch(Candidate::isNew)
                        && rewriter.begin(pack.getKey(), lengths.getOrDefault(pack.getKey(), 0L))) {
                    for (Candidate frame : pack.getValue()) {
                        progress.check();
                        move(rewriter, frame);
                        progress.step("frames", done, total);
                    }
                    if (rewriter.end()) {
                        remember();
                    }
                }
            }
            rewriter.finish();
            remember();
            return new Repacked(done, deltas, rewriter.freed());
        }
    }

    /// A frame.
    ///
    /// @param isNew whether it is to be looked at
    /// @param isBase whether others build on it already
    private record Candidate(Row row, boolean isNew, boolean isBase) {}

    private void move(PackRewriter rewriter, Candidate candidate) throws IOException {
        Row row = candidate.row;
        if (candidate.isNew) {
            done++;
            compressed.add(row.id());
            try {
                Frame frame = store.packs().frame(row.at());
                if (looseOnly) {
                    moveWhole(rewriter, row, frame);
                    return;
                }
                long[] sketch = Sketch.of(frame.payload());
                if (!candidate.isBase && moveAsDelta(rewriter, row, frame, sketch)) {
                    return;
                }
                moveWhole(rewriter, row, frame);
                for (long number : sketch) {
                    fresh.computeIfAbsent(number, _ -> new ArrayList<>()).add(row.id());
                }
                looked.add(row.id());
                return;
            } catch (FormatException _) {
                // Damaged: it stays as it is, and is no base.
            }
        }
        rewriter.copy(row);
    }

    private boolean moveAsDelta(PackRewriter rewriter, Row row, Frame frame, long[] sketch)
            throws IOException {
        var base = mostSimilar(sketch);
        if (base.isEmpty()) {
            return false;
        }
        Frame below = store.packs().frame(store.index().frame(base.getAsLong()));
        Bytes delta =
                store.codec()
                        .delta(
                                frame.list(),
                                frame.payload(),
                                Frame.identity(below.list()),
                                below.payload());
        if (delta.length() * 10L > row.at().length() * 9L) {
            return false;
        }
        rewriter.move(row, delta, base.getAsLong());
        deltas++;
        return true;
    }

    private void moveWhole(PackRewriter rewriter, Row row, Frame frame) throws IOException {
        Bytes dense = store.codec().dense(frame.list(), frame.payload());
        if (dense.length() < row.at().length()) {
            rewriter.move(row, dense, 0);
        } else {
            rewriter.copy(row);
        }
    }

    /// The whole frame that shares most with a sketch, if any shares enough.
    private OptionalLong mostSimilar(long[] sketch) throws IOException {
        var shared = new TreeMap<Long, Integer>();
        for (long number : sketch) {
            fresh.getOrDefault(number, List.of())
                    .forEach(frame -> shared.merge(frame, 1, Integer::sum));
            for (long frame : remembered(number)) {
                shared.merge(frame, 1, Integer::sum);
            }
        }
        return shared.entrySet().stream()
                .filter(entry -> entry.getValue() >= MIN_SHARED)
                .max(
                        Map.Entry.<Long, Integer>comparingByValue()
                                .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
                .map(entry -> OptionalLong.of(entry.getKey()))
                .orElse(OptionalLong.empty());
    }

    private List<Long> remembered(long number) throws IOException {
        return store.index()
                .read(database -> {
                    var frames = new ArrayList<Long>();
                    try (var rows =
                            database.query(
                                    """
                                    SELECT s.frame FROM sketch s JOIN frame f ON f.id = s.frame
                                    WHERE s.number = ?\
                                    """,
                                    number)) {
                        while (rows.next()) {
                            frames.add(rows.getLong(1));
                        }
                    }
                    return frames;
                });
    }

    /// Keeps the sketches of the frames that stayed whole for the next time.
    private void remember() throws IOException {
        int _ =
                store.index()
                        .write(database -> {
                            for (var entry : fresh.entrySet()) {
                                for (long frame : entry.getValue()) {
                                    database.run(
                                            "INSERT OR IGNORE INTO sketch (number, frame) VALUES (?, ?)",
                                            entry.getKey(),
                                            frame);
                                }
                            }
                            for (long frame : looked) {
                                database.run("UPDATE frame SET looked = 1 WHERE id = ?", frame);
                            }
                            for (long frame : compressed) {
                                database.run("DELETE FROM loose WHERE frame = ?", frame);
                            }
                            database.run(
                                    "DELETE FROM loose WHERE frame NOT IN (SELECT id FROM frame)");
                            database.run(
                                    "DELETE FROM sketch WHERE frame NOT IN (SELECT id FROM frame)");
                            return 0;
                        });
        fresh.clear();
        looked.clear();
        compressed.clear();
    }

    private static Map<Long, Long> lengths(Database database) throws SQLException {
        var lengths = new HashMap<Long, Long>();
        try (var rows = database.query("SELECT id, length FROM pack")) {
            while (rows.next()) {
                lengths.put(rows.getLong(1), rows.getLong(2));
            }
        }
        return lengths;
    }

    private Map<Long, List<Candidate>> packs(Database database) throws SQLException {
        var packs = new TreeMap<Long, List<Candidate>>();
        try (var rows =
                database.query(
                        """
                        SELECT pack, offset, length, raw, base, id, sequence, looked,
                        id IN (SELECT frame FROM loose), id IN (SELECT base FROM frame)
                        FROM frame ORDER BY pack, offset\
                        """)) {
            while (rows.next()) {
                var row = new Row(rows.getLong(6), Index.frame(rows), rows.getLong(7));
                boolean isNew =
                        looseOnly
                                ? rows.getBoolean(9)
                                : row.at().base() == 0 && !rows.getBoolean(8);
                packs.computeIfAbsent(row.at().pack(), _ -> new ArrayList<>())
                        .add(new Candidate(row, isNew, rows.getBoolean(10)));
            }
        }
        return packs;
    }
}
