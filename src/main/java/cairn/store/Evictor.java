package cairn.store;

import cairn.cid.Cid;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/// Makes a store smaller by the paths that nobody asked for the longest.
///
/// What stays is found from its end: pins and logs first, then path after path with all that it
/// needs, the one asked for last before the others, as long as there is room. So nothing goes that
/// something younger needs. The rest is collected, with the care that a [Collector] takes of what
/// is being written.
final class Evictor {
    /// Of the limit, this part stays free, so that not each import has to make room.
    private static final int FREE = 10;

    private final Store store;
    private final Roots roots;
    private final Progress progress;

    Evictor(Store store, Roots roots, Progress progress) {
        this.store = store;
        this.roots = roots;
        this.progress = progress;
    }

    /// Remembers when paths were asked for last.
    static void touch(Store store, Map<String, Instant> times) throws IOException {
        int _ =
                store.index()
                        .write(database -> {
                            for (var time : times.entrySet()) {
                                database.run(
                                        "INSERT OR REPLACE INTO access (hash, at) VALUES (?, ?)",
                                        time.getKey(),
                                        time.getValue().toEpochMilli());
                            }
                            return times.size();
                        });
    }

    Collected run(long limit) throws IOException {
        long paths = 0;
        long blocks = 0;
        long bytes = 0;
        long target = limit - limit / FREE;
        var damaged = new LinkedHashSet<Cid>();
        for (long size = size(); size > limit; ) {
            long before = store.index().counter("sequence");
            var kept = kept(target);
            var collected = new Collector(store, () -> with(kept, before), false, progress).run();
            paths += collected.paths();
            blocks += collected.blocks();
            bytes += collected.bytes();
            damaged.addAll(collected.damaged());
            long now = size();
            if (now >= size && collected.blocks() == 0) {
                break;
            }
            if (since(before).isEmpty()) {
                // Frames that are used by half stay whole, so more has to go than was reckoned.
                target -= Math.max(0, now - limit);
            }
            size = now;
        }
        if (paths > 0) {
            int _ =
                    store.index()
                            .write(database -> {
                                return database.change(
                                        "DELETE FROM access WHERE hash NOT IN (SELECT hash FROM path)");
                            });
        }
        return new Collected(paths, blocks, bytes, List.copyOf(damaged));
    }

    /// What was chosen to stay, what must stay, and what came since that was chosen.
    private Collection<Cid> with(List<Cid> kept, long sequence) throws IOException {
        var all = new ArrayList<>(kept);
        all.addAll(roots.cids());
        all.addAll(since(sequence));
        return all;
    }

    /// The paths that came after a commit.
    private List<Cid> since(long sequence) throws IOException {
        return cids("SELECT cid FROM path WHERE sequence > ?", sequence);
    }

    private long size() throws IOException {
        return store.index().read(database -> database.number("SELECT total(length) FROM pack"));
    }

    /// The younger paths, as many as there is room for beside what stays anyway.
    private List<Cid> kept(long room) throws IOException {
        var marker = new Marker(store, progress, true);
        marker.mark(roots.cids());
        marker.mark(cids("SELECT cid FROM pin UNION SELECT cid FROM log"));
        var kept = new ArrayList<Cid>();
        for (Cid cid :
                cids(
                        """
                        SELECT p.cid FROM path p LEFT JOIN access a ON a.hash = p.hash
                        ORDER BY max(coalesce(a.at, 0), p.registered) DESC, p.id DESC\
                        """)) {
            marker.mark(List.of(cid));
            if (marker.bytes() > room) {
                break;
            }
            kept.add(cid);
        }
        return kept;
    }

    private List<Cid> cids(String sql, Object... values) throws IOException {
        return store.index()
                .read(database -> {
                    var cids = new ArrayList<Cid>();
                    try (var rows = database.query(sql, values)) {
                        while (rows.next()) {
                            cids.add(Catalog.cid(rows, 1));
                        }
                    }
                    return cids;
                });
    }
}
