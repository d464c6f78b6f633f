package cairn.graph;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// Lists the simple paths from one node to another, shortest first.
///
/// Best-first search over beginnings of paths, ordered by the length they have plus the least they
/// still need. Without cycles every beginning leads to a path, so the next path is never far. With
/// them a beginning may have cut itself off; it is dropped as soon as that is so, for which the
/// nodes that still lead to the end are counted again. Throws [CancellationException] when
/// interrupted.
final class Paths extends AbstractSpliterator<int[]> {
    private final Digraph graph;
    private final int to;
    private final int[] distance;
    private final boolean cyclic;
    private final PriorityQueue<Beginning> open =
            new PriorityQueue<>(
                    Comparator.comparingInt(Beginning::bound)
                            .thenComparingInt(beginning -> -beginning.length)
                            .thenComparingLong(Beginning::number));
    private long number;

    private record Beginning(
            int node, @Nullable Beginning before, int length, int bound, long number) {
        boolean visits(int other) {
            for (Beginning at = this; at != null; at = at.before) {
                if (at.node == other) {
                    return true;
                }
            }
            return false;
        }

        int[] nodes() {
            var nodes = new int[length + 1];
            for (Beginning at = this; at != null; at = at.before) {
                nodes[at.length] = at.node;
            }
            return nodes;
        }
    }

    Paths(Digraph graph, int from, int to) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.DISTINCT);
        this.graph = graph;
        this.to = to;
        distance = graph.reversed().distances(to);
        cyclic = graph.hasCycles();
        if (distance[from] >= 0) {
            open.add(new Beginning(from, null, 0, distance[from], number++));
        }
    }

    Stream<int[]> stream() {
        return StreamSupport.stream(this, false);
    }

    @Override
    public boolean tryAdvance(Consumer<? super int[]> action) {
        while (true) {
            Beginning best = open.poll();
            if (best == null) {
                return false;
            }
            if (best.node == to) {
                action.accept(best.nodes());
                return true;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException();
            }
            extend(best);
        }
    }

    private void extend(Beginning beginning) {
        var leading = cyclic ? leading(beginning) : null;
        for (int next : graph.successors(beginning.node)) {
            if (distance[next] >= 0 && (leading == null || leading.get(next))) {
                int length = beginning.length + 1;
                open.add(new Beginning(next, beginning, length, length + distance[next], number++));
            }
        }
    }

    /// The nodes from which the end can be reached without touching the beginning.
    private BitSet leading(Beginning beginning) {
        var leading = new BitSet(graph.nodes());
        List<Integer> queue = new ArrayList<>(List.of(to));
        leading.set(to);
        for (int i = 0; i < queue.size(); i++) {
            for (int node : graph.predecessors(queue.get(i))) {
                if (!leading.get(node) && !beginning.visits(node)) {
                    leading.set(node);
                    queue.add(node);
                }
            }
        }
        return leading;
    }
}
