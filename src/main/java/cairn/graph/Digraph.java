package cairn.graph;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jgrapht.Graph;
import org.jgrapht.alg.flow.EdmondsKarpMFImpl;
import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.graph.SimpleDirectedGraph;

/// A directed graph over the nodes `0 … nodes - 1`; it does not change.
///
/// Both directions are kept as one array of neighbours behind one array of offsets, so a graph of a
/// hundred thousand nodes takes a few megabytes and a walk over all of it takes milliseconds. Edges
/// are numbered: those of node 0 first, each node's by ascending target. An edge that is given
/// twice counts once, and one from a node to itself not at all. Cycles are legal everywhere.
public final class Digraph {
    private static final int PASSES = 16;

    private final int[] outStart;
    private final int[] out;
    private final int[] inStart;
    private final int[] in;

    private Digraph(int[] outStart, int[] out, int[] inStart, int[] in) {
        this.outStart = outStart;
        this.out = out;
        this.inStart = inStart;
        this.in = in;
    }

    /// Builds a graph whose edge `i` leads from `from[i]` to `to[i]`.
    public static Digraph of(int nodes, int[] from, int[] to) {
        if (from.length != to.length) {
            throw new IllegalArgumentException(from.length + " sources, " + to.length + " targets");
        }
        // Edges bucketed by target and then, in that order, by source end up sorted by both.
        int[] byTarget = bucket(nodes, to, from);
        int[] targetStart = starts(nodes, to);
        int[] outStart = starts(nodes, from);
        var out = new int[from.length];
        var end = Arrays.copyOf(outStart, nodes);
        for (int target = 0; target < nodes; target++) {
            for (int i = targetStart[target]; i < targetStart[target + 1]; i++) {
                int source = byTarget[i];
                boolean known = end[source] > outStart[source] && out[end[source] - 1] == target;
                if (source != target && !known) {
                    out[end[source]++] = target;
                }
            }
        }
        int edges = 0;
        var sources = new int[out.length];
        for (int source = 0; source < nodes; source++) {
            int first = edges;
            for (int i = outStart[source]; i < end[source]; i++) {
                out[edges] = out[i];
                sources[edges++] = source;
            }
            outStart[source] = first;
        }
        outStart[nodes] = edges;
        int[] targets = Arrays.copyOf(out, edges);
        return new Digraph(
                outStart,
                targets,
                starts(nodes, targets),
                bucket(nodes, targets, Arrays.copyOf(sources, edges)));
    }

    private static int[] starts(int nodes, int[] keys) {
        var starts = new int[nodes + 1];
        for (int key : keys) {
            starts[key + 1]++;
        }
        for (int i = 0; i < nodes; i++) {
            starts[i + 1] += starts[i];
        }
        return starts;
    }

    private static int[] bucket(int nodes, int[] keys, int[] values) {
        int[] next = starts(nodes, keys);
        var bucketed = new int[values.length];
        for (int i = 0; i < keys.length; i++) {
            bucketed[next[keys[i]]++] = values[i];
        }
        return bucketed;
    }

    public int nodes() {
        return outStart.length - 1;
    }

    public int edges() {
        return out.length;
    }

    public int outDegree(int node) {
        return outStart[node + 1] - outStart[node];
    }

    public int inDegree(int node) {
        return inStart[node + 1] - inStart[node];
    }

    /// The number of the first edge that leaves a node; the others follow it.
    public int firstEdge(int node) {
        return outStart[node];
    }

    public int target(int edge) {
        return out[edge];
    }

