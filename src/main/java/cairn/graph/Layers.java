package cairn.graph;

import java.util.Arrays;
import java.util.stream.IntStream;

/// A graph stretched over layers, so that every link leads from one layer to the next.
///
/// Slots are the nodes and, behind them, the bends of edges that pass other layers. All edges into
/// one target share their bends, which form a lane that ends in the target: an edge joins the lane
/// in the layer behind its source. Edges that close a cycle are turned round first.
final class Layers {
    /// So many bends take a hundred megabytes.
    static final int MOST_BENDS = 2_000_000;

    /// The edges that are drawn.
    final Digraph graph;

    /// The layer of each slot.
    final int[] layer;

    /// The slots of each layer, from top to bottom.
    final int[][] rows;

    /// The place of each slot in its row.
    final int[] place;

    /// The links between slots.
    final Digraph links;

    /// The slot at which each edge first arrives, coming from its left end.
    final int[] hop;

    /// Where the edge was turned round.
    final boolean[] turned;

    private int columns;

    private Layers(Digraph graph, int[] nodeLayer) {
        this.graph = graph;
        int nodes = graph.nodes();
        int[] sources = graph.sources();
        var lane = new int[nodes];
        int[] leftmost = nodeLayer.clone();
        turned = new boolean[graph.edges()];
        for (int e = 0; e < turned.length; e++) {
            int source = sources[e];
            int target = graph.target(e);
            turned[e] = nodeLayer[target] < nodeLayer[source];
            int right = turned[e] ? source : target;
            leftmost[right] = Math.min(leftmost[right], nodeLayer[turned[e] ? target : source]);
        }
        int slots = nodes;
        for (int node = 0; node < nodes; node++) {
            lane[node] = slots;
            slots += Math.max(0, nodeLayer[node] - leftmost[node] - 1);
        }
        layer = Arrays.copyOf(nodeLayer, slots);
        var from = new int[graph.edges() + slots - nodes];
        var to = new int[from.length];
        hop = new int[graph.edges()];
        int count = 0;
        for (int e = 0; e < hop.length; e++) {
            int left = turned[e] ? graph.target(e) : sources[e];
            int right = turned[e] ? sources[e] : graph.target(e);
            int gap = nodeLayer[left] - leftmost[right];
            hop[e] = nodeLayer[left] + 1 == nodeLayer[right] ? right : lane[right] + gap;
            from[count] = left;
            to[count++] = hop[e];
        }
        for (int node = 0; node < nodes; node++) {
            int length = nodeLayer[node] - leftmost[node] - 1;
            for (int i = 0; i < length; i++) {
                int bend = lane[node] + i;
                layer[bend] = leftmost[node] + 1 + i;
                from[count] = bend;
                to[count++] = i + 1 < length ? bend + 1 : node;
            }
        }
        links = Digraph.of(slots, from, to);
        place = new int[slots];
        rows = rows();
    }

    /// Whether nothing leads to or from a slot; such slots stand in no row.
    boolean isAlone(int slot) {
        return links.inDegree(slot) == 0 && links.outDegree(slot) == 0;
    }

    /// The number of columns that rows and lonely nodes need, the latter filling about a square.
    int columns() {
        return columns;
    }

    /// Spreads a graph over layers by the longest way to each node, then moves nodes to the right
    /// that more leads out of than into.
    ///
    /// @param mostBends where more would be needed, the longest edges are left out
    /// @param pinned nodes to leave in the first layer even if all they lead to is far from it
    static Layers of(Digraph graph, int mostBends, int... pinned) {
        int[] order = graph.topologicalOrder();
        int[] rank = Digraph.inverse(order);
        var layer = new int[graph.nodes()];
        Digraph forward = forward(graph, rank);
        for (int node : order) {
            for (int e = forward.firstEdge(node); e < forward.firstEdge(node + 1); e++) {
                int target = forward.target(e);
                layer[target] = Math.max(layer[target], layer[node] + 1);
            }
        }
        var fixed = new boolean[graph.nodes()];
        for (int node : pinned) {
            fixed[node] = true;
        }
        for (int i = order.length - 1; i >= 0; i--) {
            int node = order[i];
            if (!fixed[node] && forward.outDegree(node) > forward.inDegree(node)) {
                int nearest = Integer.MAX_VALUE;
                for (int e = forward.firstEdge(node); e < forward.firstEdge(node + 1); e++) {
                    nearest = Math.min(nearest, layer[forward.target(e)]);
                }
                layer[node] = nearest - 1;
            }
        }
        return new Layers(bounded(graph, layer, mostBends), layer);
    }

