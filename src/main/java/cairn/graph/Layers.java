package cairn.graph;

import java.util.Arrays;
import java.util.stream.IntStream;

/// A graph stretched over layers, so that every link leads from one layer to the next.
///
/// Slots are the nodes and, behind them, the bends of edges that pass other layers. All edges into
/// one target share their bends, which form a lane that ends in the target: an edge joins the lane
/// in the layer behind its source. Edges that close a cycle are turned round first.
final class Layers {
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

    private Layers(Digraph graph, int[] nodeLayer, boolean[] turned) {
        this.graph = graph;
        this.turned = turned;
        int nodes = graph.nodes();
        var lane = new int[nodes];
        int[] leftmost = nodeLayer.clone();
        for (int e = 0, from = 0; e < graph.edges(); e++) {
            from = source(e, from);
            int left = turned[e] ? graph.target(e) : from;
            int right = turned[e] ? from : graph.target(e);
            leftmost[right] = Math.min(leftmost[right], nodeLayer[left]);
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
        for (int e = 0, source = 0; e < graph.edges(); e++) {
            source = source(e, source);
            int left = turned[e] ? graph.target(e) : source;
            int right = turned[e] ? source : graph.target(e);
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
    /// @param pinned nodes to leave in the first layer even if all they lead to is far from it
    static Layers of(Digraph graph, int... pinned) {
        int[] order = graph.topologicalOrder();
        int[] rank = Digraph.inverse(order);
        var turned = new boolean[graph.edges()];
        var layer = new int[graph.nodes()];
        // A turned edge leads out of its target, which comes earlier in the order.
        for (int node : order) {
            for (int e = graph.firstEdge(node); e < graph.firstEdge(node + 1); e++) {
                turned[e] = rank[graph.target(e)] < rank[node];
            }
        }
        Digraph forward = forward(graph, turned);
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
                layer[node] =
                        IntStream.of(forward.successors(node))
                                        .map(t -> layer[t])
                                        .min()
                                        .orElseThrow()
                                - 1;
            }
        }
        return new Layers(graph, layer, turned);
    }

    private static Digraph forward(Digraph graph, boolean[] turned) {
        var from = new int[graph.edges()];
        var to = new int[graph.edges()];
        for (int node = 0; node < graph.nodes(); node++) {
            for (int e = graph.firstEdge(node); e < graph.firstEdge(node + 1); e++) {
                from[e] = turned[e] ? graph.target(e) : node;
                to[e] = turned[e] ? node : graph.target(e);
            }
        }
        return Digraph.of(graph.nodes(), from, to);
    }

    /// The source of an edge, given that of the edge before it.
    private int source(int edge, int before) {
        int source = before;
        while (graph.firstEdge(source + 1) <= edge) {
            source++;
        }
        return source;
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
