package cairn.graph;

import java.util.Arrays;

/// Gives the slots of ordered rows their heights on the drawing, so that long edges run straight.
///
/// After Brandes and Köpf: neighbours are aligned into blocks by their medians in four ways
/// (looking left or right, ties upwards or downwards), lanes before all else; each way is packed as
/// tightly as its order allows, by longest paths among the blocks, and a slot comes to lie in the
/// middle of its four places. Slots go by their places here, row after row from top to bottom, so
/// that what lies together is worked on together.
///
/// @see <a href="https://doi.org/10.1007/3-540-45848-4_3">Fast and simple horizontal coordinate
///   assignment</a>
final class Placement {
    /// So many bends have all the room they ask for; more get less, or lanes would fill the
    /// drawing.
    private static final int ROOMY_LANES = 10_000;

    private static final float LEAST_LANE = 0.1f;
    private static final int NONE = -1;

    private final Layers layers;
    private final LayeredLayout.Spacing spacing;
    private final float lane;

    private final int places;
    private final int[] rowStart;
    private final boolean[] startsRow;
    private final boolean[] isBend;

    // The neighbours of each place to the left and right, from top to bottom, and the links to
    // them.
    private final int[] leftStart;
    private final int[] lefts;
    private final int[] leftLinks;
    private final int[] rightStart;
    private final int[] rights;
    private final int[] rightLinks;

    /// Where among its left neighbours a place has the bend before it on the same lane, or -1.
    private final int[] laneAt;

    private final boolean[] blocked;
    private final int[] root;
    private final int[] align;

