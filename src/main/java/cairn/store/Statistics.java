package cairn.store;

import java.sql.SQLException;
import java.util.OptionalDouble;

/// Counts and sizes of a store, at one instant.
///
/// @param narBytes the sizes of all paths' NARs in sum
/// @param blockBytes the sizes of all blocks in sum, each counted once
/// @param deltas how many frames are written as what they add to another
/// @param packBytes what all this takes on the disk, the index aside
/// @param damaged how many paths the last deep check of each found damaged
/// @param hits how many of the paths that Nix asked for were here, up to the last minutes of a node
///   that runs
/// @param misses how many were not
public record Statistics(
        long paths,
        long narBytes,
        long blocks,
        long blockBytes,
        long frames,
        long deltas,
        long packs,
        long packBytes,
        long pins,
        long damaged,
        long hits,
        long misses) {

    /// How many of the paths that were asked for were here, from 0 to 1; empty if none was asked
    /// for.
    public OptionalDouble hitRate() {
        return hits + misses == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((double) hits / (hits + misses));
    }

    static Statistics of(Database database) throws SQLException {
        try (var rows =
                database.query(
                        """
                        SELECT p.n, p.bytes, b.n, b.bytes, f.n, f.deltas, k.n, k.bytes, pins.n, damage.n, asked.hits, asked.misses FROM
                        (SELECT count(*) n, total(nar_size) bytes FROM path) p,
                        (SELECT count(*) n, total(length) bytes FROM block) b,
                        (SELECT count(*) n, total(base <> 0) deltas FROM frame) f,
                        (SELECT count(*) n, total(length) bytes FROM pack) k,
                        (SELECT count(*) n FROM pin) pins,
                        (SELECT count(*) n FROM damage) damage,
                        (SELECT total(value * (name = 'hits')) hits, total(value * (name = 'misses')) misses FROM counter) asked\
                        """)) {
            rows.next();
            return new Statistics(
                    rows.getLong(1),
                    rows.getLong(2),
                    rows.getLong(3),
                    rows.getLong(4),
                    rows.getLong(5),
                    rows.getLong(6),
                    rows.getLong(7),
                    rows.getLong(8),
                    rows.getLong(9),
                    rows.getLong(10),
                    rows.getLong(11),
                    rows.getLong(12));
        }
    }
}
