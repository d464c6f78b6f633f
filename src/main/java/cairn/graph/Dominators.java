package cairn.graph;

import java.util.Arrays;

/// What hangs on each node alone: the immediate dominators of everything reachable from some roots.
///
/// A node dominates another if every way to that one leads through it, so what a node dominates
/// would go with it. Found by the algorithm of Lengauer and Tarjan with path compression, without
/// recursion, in time `edges × log nodes`.
///
/// @see <a href="https://doi.org/10.1145/357062.357071">A fast algorithm for finding dominators in
///   a flowgraph</a>
public final class Dominators {
    private static final int NONE = -1;

    private final Digraph graph;

    // Nodes by their number in a depth-first search; number 0 stands for one root above all roots.
    private final int[] node;
    private final int[] number;
    private final int[] parent;
    private final int count;

    private final int[] semi;
    private final int[] label;
    private final int[] ancestor;
    private final int[] immediate;
    private final int[] path;

    private Dominators(Digraph graph, int... roots) {
        this.graph = graph;
        node = new int[graph.nodes() + 1];
        number = new int[graph.nodes()];
        parent = new int[graph.nodes() + 1];
        count = search(roots);
        semi = new int[count];
        label = new int[count];
        ancestor = new int[count];
        immediate = new int[count];
        path = new int[count];
        solve(roots);
    }

    public static Dominators of(Digraph graph, int... roots) {
        return new Dominators(graph, roots);
    }

    /// The last node that every way from the roots to a node leads through before it, or -1 if
    /// there is none or the node cannot be reached.
    public int immediate(int of) {
        return number[of] == NONE ? NONE : node[immediate[number[of]]];
    }

    /// For each node the sizes of all that would no longer be reachable if it were not there,
    /// itself included; 0 for a node that is not reachable now.
    public long[] addedSizes(long[] sizes) {
        var sums = new long[count];
        for (int i = count - 1; i > 0; i--) {
            sums[i] += sizes[node[i]];
            sums[immediate[i]] += sums[i];
        }
        var added = new long[graph.nodes()];
        for (int i = 1; i < count; i++) {
            added[node[i]] = sums[i];
        }
        return added;
    }

    private int search(int... roots) {
        Arrays.fill(number, NONE);
        node[0] = NONE;
        int next = 1;
        var stack = new int[graph.nodes()];
        var cursor = new int[graph.nodes()];
        for (int root : roots) {
            if (number[root] != NONE) {
                continue;
            }
            int depth = 0;
            stack[0] = root;
            number[root] = next;
            node[next++] = root;
            while (depth >= 0) {
                int at = stack[depth];
                if (cursor[at] == graph.outDegree(at)) {
                    depth--;
                    continue;
                }
                int successor = graph.successor(at, cursor[at]++);
                if (number[successor] == NONE) {
                    parent[next] = number[at];
                    number[successor] = next;
                    node[next++] = successor;
                    stack[++depth] = successor;
                }
            }
        }
        return next;
    }

    private void solve(int... roots) {
        for (int i = 0; i < count; i++) {
            semi[i] = i;
            label[i] = i;
            ancestor[i] = NONE;
        }
        var top = new boolean[count];
        for (int root : roots) {
            top[number[root]] = true;
        }
        // Nodes that wait for their semidominator's turn, chained per semidominator.
        var first = new int[count];
        var next = new int[count];
        Arrays.fill(first, NONE);
        for (int i = count - 1; i > 0; i--) {
            semi[i] = top[i] ? 0 : i;
            for (int k = 0; k < graph.inDegree(node[i]); k++) {
                int before = number[graph.predecessor(node[i], k)];
                if (before != NONE) {
                    semi[i] = Math.min(semi[i], semi[lowest(before)]);
                }
            }
            next[i] = first[semi[i]];
            first[semi[i]] = i;
            ancestor[i] = parent[i];
            for (int w = first[parent[i]]; w != NONE; w = next[w]) {
                int low = lowest(w);
                immediate[w] = semi[low] < semi[w] ? low : parent[i];
            }
            first[parent[i]] = NONE;
        }
        for (int i = 1; i < count; i++) {
            if (immediate[i] != semi[i]) {
                immediate[i] = immediate[immediate[i]];
            }
        }
    }

    /// The node with the lowest semidominator on the way up from a node, its tree's root excluded.
    private int lowest(int from) {
        int depth = 0;
        for (int at = from; ancestor[at] != NONE && ancestor[ancestor[at]] != NONE; ) {
            path[depth++] = at;
            at = ancestor[at];
        }
        while (depth > 0) {
            int at = path[--depth];
            int above = ancestor[at];
            if (semi[label[above]] < semi[label[at]]) {
                label[at] = label[above];
            }
            ancestor[at] = ancestor[above];
        }
        return label[from];
    }
}
