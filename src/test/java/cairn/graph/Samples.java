package cairn.graph;

import java.util.BitSet;
import java.util.Random;
import org.jgrapht.Graph;
import org.jgrapht.graph.DefaultEdge;

/// Graphs to test on.
final class Samples {
    private Samples() {}

    /// A graph written as `from to` pairs, one after the other.
    static Digraph of(int nodes, int... pairs) {
        var from = new int[pairs.length / 2];
        var to = new int[from.length];
        for (int i = 0; i < from.length; i++) {
            from[i] = pairs[2 * i];
            to[i] = pairs[2 * i + 1];
        }
        return Digraph.of(nodes, from, to);
    }

    /// Any edges, loops and repetitions among them.
    static Digraph random(int nodes, int edges, long seed) {
        var random = new Random(seed);
        return Digraph.of(
                nodes,
                random.ints(edges, 0, nodes).toArray(),
                random.ints(edges, 0, nodes).toArray());
    }

    /// Without cycles; everything can be reached from node 0, and the last nodes are the popular
    /// ones.
    static Digraph dependencies(int nodes, int edges, long seed) {
        var random = new Random(seed);
        var from = new int[edges];
        var to = new int[edges];
        for (int i = 0; i < edges; i++) {
            if (i < nodes - 1) {
                to[i] = i + 1;
                from[i] = random.nextInt((i + 1) / 3, i + 1);
            } else if (random.nextInt(3) == 0) {
                from[i] = random.nextInt(nodes - 1);
                double near = random.nextDouble();
                to[i] = nodes - 1 - (int) ((nodes - 1 - from[i]) * near * near * 0.3);
            } else {
                from[i] = random.nextInt(nodes - 1);
                to[i] = Math.min(nodes - 1, from[i] + 1 + random.nextInt(nodes / 20 + 3));
            }
        }
        return Digraph.of(nodes, from, to);
    }

    static Graph<Integer, DefaultEdge> jgrapht(Digraph graph) {
        var all = new BitSet();
        all.set(0, graph.nodes());
        return graph.toJGraphT(all);
    }
}
