package cairn.graph;

/// A drawing of a graph in layers from left to right; it does not change.
///
/// Every edge leads from its left end through the gaps between layers, and past the layers in
/// between on bends that no card covers. Edges into the same node share their bends. Slots number
/// the nodes and then the bends; links are the pieces that lead from a slot to one in the next
/// layer, each of them once, however many edges run over it. An edge that closes a cycle runs from
/// its target to its source. The same graph always gives the same drawing.
///
/// @see <a href="https://doi.org/10.1109/TSMC.1981.4308636">Methods for visual understanding of
///   hierarchical system structures</a>
public final class LayeredLayout {
    private final Layers layers;
    private final Spacing spacing;
    private final float[] x;
    private final float[] y;
    private final float width;
    private final float height;

    /// The measures of a drawing.
    ///
    /// @param width of a card
    /// @param height of a card
    /// @param gap between two cards of a layer
    /// @param lane the room for a passing edge, less where there are tens of thousands
    /// @param layerGap the least room between two layers
    public record Spacing(float width, float height, float gap, float lane, float layerGap) {
        public static final Spacing CARDS = new Spacing(200, 44, 12, 8, 56);
    }

    private LayeredLayout(Layers layers, Spacing spacing, float[] y) {
        this.layers = layers;
        this.spacing = spacing;
        this.y = y;
        x = new float[layers.slots()];
        float down = 0;
        for (int[] row : layers.rows) {
            down = Math.max(down, y[row[row.length - 1]] + spacing.height);
        }
        float[] column = columns(down);
        float below = layers.rows.length == 0 ? 0 : down + 2 * spacing.gap;
        float right = 0;
        for (int slot = 0, alone = 0; slot < x.length; slot++) {
            if (layers.isAlone(slot)) {
                int row = alone++ / layers.columns();
                y[slot] = below + row * (spacing.height + spacing.gap);
                down = Math.max(down, y[slot] + spacing.height);
            }
            x[slot] = column[layers.layer[slot]];
            y[slot] += spacing.height / 2;
            right = Math.max(right, x[slot] + spacing.width / 2);
        }
        width = right;
        height = down;
    }

    /// Lays a graph out.
    ///
    /// @param pinned nodes that nothing leads to and that stay at the very left; all others of that
    ///   sort move next to what they lead to
    /// @throws InterruptedException when the thread is interrupted, soon after that
    public static LayeredLayout of(Digraph graph, Spacing spacing, int... pinned)
            throws InterruptedException {
        var layers = Layers.of(graph, Layers.MOST_BENDS, pinned);
        Ordering.improve(layers);
        return new LayeredLayout(layers, spacing, Placement.of(layers, spacing));
    }

    /// The middles of the layers: the gaps before them widen where links are steep, and all of them
    /// where the drawing would be much higher than wide.
    private float[] columns(float height) {
        int count = layers.columns();
        var gaps = new float[count];
        float total = 0;
        for (int i = 1; i < count; i++) {
            gaps[i] = Math.clamp(steepness(i - 1) / 3, spacing.layerGap, 3 * spacing.layerGap);
            total += gaps[i];
        }
        float stretch = Math.clamp((height - count * spacing.width) / Math.max(total, 1), 1, 12);
        var columns = new float[count];
        if (count > 0) {
            columns[0] = spacing.width / 2;
        }
        for (int i = 1; i < count; i++) {
            columns[i] = columns[i - 1] + spacing.width + gaps[i] * stretch;
        }
        return columns;
    }

    /// The mean rise of the links that leave a layer.
    private float steepness(int layer) {
        if (layer >= layers.rows.length) {
            return 0;
        }
        double sum = 0;
        int count = 0;
        for (int slot : layers.rows[layer]) {
            for (int k = 0; k < layers.links.outDegree(slot); k++) {
                sum += Math.abs(y[slot] - y[layers.links.successor(slot, k)]);
                count++;
            }
        }
        return count == 0 ? 0 : (float) (sum / count);
    }

    /// What is drawn: the graph that was given, without the longest edges if they would take
    /// millions of bends.
    public Digraph graph() {
        return layers.graph;
    }

    public Spacing spacing() {
        return spacing;
    }

    public int slots() {
        return x.length;
    }

    /// Slots and the links between them; bends have exactly one link to the right.
    public Digraph links() {
        return layers.links;
    }

    public boolean isBend(int slot) {
        return layers.isBend(slot);
    }

    /// The middle of a slot; the drawing begins at 0.
    public float x(int slot) {
        return x[slot];
    }

    /// The middle of a slot; the drawing begins at 0.
    public float y(int slot) {
        return y[slot];
    }

    public float width() {
        return width;
    }

    public float height() {
        return height;
    }

    public int layer(int slot) {
        return layers.layer[slot];
    }

    /// Whether an edge closes a cycle and is drawn from its target, on the left, to its source.
    public boolean isTurned(int edge) {
        return layers.turned[edge];
    }

    /// The slots that an edge runs over from left to right, its ends included.
    public int[] route(int edge) {
        int from = layers.graph.source(edge);
        int to = layers.graph.target(edge);
        int left = isTurned(edge) ? to : from;
        int right = isTurned(edge) ? from : to;
        var route = new int[layer(right) - layer(left) + 1];
        route[0] = left;
        for (int i = 1, slot = layers.hop[edge]; i < route.length; i++) {
            route[i] = slot;
            if (slot != right) {
                slot = layers.links.successor(slot, 0);
            }
        }
        return route;
    }

    long crossings() {
        return new Ordering(layers).crossings();
    }
}
