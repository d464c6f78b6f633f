package cairn.ui;

import cairn.graph.LayeredLayout;

/// How strongly links are drawn where they lie, by how densely they lie there.
///
/// The layout is cut into cells. What counts is the part of the layout around a cell that a view
/// shows at once, not where the view stands: so a link looks the same wherever it is moved to.
final class GraphInk {
    /// Edges are drawn at a third of their strength.
    static final double THIN = 0.34;

    /// How often over links may cover the picture at that strength; more are fainter.
    private static final double COVER = 0.45;

    /// How faint links get; where that is not enough only a sample of them is drawn, always the
    /// same, which looks as dense and takes bounded time.
    private static final double LEAST = 0.16;

    /// How many links are drawn as curves; more are drawn straight.
    private static final int CURVES = 5_000;

    private static final int SIDE = 64;
    private static final int SAMPLE_BITS = 16;
    private static final int SPREAD = 0x9E3779B1;

    private final double wide;
    private final double high;
    private final Sums lengths = new Sums();
    private final Sums counts = new Sums();
    private final short[] cells;

    /// How links of a cell are drawn.
    ///
    /// @param curved rather than straight
    /// @param strength of each, 0 to 1
    /// @param sample how many of 65,536 are drawn
    record Pen(boolean curved, double strength, int sample) {
        boolean draws(int link) {
            return link * SPREAD >>> 32 - SAMPLE_BITS < sample;
        }
    }

    /// @param from the left ends of the links
    /// @param to their right ends
    GraphInk(LayeredLayout layout, int[] from, int[] to) {
        wide = Math.max(1, layout.width()) / SIDE;
        high = Math.max(1, layout.height()) / SIDE;
        cells = new short[from.length];
        for (int i = 0; i < from.length; i++) {
            double x = layout.x(from[i]) / wide;
            double y = layout.y(from[i]) / high;
            double dx = layout.x(to[i]) / wide - x;
            double dy = layout.y(to[i]) / high - y;
            // About how many pixels a line takes that steps along both directions.
            double length = Math.abs(dx) * wide + Math.abs(dy) * high;
            int steps = 1 + (int) Math.max(Math.abs(dx), Math.abs(dy));
            for (int step = 0; step < steps; step++) {
                double part = (step + 0.5) / steps;
                lengths.add(cell(x + dx * part, y + dy * part), length / steps);
            }
            cells[i] = (short) cell(x + dx / 2, y + dy / 2);
            counts.add(cells[i], 1);
        }
        lengths.sumUp();
        counts.sumUp();
    }

    private static int cell(double x, double y) {
        return Math.clamp((int) y, 0, SIDE - 1) * SIDE + Math.clamp((int) x, 0, SIDE - 1);
    }

    /// The cell of a link, to look up in [#pens].
    int cell(int link) {
        return cells[link];
    }

    /// A pen for each cell.
    Pen[] pens(GraphFrame frame) {
        double across = Math.min(SIDE, frame.width() / frame.scale() / wide);
        double down = Math.min(SIDE, frame.height() / frame.scale() / high);
        double area = (double) frame.width() * frame.height();
        var pens = new Pen[SIDE * SIDE];
        for (int i = 0; i < pens.length; i++) {
            int row = i / SIDE;
            double x = Math.clamp(i % SIDE + 0.5 - across / 2, 0, SIDE - across);
            double y = Math.clamp(row + 0.5 - down / 2, 0, SIDE - down);
            double seen = counts.in(x, y, across, down);
            double ink = lengths.in(x, y, across, down) * frame.scale() / area;
            double even = THIN * COVER / Math.max(COVER, ink);
            double strength = Math.max(LEAST, even);
            pens[i] =
                    new Pen(
                            seen <= CURVES && ink <= 1,
                            strength,
                            (int) ((1 << SAMPLE_BITS) * even / strength));
        }
        return pens;
    }

    /// Numbers of cells, to be summed over rectangles of them.
    private static final class Sums {
        private final double[] sums = new double[(SIDE + 1) * (SIDE + 1)];

        void add(int cell, double amount) {
            sums[(cell / SIDE + 1) * (SIDE + 1) + cell % SIDE + 1] += amount;
        }

        /// Afterwards each number is the sum of all to the left and above.
        void sumUp() {
            for (int i = SIDE + 1; i < sums.length; i++) {
                sums[i] += i % (SIDE + 1) == 0 ? 0 : sums[i - 1];
            }
            for (int i = SIDE + 1; i < sums.length; i++) {
                sums[i] += sums[i - SIDE - 1];
            }
        }

        double in(double x, double y, double across, double down) {
            return at(x + across, y + down) - at(x, y + down) - at(x + across, y) + at(x, y);
        }

        /// The sum left of and above a point; within a cell all is even.
        private double at(double x, double y) {
            int column = Math.clamp((int) x, 0, SIDE - 1);
            int row = Math.clamp((int) y, 0, SIDE - 1);
            int i = row * (SIDE + 1) + column;
            double right = x - column;
            double below = y - row;
            return (1 - below) * ((1 - right) * sums[i] + right * sums[i + 1])
                    + below * ((1 - right) * sums[i + SIDE + 1] + right * sums[i + SIDE + 2]);
        }
    }
}
