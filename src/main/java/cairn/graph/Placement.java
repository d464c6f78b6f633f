package cairn.graph;

import java.util.Arrays;

/// Gives the slots of ordered rows their heights on the drawing, so that long edges run straight.
///
/// After Brandes and Köpf: neighbours are aligned into blocks by their medians in four ways
/// (looking left or right, ties upwards or downwards), lanes before all else; each way is packed as
/// tightly as its order allows, by longest paths among the blocks, and a slot comes to lie in the
/// middle of its four places.
///
/// @see <a href="https://doi.org/10.1007/3-540-45848-4_3">Fast and simple horizontal coordinate
///   assignment</a>
final class Placement {
    /// So many bends have all the room they ask for; more get less, or lanes would fill the
    /// drawing.
    private static final int ROOMY_LANES = 10_000;

    private static final float LEAST_LANE = 0.1f;

    private final Layers layers;
    private final LayeredLayout.Spacing spacing;
    private final float lane;
    private final Digraph links;
    private final Digraph back;
    private final int[] lefts;
    private final int[] rights;
    private final boolean[] blocked;

    private final int[] root;
    private final int[] align;

    private Placement(Layers layers, LayeredLayout.Spacing spacing) {
        this.layers = layers;
        this.spacing = spacing;
        int bends = layers.slots() - layers.graph.nodes();
        lane = spacing.lane() * Math.clamp((float) ROOMY_LANES / Math.max(1, bends), LEAST_LANE, 1);
        links = layers.links;
        back = links.reversed();
        lefts = new int[links.edges()];
        rights = new int[links.edges()];
        blocked = new boolean[links.edges()];
        root = new int[layers.slots()];
        align = new int[layers.slots()];
        sortNeighbours();
        block();
    }

