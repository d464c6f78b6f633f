package cairn.store;

import java.sql.SQLException;

/// Counts and sizes of a store, at one instant.
///
/// @param narBytes the sizes of all paths' NARs in sum
/// @param blockBytes the sizes of all blocks in sum, each counted once
/// @param deltas how many frames are written as what they add to another
/// @param packBytes what all this takes on the disk, the index aside
/// @param damaged how many paths the last deep check of each found damaged
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
        long damaged) {

    static Statistics of(Database database) throws SQLException {
        try (var rows =
                database.query(
                        """
                        SELECT p.n, p.bytes, b.n, b.bytes, f.n, f.deltas, k.n, k.bytes, pins.n, damage.n FROM
                        (SELECT count(*) n, total(nar_size) bytes FROM path) p,
                        (SELECT count(*) n, total(length) bytes FROM block) b,
                        (SELECT count(*) n, total(base <> 0) deltas FROM frame) f,
                        (SELECT count(*) n, total(length) bytes FROM pack) k,
                        (SELECT count(*) n FROM pin) pins,
                        (SELECT count(*) n FROM damage) damage\
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
                    rows.getLong(10));
        }
    }
}