    /// The node that an edge leaves, found by bisection.
    public int source(int edge) {
        int low = 0;
        int high = nodes() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (outStart[middle] <= edge) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /// The source of each edge.
    int[] sources() {
        var sources = new int[edges()];
        for (int node = 0; node < nodes(); node++) {
            Arrays.fill(sources, outStart[node], outStart[node + 1], node);
        }
        return sources;
    }

    /// The number of the edge between two nodes, or -1.
    public int edge(int from, int to) {
        return Math.max(-1, Arrays.binarySearch(out, outStart[from], outStart[from + 1], to));
    }

    /// The nodes that a node leads to, ascending.
    public int[] successors(int node) {
        return Arrays.copyOfRange(out, outStart[node], outStart[node + 1]);
    }

    /// The nodes that lead to a node, ascending.
    public int[] predecessors(int node) {
        return Arrays.copyOfRange(in, inStart[node], inStart[node + 1]);
    }

    int predecessor(int node, int i) {
        return in[inStart[node] + i];
    }

    int successor(int node, int i) {
        return out[outStart[node] + i];
    }

    /// The same graph with every edge turned round; nothing is copied.
    public Digraph reversed() {
        return new Digraph(inStart, in, outStart, out);
    }

    /// What can be reached from some nodes, themselves first, nearest first.
    public int[] closure(int... roots) {
        var seen = new BitSet(nodes());
        var queue = new int[nodes()];
        int end = 0;
        for (int root : roots) {
            if (!seen.get(root)) {
                seen.set(root);
                queue[end++] = root;
            }
        }
        return Arrays.copyOf(queue, spread(queue, 0, end, seen));
    }

    /// Appends to a queue what its nodes from `begin` on lead to and was not seen; returns its end.
    private int spread(int[] queue, int begin, int end, BitSet seen) {
        int last = end;
        for (int i = begin; i < last; i++) {
            int node = queue[i];
            for (int e = outStart[node]; e < outStart[node + 1]; e++) {
                if (!seen.get(out[e])) {
                    seen.set(out[e]);
                    queue[last++] = out[e];
                }
            }
        }
        return last;
    }

    /// The sum of the sizes of everything that can be reached from some nodes.
    public long closureSize(long[] sizes, int... roots) {
        return IntStream.of(closure(roots)).mapToLong(node -> sizes[node]).sum();
    }

    /// For each node about [#closureSize], mostly to within a third, in a few passes over all edges
    /// instead of one over each closure.
    ///
    /// In each pass every node draws the time until something of its size happens; what happens
    /// first in a closure comes the sooner the larger the closure is.
    ///
    /// @see <a href="https://doi.org/10.1006/jcss.1997.1534">Cohen, Size-Estimation Framework</a>
    public double[] estimatedClosureSizes(long[] sizes) {
        int[] order = topologicalOrder();
        var random = new SplittableRandom(1);
        var sums = new double[nodes()];
        var first = new double[nodes()];
        for (int pass = 0; pass < PASSES; pass++) {
            Arrays.fill(first, Double.POSITIVE_INFINITY);
            for (int i = order.length - 1; i >= 0; i--) {
                int node = order[i];
                double soonest = -Math.log(1 - random.nextDouble()) / Math.max(1, sizes[node]);
                for (int e = outStart[node]; e < outStart[node + 1]; e++) {
                    soonest = Math.min(soonest, first[out[e]]);
                }
                first[node] = soonest;
                sums[node] += soonest;
            }
        }
        return DoubleStream.of(sums).map(sum -> (PASSES - 1) / sum).toArray();
    }

    /// All nodes, each before what it leads to; an edge that closes a cycle points backwards.
    ///
    /// The order is the reverse of the one in which a depth-first search leaves the nodes. It
    /// starts where nothing leads to, so where a cycle is entered from outside, the entry comes
    /// first.
    public int[] topologicalOrder() {
        var order = new int[nodes()];
        var cursor = new int[nodes()];
        var stack = new int[nodes()];
        Arrays.fill(cursor, -1);
        int next = nodes();
        for (int start : startingPoints()) {
            if (cursor[start] >= 0) {
                continue;
            }
            int depth = 0;
            stack[0] = start;
            cursor[start] = outDegree(start);
            while (depth >= 0) {
                int node = stack[depth];
                if (cursor[node] == 0) {
                    order[--next] = node;
                    depth--;
                } else {
                    int successor = out[outStart[node] + --cursor[node]];
                    if (cursor[successor] < 0) {
                        cursor[successor] = outDegree(successor);
                        stack[++depth] = successor;
                    }
                }
            }
        }
        return order;
    }

    public boolean hasCycles() {
        var place = inverse(topologicalOrder());
        return IntStream.range(0, nodes())
                .anyMatch(node ->
                        IntStream.of(successors(node)).anyMatch(t -> place[t] < place[node]));
    }

    /// The same graph without the edges that longer ways imply; one that closes a cycle always
    /// stays.
    public Digraph reduced() throws InterruptedException {
        return Reduction.of(this);
    }

    /// The place of each number in a permutation.
    static int[] inverse(int[] permutation) {
        var inverse = new int[permutation.length];
        for (int i = 0; i < permutation.length; i++) {
            inverse[permutation[i]] = i;
        }
        return inverse;
    }

    private int[] startingPoints() {
        // Later starts come earlier in the order, so sources are taken from the last to the first.
        return IntStream.concat(
                        IntStream.range(0, nodes())
                                .map(i -> nodes() - 1 - i)
                                .filter(node -> inDegree(node) == 0),
                        IntStream.range(0, nodes()).filter(node -> inDegree(node) > 0))
                .toArray();
    }

    /// The fewest nodes from which everything can be reached: those that nothing leads to, and one
    /// of each cycle that nothing leads into.
    public int[] roots() {
        var roots = new int[nodes()];
        int count = 0;
        var reached = new BitSet(nodes());
        var queue = new int[nodes()];
        int end = 0;
        for (int node : topologicalOrder()) {
            if (!reached.get(node)) {
                roots[count++] = node;
                reached.set(node);
                queue[end] = node;
                end = spread(queue, end, end + 1, reached);
            }
        }
        Arrays.sort(roots, 0, count);
        return Arrays.copyOf(roots, count);
    }

    /// A shortest path from one node to another, both included, or empty if none leads there. Among
    /// several it is the one whose nodes come first.
    public int[] path(int from, int to) {
        int[] distance = reversed().distances(to);
        if (distance[from] < 0) {
            return new int[0];
        }
        var path = new int[distance[from] + 1];
        path[0] = from;
        for (int i = 1; i < path.length; i++) {
            int e = outStart[path[i - 1]];
            while (distance[out[e]] != path.length - 1 - i) {
                e++;
            }
            path[i] = out[e];
        }
        return path;
    }

    /// Every path from one node to another that visits no node twice, shortest first, found as the
    /// stream is read. There can be more than anyone can count: limit it.
    public Stream<int[]> paths(int from, int to) {
        return new Paths(this, from, to).stream();
    }

    /// The fewest edges without which nothing would lead from one node to another, as pairs of
    /// source and target: what to cut to be rid of a dependency. Empty if nothing leads there now.
    public List<int[]> cut(int from, int to) {
        var between = new BitSet(nodes());
        IntStream.of(closure(from)).forEach(between::set);
        var leading = new BitSet(nodes());
        IntStream.of(reversed().closure(to)).forEach(leading::set);
        between.and(leading);
        if (from == to || !between.get(to)) {
            return List.of();
        }
        var network = toJGraphT(between);
        var flow = new EdmondsKarpMFImpl<>(network);
        flow.calculateMinCut(from, to);
        return flow.getCutEdges().stream()
                .map(e -> new int[] {network.getEdgeSource(e), network.getEdgeTarget(e)})
                .sorted(Arrays::compare)
                .toList();
    }

    /// A copy of the part of this graph that lies on some nodes, for the algorithms of JGraphT.
    Graph<Integer, DefaultEdge> toJGraphT(BitSet nodes) {
        var copy = new SimpleDirectedGraph<Integer, DefaultEdge>(DefaultEdge.class);
        nodes.stream().forEach(copy::addVertex);
        nodes.stream()
                .forEach(node ->
                        IntStream.range(outStart[node], outStart[node + 1])
                                .filter(e -> nodes.get(out[e]))
                                .forEach(e -> copy.addEdge(node, out[e])));
        return copy;
    }

    /// The number of edges on the shortest path from a node to each node, -1 where none leads.
    int[] distances(int from) {
        var distance = new int[nodes()];
        Arrays.fill(distance, -1);
        distance[from] = 0;
        var queue = new int[nodes()];
        queue[0] = from;
        int end = 1;
        for (int i = 0; i < end; i++) {
            int node = queue[i];
            for (int e = outStart[node]; e < outStart[node + 1]; e++) {
                if (distance[out[e]] < 0) {
                    distance[out[e]] = distance[node] + 1;
                    queue[end++] = out[e];
                }
            }
        }
        return distance;
    }
}