    /// The heights of all slots, the topmost at 0.
    static float[] of(Layers layers, LayeredLayout.Spacing spacing) throws InterruptedException {
        var placement = new Placement(layers, spacing);
        var ways = new float[4][];
        for (int i = 0; i < 4; i++) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            placement.align(i < 2, i % 2 == 0);
            ways[i] = placement.pack(i % 2 == 0);
        }
        return placement.balance(ways);
    }

    /// Lists the neighbours of each slot from top to bottom.
    private void sortNeighbours() {
        var next = new int[layers.slots()];
        for (int i = 0; i < next.length; i++) {
            next[i] = back.firstEdge(i);
        }
        for (int[] row : layers.rows) {
            for (int slot : row) {
                for (int k = 0; k < links.outDegree(slot); k++) {
                    lefts[next[links.successor(slot, k)]++] = slot;
                }
            }
        }
        for (int i = 0; i < next.length; i++) {
            next[i] = links.firstEdge(i);
        }
        for (int[] row : layers.rows) {
            for (int slot : row) {
                for (int k = 0; k < links.inDegree(slot); k++) {
                    rights[next[links.predecessor(slot, k)]++] = slot;
                }
            }
        }
    }

    /// Marks the links that cross a lane, so that none is drawn straight at the lane's expense.
    private void block() {
        for (int i = 0; i + 1 < layers.rows.length; i++) {
            int[] row = layers.rows[i + 1];
            int from = 0;
            int done = 0;
            for (int j = 0; j < row.length; j++) {
                int before = layers.isBend(row[j]) ? layers.bendBefore(row[j]) : -1;
                if (before < 0 && j + 1 < row.length) {
                    continue;
                }
                int to = before < 0 ? layers.rows[i].length - 1 : layers.place[before];
                for (; done <= j; done++) {
                    for (int k = 0; k < links.inDegree(row[done]); k++) {
                        int left = links.predecessor(row[done], k);
                        boolean outside = layers.place[left] < from || layers.place[left] > to;
                        if (outside && !(layers.isBend(left) && layers.isBend(row[done]))) {
                            blocked[links.edge(left, row[done])] = true;
                        }
                    }
                }
                from = to;
            }
        }
    }

    private void align(boolean byLeft, boolean fromTop) {
        for (int slot = 0; slot < root.length; slot++) {
            root[slot] = slot;
            align[slot] = slot;
        }
        int depth = layers.rows.length;
        for (int i = 1; i < depth; i++) {
            int[] row = layers.rows[byLeft ? i : depth - 1 - i];
            int last = fromTop ? -1 : Integer.MAX_VALUE;
            for (int j = 0; j < row.length; j++) {
                int slot = row[fromTop ? j : row.length - 1 - j];
                int degree = byLeft ? links.inDegree(slot) : links.outDegree(slot);
                int first = byLeft ? back.firstEdge(slot) : links.firstEdge(slot);
                int lane = byLeft ? layers.bendBefore(slot) : -1;
                int upper = (degree - 1) / 2;
                int lower = degree / 2;
                for (int attempt = lane < 0 ? 1 : 0;
                        degree > 0 && attempt < 3 && align[slot] == slot;
                        attempt++) {
                    int median = (attempt == 1) == fromTop ? upper : lower;
                    int neighbour = attempt == 0 ? lane : (byLeft ? lefts : rights)[first + median];
                    int at = layers.place[neighbour];
                    int edge = byLeft ? links.edge(neighbour, slot) : links.edge(slot, neighbour);
                    if (!blocked[edge] && (fromTop ? last < at : last > at)) {
                        align[neighbour] = slot;
                        root[slot] = root[neighbour];
                        align[slot] = root[slot];
                        last = at;
                    }
                }
            }
        }
    }

    private float[] pack(boolean fromTop) {
        var waiting = new int[root.length];
        for (int[] row : layers.rows) {
            for (int j = 1; j < row.length; j++) {
                waiting[root[row[fromTop ? j : j - 1]]]++;
            }
        }
        var queue = new int[root.length];
        int end = 0;
        for (int[] row : layers.rows) {
            for (int slot : row) {
                if (root[slot] == slot && waiting[slot] == 0) {
                    queue[end++] = slot;
                }
            }
        }
        int step = fromTop ? 1 : -1;
        var height = new float[root.length];
        for (int i = 0; i < end; i++) {
            int block = queue[i];
            int slot = block;
            do {
                int before = neighbour(slot, -step);
                if (before >= 0) {
                    height[block] =
                            Math.max(height[block], height[root[before]] + distance(before, slot));
                }
                int after = neighbour(slot, step);
                if (after >= 0 && --waiting[root[after]] == 0) {
                    queue[end++] = root[after];
                }
                slot = align[slot];
            } while (slot != block);
        }
        // What has room moves on towards what follows it, so that blocks do not lag behind.
        for (int i = end - 1; i >= 0; i--) {
            int block = queue[i];
            float room = Float.POSITIVE_INFINITY;
            int slot = block;
            do {
                int after = neighbour(slot, step);
                if (after >= 0) {
                    room = Math.min(room, height[root[after]] - distance(slot, after));
                }
                slot = align[slot];
            } while (slot != block);
            if (room < Float.POSITIVE_INFINITY) {
                height[block] = Math.max(height[block], room);
            }
        }
        var heights = new float[root.length];
        for (int slot = 0; slot < heights.length; slot++) {
            heights[slot] = step * height[root[slot]];
        }
        return heights;
    }

    private int neighbour(int slot, int step) {
        int[] row = layers.rows[layers.layer[slot]];
        int at = layers.place[slot] + step;
        return at < 0 || at >= row.length ? -1 : row[at];
    }

    private float distance(int a, int b) {
        if (layers.isBend(a) && layers.isBend(b)) {
            return lane;
        }
        if (layers.isBend(a) || layers.isBend(b)) {
            return spacing.height() / 2 + lane;
        }
        return spacing.height() + spacing.gap();
    }

    /// Lays the four ways over the narrowest of them and takes the mean of the middle two.
    private float[] balance(float[][] ways) {
        var low = new float[4];
        var high = new float[4];
        int narrowest = 0;
        for (int i = 0; i < 4; i++) {
            low[i] = Float.POSITIVE_INFINITY;
            high[i] = Float.NEGATIVE_INFINITY;
            for (int[] row : layers.rows) {
                low[i] = Math.min(low[i], ways[i][row[0]]);
                high[i] = Math.max(high[i], ways[i][row[row.length - 1]]);
            }
            if (high[i] - low[i] < high[narrowest] - low[narrowest]) {
                narrowest = i;
            }
        }
        var heights = new float[root.length];
        var four = new float[4];
        for (int slot = 0; slot < heights.length; slot++) {
            for (int i = 0; i < 4; i++) {
                float shift = i % 2 == 0 ? low[narrowest] - low[i] : high[narrowest] - high[i];
                four[i] = ways[i][slot] + shift;
            }
            Arrays.sort(four);
            heights[slot] = (four[1] + four[2]) / 2;
        }
        float top = Float.POSITIVE_INFINITY;
        for (int[] row : layers.rows) {
            top = Math.min(top, heights[row[0]]);
        }
        for (int slot = 0; slot < heights.length; slot++) {
            heights[slot] -= top;
        }
        return heights;
    }
}
