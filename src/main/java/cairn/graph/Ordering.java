package cairn.graph;

import java.util.Arrays;

/// Orders the rows of a layered graph so that few links cross.
///
/// Sweeps over the layers in both directions and sorts each by the mean place of its neighbours in
/// the layer before, ties kept in one round and turned round in the next; in small graphs
/// neighbours are also swapped one by one while that helps. The best order seen is the result. The
/// number of rounds falls with the size of the graph, so that the time does not grow much faster.
final class Ordering {
    private static final int WORK = 4_000_000;
    private static final int MOST_ROUNDS = 48;
    private static final int LEAST_ROUNDS = 4;
    private static final int PATIENCE = 8;
    private static final int SWAPPED_BELOW = 12_000;
    private static final int COUNTED_BELOW = 300_000;

    private final Layers layers;
    private final Digraph links;
    private final int[] tree;
    private int[] left = new int[16];
    private int[] right = new int[16];

    Ordering(Layers layers) {
        this.layers = layers;
        links = layers.links;
        tree = new int[layers.slots() + 1];
    }

    static void improve(Layers layers) throws InterruptedException {
        new Ordering(layers).improve();
    }

    private void improve() throws InterruptedException {
        int size = links.edges() + layers.slots();
        if (size > COUNTED_BELOW) {
            for (int round = 0; round < LEAST_ROUNDS; round++) {
                round(round);
            }
            return;
        }
        int rounds = Math.clamp(WORK / Math.max(1, size), LEAST_ROUNDS, MOST_ROUNDS);
        long fewest = crossings();
        var best = copy();
        for (int round = 0, since = 0; round < rounds && since < PATIENCE && fewest > 0; round++) {
            round(round);
            if (size < SWAPPED_BELOW) {
                swap();
            }
            long crossings = crossings();
            since++;
            if (crossings < fewest) {
                fewest = crossings;
                best = copy();
                since = 0;
            }
        }
        for (int i = 0; i < best.length; i++) {
            layers.rows[i] = best[i];
            place(best[i]);
        }
    }

    private void round(int round) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        sweep(round % 2 == 0, round % 4 >= 2);
    }

    private int[][] copy() {
        return Arrays.stream(layers.rows).map(int[]::clone).toArray(int[][]::new);
    }

    private void place(int[] row) {
        for (int i = 0; i < row.length; i++) {
            layers.place[row[i]] = i;
        }
    }

    private void sweep(boolean rightwards, boolean turnTies) {
        int depth = layers.rows.length;
        for (int i = 1; i < depth; i++) {
            int at = rightwards ? i : depth - 1 - i;
            sort(layers.rows[at], layers.rows[rightwards ? at - 1 : at + 1], rightwards, turnTies);
        }
    }

    private void sort(int[] row, int[] fixed, boolean byLeft, boolean turnTies) {
        var keys = new long[row.length];
        float scale = (float) fixed.length / row.length;
        for (int i = 0; i < row.length; i++) {
            int slot = row[i];
            int degree = byLeft ? links.inDegree(slot) : links.outDegree(slot);
            long sum = 0;
            for (int k = 0; k < degree; k++) {
                sum += layers.place[byLeft ? links.predecessor(slot, k) : links.successor(slot, k)];
            }
            // What has no neighbour there stays about where it is.
            float key = degree == 0 ? i * scale : (float) sum / degree;
            int tie = turnTies ? row.length - i : i;
            keys[i] = (long) Float.floatToIntBits(key) << Integer.SIZE | tie;
        }
        Arrays.sort(keys);
        var old = row.clone();
        for (int i = 0; i < row.length; i++) {
            int tie = (int) keys[i];
            row[i] = old[turnTies ? row.length - tie : tie];
        }
        place(row);
    }

    /// Swaps neighbours while that makes crossings fewer.
    private void swap() {
        boolean better = true;
        for (int pass = 0; better && pass < 16; pass++) {
            better = false;
            for (int[] row : layers.rows) {
                for (int i = 0; i + 1 < row.length; i++) {
                    if (gain(row[i], row[i + 1]) > 0) {
                        int upper = row[i];
                        row[i] = row[i + 1];
                        row[i + 1] = upper;
                        layers.place[row[i]] = i;
                        layers.place[row[i + 1]] = i + 1;
                        better = true;
                    }
                }
            }
        }
    }

    /// By how many crossings two neighbours have fewer if they are swapped.
    private int gain(int upper, int lower) {
        int gain = 0;
        for (boolean onLeft : new boolean[] {true, false}) {
            int uppers = places(upper, onLeft, true);
            int lowers = places(lower, onLeft, false);
            for (int i = 0, below = 0, ties = 0; i < uppers; i++) {
                while (below < lowers && right[below] < left[i]) {
                    below++;
                }
                ties = below;
                while (ties < lowers && right[ties] == left[i]) {
                    ties++;
                }
                gain += below - (lowers - ties);
            }
        }
        return gain;
    }

    private int places(int slot, boolean onLeft, boolean upper) {
        int degree = onLeft ? links.inDegree(slot) : links.outDegree(slot);
        if (left.length < degree) {
            left = Arrays.copyOf(left, 2 * degree);
            right = Arrays.copyOf(right, 2 * degree);
        }
        int[] places = upper ? left : right;
        for (int k = 0; k < degree; k++) {
            places[k] =
                    layers.place[onLeft ? links.predecessor(slot, k) : links.successor(slot, k)];
        }
        Arrays.sort(places, 0, degree);
        return degree;
    }

    long crossings() {
        long crossings = 0;
        for (int i = 0; i + 1 < layers.rows.length; i++) {
            crossings += crossings(layers.rows[i], layers.rows[i + 1].length);
        }
        return crossings;
    }

    /// Counts for each link those that end below it and started above, in a binary indexed tree.
    private long crossings(int[] row, int width) {
        Arrays.fill(tree, 0, width + 1, 0);
        long crossings = 0;
        long passed = 0;
        for (int slot : row) {
            int degree = places(slot, false, true);
            for (int k = 0; k < degree; k++) {
                crossings += passed;
                for (int i = left[k] + 1; i > 0; i -= i & -i) {
                    crossings -= tree[i];
                }
            }
            for (int k = 0; k < degree; k++) {
                for (int i = left[k] + 1; i <= width; i += i & -i) {
                    tree[i]++;
                }
            }
            passed += degree;
        }
        return crossings;
    }
}
