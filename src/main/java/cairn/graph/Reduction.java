package cairn.graph;

import java.util.Arrays;

/// Leaves out the edges that longer ways imply.
///
/// Works on bit sets of what each node reaches, over a block of targets at a time, so that memory
/// stays at a hundred bytes a node however large the graph is. Targets and rows are numbered by
/// place in the topological order; edges that point backwards in it close cycles, imply nothing and
/// stay.
final class Reduction {
    private static final int WORDS = 16;
    private static final int BLOCK = WORDS * Long.SIZE;

    private Reduction() {}

    static Digraph of(Digraph graph) throws InterruptedException {
        int[] order = graph.topologicalOrder();
        int[] place = Digraph.inverse(order);
        var implied = new boolean[graph.edges()];
        var reach = new long[Math.multiplyExact(graph.nodes(), WORDS)];
        for (int first = 0; first < graph.nodes(); first += BLOCK) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            int end = Math.min(graph.nodes(), first + BLOCK);
            for (int at = end - 1; at >= 0; at--) {
                mark(graph, order[at], place, first, end, reach, implied);
            }
        }
        var from = new int[graph.edges()];
        var to = new int[graph.edges()];
        int kept = 0;
        for (int node = 0; node < graph.nodes(); node++) {
            for (int e = graph.firstEdge(node); e < graph.firstEdge(node + 1); e++) {
                if (!implied[e]) {
                    from[kept] = node;
                    to[kept++] = graph.target(e);
                }
            }
        }
        return Digraph.of(graph.nodes(), Arrays.copyOf(from, kept), Arrays.copyOf(to, kept));
    }

    private static void mark(
            Digraph graph,
            int node,
            int[] place,
            int first,
            int end,
            long[] reach,
            boolean[] implied) {
        int row = place[node] * WORDS;
        Arrays.fill(reach, row, row + WORDS, 0);
        int begin = graph.firstEdge(node);
        int stop = graph.firstEdge(node + 1);
        for (int e = begin; e < stop; e++) {
            int target = place[graph.target(e)];
            if (target > place[node] && target < end) {
                for (int w = 0; w < WORDS; w++) {
                    reach[row + w] |= reach[target * WORDS + w];
                }
            }
        }
        for (int e = begin; e < stop; e++) {
            int bit = place[graph.target(e)] - first;
            if (bit >= 0 && bit + first > place[node] && bit + first < end) {
                long mask = 1L << bit;
                int word = row + bit / Long.SIZE;
                implied[e] = (reach[word] & mask) != 0;
                reach[word] |= mask;
            }
        }
    }
}