    private Placement(Layers layers, LayeredLayout.Spacing spacing) {
        this.layers = layers;
        this.spacing = spacing;
        int bends = layers.slots() - layers.graph.nodes();
        lane = spacing.lane() * Math.clamp((float) ROOMY_LANES / Math.max(1, bends), LEAST_LANE, 1);
        rowStart = new int[layers.rows.length + 1];
        for (int i = 0; i < layers.rows.length; i++) {
            rowStart[i + 1] = rowStart[i] + layers.rows[i].length;
        }
        places = rowStart[layers.rows.length];
        startsRow = new boolean[places + 1];
        isBend = new boolean[places];
        leftStart = new int[places + 1];
        rightStart = new int[places + 1];
        int at = 0;
        for (int[] row : layers.rows) {
            startsRow[at] = true;
            for (int slot : row) {
                isBend[at] = layers.isBend(slot);
                leftStart[at + 1] = leftStart[at] + layers.links.inDegree(slot);
                rightStart[at + 1] = rightStart[at] + layers.links.outDegree(slot);
                at++;
            }
        }
        startsRow[places] = true;
        int links = layers.links.edges();
        lefts = new int[links];
        leftLinks = new int[links];
        rights = new int[links];
        rightLinks = new int[links];
        laneAt = new int[places];
        blocked = new boolean[links];
        root = new int[places];
        align = new int[places];
        connect();
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
            ways[i] = placement.pack(i % 2 == 0 ? 1 : -1);
        }
        return placement.balance(ways);
    }

    /// Lists the neighbours of each place; meeting places in order puts the lists in order.
    private void connect() {
        var next = leftStart.clone();
        for (int i = 0; i + 1 < layers.rows.length; i++) {
            for (int j = 0; j < layers.rows[i].length; j++) {
                int slot = layers.rows[i][j];
                for (int e = layers.links.firstEdge(slot);
                        e < layers.links.firstEdge(slot + 1);
                        e++) {
                    int right = rowStart[i + 1] + layers.place[layers.links.target(e)];
                    lefts[next[right]] = rowStart[i] + j;
                    leftLinks[next[right]++] = e;
                }
            }
        }
        next = rightStart.clone();
        for (int place = 0; place < places; place++) {
            laneAt[place] = NONE;
            for (int k = leftStart[place]; k < leftStart[place + 1]; k++) {
                rights[next[lefts[k]]] = place;
                rightLinks[next[lefts[k]]++] = leftLinks[k];
                if (isBend[lefts[k]]) {
                    // A bend's only link to the right follows its own lane.
                    laneAt[place] = k;
                }
            }
        }
    }

    /// Marks the links that cross a lane, so that none is drawn straight at the lane's expense.
    private void block() {
        for (int i = 0; i + 1 < layers.rows.length; i++) {
            int from = rowStart[i];
            int done = rowStart[i + 1];
            for (int place = done; place < rowStart[i + 2]; place++) {
                boolean onLane = isBend[place] && laneAt[place] != NONE;
                if (!onLane && place + 1 < rowStart[i + 2]) {
                    continue;
                }
                int to = onLane ? lefts[laneAt[place]] : rowStart[i + 1] - 1;
                for (; done <= place; done++) {
                    for (int k = leftStart[done]; k < leftStart[done + 1]; k++) {
                        boolean outside = lefts[k] < from || lefts[k] > to;
                        if (outside && !(isBend[lefts[k]] && isBend[done])) {
                            blocked[leftLinks[k]] = true;
                        }
                    }
                }
                from = to;
            }
        }
    }

    private void align(boolean byLeft, boolean fromTop) {
        for (int place = 0; place < places; place++) {
            root[place] = place;
            align[place] = place;
        }
        int depth = layers.rows.length;
        int[] start = byLeft ? leftStart : rightStart;
        int[] neighbours = byLeft ? lefts : rights;
        int[] links = byLeft ? leftLinks : rightLinks;
        for (int i = 1; i < depth; i++) {
            int row = byLeft ? i : depth - 1 - i;
            int first = rowStart[row];
            int length = rowStart[row + 1] - first;
            int last = fromTop ? NONE : Integer.MAX_VALUE;
            for (int j = 0; j < length; j++) {
                int place = fromTop ? first + j : first + length - 1 - j;
                int degree = start[place + 1] - start[place];
                int upper = start[place] + (degree - 1) / 2;
                int lower = start[place] + degree / 2;
                int preferred = byLeft ? laneAt[place] : NONE;
                for (int attempt = preferred == NONE ? 1 : 0;
                        degree > 0 && attempt < 3;
                        attempt++) {
                    int k = attempt == 0 ? preferred : (attempt == 1) == fromTop ? upper : lower;
                    int neighbour = neighbours[k];
                    if (!blocked[links[k]] && (fromTop ? last < neighbour : last > neighbour)) {
                        align[neighbour] = place;
                        root[place] = root[neighbour];
                        align[place] = root[place];
                        last = neighbour;
                        break;
                    }
                }
            }
        }
    }

    /// Puts every block as close to the top (or, with step -1, to the bottom) as those before it
    /// allow, and then as close to those after it as it can be, so that none lags behind what it
    /// belongs to.
    private float[] pack(int step) {
        int before = step > 0 ? 0 : 1;
        int after = 1 - before;
        var waiting = new int[places];
        for (int place = 0; place < places; place++) {
            waiting[root[place]] += startsRow[place + before] ? 0 : 1;
        }
        var queue = new int[places];
        int end = 0;
        for (int place = 0; place < places; place++) {
            if (root[place] == place && waiting[place] == 0) {
                queue[end++] = place;
            }
        }
        var height = new float[places];
        for (int i = 0; i < end; i++) {
            int block = queue[i];
            float least = 0;
            int place = block;
            do {
                if (!startsRow[place + before]) {
                    int other = place - step;
                    least = Math.max(least, height[root[other]] + distance(place, other));
                }
                if (!startsRow[place + after] && --waiting[root[place + step]] == 0) {
                    queue[end++] = root[place + step];
                }
                place = align[place];
            } while (place != block);
            height[block] = least;
        }
        for (int i = end - 1; i >= 0; i--) {
            int block = queue[i];
            float room = Float.POSITIVE_INFINITY;
            int place = block;
            do {
                if (!startsRow[place + after]) {
                    int other = place + step;
                    room = Math.min(room, height[root[other]] - distance(place, other));
                }
                place = align[place];
            } while (place != block);
            if (room < Float.POSITIVE_INFINITY) {
                height[block] = Math.max(height[block], room);
            }
        }
        var heights = new float[places];
        for (int place = 0; place < places; place++) {
            heights[place] = step * height[root[place]];
        }
        return heights;
    }

    private float distance(int a, int b) {
        if (isBend[a] && isBend[b]) {
            return lane;
        }
        return isBend[a] || isBend[b]
                ? spacing.height() / 2 + lane
                : spacing.height() + spacing.gap();
    }

    /// Lays the four ways over the narrowest of them and takes the mean of the middle two.
    private float[] balance(float[][] ways) {
        var low = new float[4];
        var high = new float[4];
        int narrowest = 0;
        for (int i = 0; i < 4; i++) {
            low[i] = Float.POSITIVE_INFINITY;
            high[i] = Float.NEGATIVE_INFINITY;
            for (float height : ways[i]) {
                low[i] = Math.min(low[i], height);
                high[i] = Math.max(high[i], height);
            }
            if (high[i] - low[i] < high[narrowest] - low[narrowest]) {
                narrowest = i;
            }
        }
        var middle = new float[places];
        var four = new float[4];
        float top = Float.POSITIVE_INFINITY;
        for (int place = 0; place < places; place++) {
            for (int i = 0; i < 4; i++) {
                float shift = i % 2 == 0 ? low[narrowest] - low[i] : high[narrowest] - high[i];
                four[i] = ways[i][place] + shift;
            }
            Arrays.sort(four);
            middle[place] = (four[1] + four[2]) / 2;
            top = Math.min(top, middle[place]);
        }
        var heights = new float[layers.slots()];
        int place = 0;
        for (int[] row : layers.rows) {
            for (int slot : row) {
                heights[slot] = middle[place++] - top;
            }
        }
        return heights;
    }
}
