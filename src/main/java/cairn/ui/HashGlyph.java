package cairn.ui;

/// A small symmetric pattern drawn from a digest, by which equal things look equal across the
/// screen.
final class HashGlyph {
    static final int SIZE = 5;
    private static final int HALF = (SIZE + 1) / 2;

    private HashGlyph() {}

    /// The shape of a digest's pattern inside its square.
    static Raster.Shape of(long digest) {
        boolean[] cells = cells(digest);
        return (u, v) -> {
            int row = (int) Math.floor(v * SIZE);
            int column = (int) Math.floor(u * SIZE);
            boolean inside = row >= 0 && row < SIZE && column >= 0 && column < SIZE;
            return inside && cells[row * SIZE + column];
        };
    }

    /// The cells of the pattern, row by row; never all empty.
    static boolean[] cells(long digest) {
        var cells = new boolean[SIZE * SIZE];
        for (int row = 0; row < SIZE; row++) {
            for (int column = 0; column < HALF; column++) {
                boolean on = (digest >>> row * HALF + column & 1) != 0;
                cells[row * SIZE + column] = on;
                cells[row * SIZE + SIZE - 1 - column] = on;
            }
        }
        cells[SIZE * SIZE / 2] |= (digest & (1 << SIZE * HALF) - 1) == 0;
        return cells;
    }
}