    /// The same graph with every edge turned round that points backwards in an order.
    private static Digraph forward(Digraph graph, int[] rank) {
        int[] from = graph.sources();
        var to = new int[from.length];
        for (int e = 0; e < to.length; e++) {
            int source = from[e];
            int target = graph.target(e);
            from[e] = rank[source] < rank[target] ? source : target;
            to[e] = rank[source] < rank[target] ? target : source;
        }
        return Digraph.of(graph.nodes(), from, to);
    }

    /// Leaves out what passes so many layers that nobody could follow it and memory might not hold
    /// it.
    private static Digraph bounded(Digraph graph, int[] layer, int mostBends) {
        int[] sources = graph.sources();
        var bends = new int[graph.nodes()];
        for (int e = 0; e < sources.length; e++) {
            int target = graph.target(e);
            int right = layer[target] < layer[sources[e]] ? sources[e] : target;
            bends[right] = Math.max(bends[right], Math.abs(layer[target] - layer[sources[e]]) - 1);
        }
        int most = IntStream.of(bends).max().orElse(0);
        while (bends(bends, most) > mostBends) {
            most /= 2;
        }
        int reach = most + 1;
        int[] kept =
                IntStream.range(0, sources.length)
                        .filter(e -> Math.abs(layer[graph.target(e)] - layer[sources[e]]) <= reach)
                        .toArray();
        return kept.length == sources.length
                ? graph
                : Digraph.of(
                        graph.nodes(),
                        IntStream.of(kept).map(e -> sources[e]).toArray(),
                        IntStream.of(kept).map(graph::target).toArray());
    }

    private static long bends(int[] bends, int most) {
        long sum = 0;
        for (int count : bends) {
            sum += Math.min(count, most);
        }
        return sum;
    }

    int slots() {
        return layer.length;
    }

    boolean isBend(int slot) {
        return slot >= graph.nodes();
    }

    /// Puts the slots of each layer in the order in which a depth-first search meets them.
    private int[][] rows() {
        int depth = 0;
        int alone = 0;
        for (int slot = 0; slot < slots(); slot++) {
            if (isAlone(slot)) {
                alone++;
            } else {
                depth = Math.max(depth, layer[slot] + 1);
            }
        }
        columns = Math.max(depth, (int) Math.ceil(Math.sqrt(alone / 3.0)));
        var length = new int[depth];
        for (int slot = 0, next = 0; slot < slots(); slot++) {
            if (isAlone(slot)) {
                layer[slot] = next++ % columns;
            } else {
                length[layer[slot]]++;
            }
        }
        var rows = new int[depth][];
        for (int i = 0; i < depth; i++) {
            rows[i] = new int[length[i]];
        }
        Arrays.fill(length, 0);
        var seen = new boolean[slots()];
        var stack = new int[links.edges() + 1];
        for (int start = 0; start < slots(); start++) {
            if (links.inDegree(start) > 0 || isAlone(start)) {
                continue;
            }
            int top = 0;
            stack[0] = start;
            while (top >= 0) {
                int slot = stack[top--];
                if (seen[slot]) {
                    continue;
                }
                seen[slot] = true;
                place[slot] = length[layer[slot]]++;
                rows[layer[slot]][place[slot]] = slot;
                for (int i = links.outDegree(slot) - 1; i >= 0; i--) {
                    stack[++top] = links.successor(slot, i);
                }
            }
        }
        return rows;
    }
}
