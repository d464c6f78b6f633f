package cairn.graph;

import java.util.Arrays;

/// The sizes of all closures of a graph at once.
///
/// Nodes are taken in groups of some hundred, and for each group it is found out from below which
/// nodes reach which of its members, a bit each: a node reaches what its successors reach. That
/// reads every edge once for each group, where walking each closure would read it once for each
/// closure that it lies in.
final class ClosureSizes {
    private static final int WORDS = 8;
    private static final int GROUP = Long.SIZE * WORDS;
    private static final int BYTES = 1 << Byte.SIZE;

    // All by the place of a node in the topological order, in which edges lead to later places.
    private final int[] firstEdge;
    private final int[] target;
    private final long[] size;
    private final boolean cyclic;

    private final long[] reached;
    private final boolean[] reaches;
    private final long[] sums = new long[GROUP / Byte.SIZE * BYTES];

    private ClosureSizes(Digraph graph, int[] order, long[] sizes) {
        int[] place = Digraph.inverse(order);
        firstEdge = new int[order.length + 1];
        target = new int[graph.edges()];
        size = new long[order.length];
        boolean back = false;
        for (int i = 0; i < order.length; i++) {
            int end = firstEdge[i];
            for (int e = graph.firstEdge(order[i]); e < graph.firstEdge(order[i] + 1); e++) {
                target[end] = place[graph.target(e)];
                back |= target[end++] <= i;
            }
            firstEdge[i + 1] = end;
            size[i] = sizes[order[i]];
        }
        cyclic = back;
        reached = new long[order.length * WORDS];
        reaches = new boolean[order.length];
    }

    /// @throws InterruptedException when the thread is interrupted, soon after that
    @SuppressWarnings("ThreadPriorityCheck") // lets others through where threads are virtual
    static long[] of(Digraph graph, long[] sizes) throws InterruptedException {
        int[] order = graph.topologicalOrder();
        var all = new ClosureSizes(graph, order, sizes);
        var totals = new long[order.length];
        for (int begin = 0; begin < order.length; begin += GROUP) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            Thread.yield();
            all.add(begin, Math.min(begin + GROUP, order.length), totals);
        }
        var closures = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            closures[order[i]] = totals[i];
        }
        return closures;
    }

    /// Adds to each node's total what it reaches of a group.
    private void add(int begin, int end, long[] totals) {
        // Without cycles nothing behind the group leads to it.
        int last = cyclic ? reaches.length : end;
        Arrays.fill(reached, 0, last * WORDS, 0);
        Arrays.fill(reaches, 0, last, false);
        for (int i = begin; i < end; i++) {
            reached[i * WORDS + (i - begin) / Long.SIZE] |= 1L << i - begin;
            reaches[i] = true;
        }
        boolean again;
        do {
            again = false;
            for (int i = last - 1; i >= 0; i--) {
                again |= gather(i) && cyclic;
            }
        } while (again);
        sumUp(begin, end);
        for (int i = 0; i < last; i++) {
            if (reaches[i]) {
                totals[i] += sum(i);
            }
        }
    }

    /// Lets a node reach what its successors reach, and tells whether that is news.
    private boolean gather(int node) {
        long news = 0;
        for (int e = firstEdge[node]; e < firstEdge[node + 1]; e++) {
            if (reaches[target[e]]) {
                int from = target[e] * WORDS;
                int to = node * WORDS;
                for (int word = 0; word < WORDS; word++) {
                    long more = reached[from + word] | reached[to + word];
                    news |= more ^ reached[to + word];
                    reached[to + word] = more;
                }
                reaches[node] = true;
            }
        }
        return news != 0;
    }

    /// The sizes of all sets of eight neighbours in the group.
    private void sumUp(int begin, int end) {
        Arrays.fill(sums, 0);
        for (int eight = 0; eight < GROUP / Byte.SIZE; eight++) {
            for (int bits = 1; bits < BYTES; bits++) {
                int lowest = begin + eight * Byte.SIZE + Integer.numberOfTrailingZeros(bits);
                sums[eight * BYTES + bits] =
                        sums[eight * BYTES + (bits & bits - 1)] + (lowest < end ? size[lowest] : 0);
            }
        }
    }

    private long sum(int node) {
        long sum = 0;
        for (int word = 0; word < WORDS; word++) {
            long bits = reached[node * WORDS + word];
            for (int table = word * Byte.SIZE * BYTES; bits != 0; table += BYTES) {
                sum += sums[table + (int) (bits & BYTES - 1)];
                bits >>>= Byte.SIZE;
            }
        }
        return sum;
    }
}
