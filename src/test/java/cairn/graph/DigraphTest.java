package cairn.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jgrapht.Graph;
import org.jgrapht.Graphs;
import org.jgrapht.alg.TransitiveReduction;
import org.jgrapht.alg.connectivity.KosarajuStrongConnectivityInspector;
import org.jgrapht.alg.cycle.CycleDetector;
import org.jgrapht.alg.flow.PushRelabelMFImpl;
import org.jgrapht.alg.shortestpath.AllDirectedPaths;
import org.jgrapht.alg.shortestpath.BFSShortestPath;
import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.traverse.BreadthFirstIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DigraphTest {
    static Stream<Digraph> anyGraphs() {
        return IntStream.range(0, 6)
                .boxed()
                .flatMap(seed ->
                        Stream.of(
                                Samples.random(12, 30, seed),
                                Samples.random(40, 45, seed),
                                Samples.dependencies(40, 110, seed)));
    }

    /// Of more nodes than are weighed together.
    static Stream<Digraph> largerGraphs() {
        return Stream.of(Samples.random(1100, 2000, 1), Samples.dependencies(1300, 4000, 2));
    }

    static Stream<Digraph> acyclicGraphs() {
        return IntStream.range(0, 6)
                .mapToObj(seed -> Samples.dependencies(60, 60 + 15 * seed, seed));
    }

    @Test
    void aboutWeighsClosures() {
        Digraph graph = Samples.dependencies(3000, 9000, 1);
        long[] sizes = IntStream.range(0, 3000).mapToLong(i -> 1 + i * 7919L % 5000).toArray();
        double[] about = graph.estimatedClosureSizes(sizes);
        long near =
                IntStream.range(0, 3000)
                        .mapToDouble(node -> about[node] / graph.closureSize(sizes, node))
                        .filter(ratio -> ratio > 0.5 && ratio < 2)
                        .count();
        assertTrue(near > 2900, near + " of 3000");
        assertEquals(0, Digraph.of(0, new int[0], new int[0]).estimatedClosureSizes(sizes).length);
    }

    @Test
    void mergesRepeatedEdgesAndDropsLoops() {
        var graph = Samples.of(4, 2, 1, 0, 3, 2, 1, 1, 1, 0, 1, 2, 0);
        assertEquals(
                List.of(List.of(1, 3), List.of(), List.of(0, 1), List.of()), successors(graph));
        assertEquals(
                List.of(List.of(1, 3), List.of(), List.of(0, 1), List.of()),
                predecessors(graph.reversed()));
        assertEquals(
                List.of(0, 0, 2, 2),
                IntStream.range(0, graph.edges()).mapToObj(graph::source).toList());
        assertEquals(3, graph.edge(2, 1));
        assertTrue(graph.edge(1, 2) < 0);
    }

    @ParameterizedTest
    @MethodSource("anyGraphs")
    void reachesWhatJGraphTReaches(Digraph graph) {
        var oracle = Samples.jgrapht(graph);
        for (int node = 0; node < graph.nodes(); node++) {
            var reached = new TreeSet<Integer>();
            new BreadthFirstIterator<>(oracle, node).forEachRemaining(reached::add);
            assertEquals(reached, set(graph.closure(node)));
            assertEquals(
                    reached.stream().mapToLong(i -> i * i).sum(),
                    graph.closureSize(squares(graph), node));
        }
    }

    @ParameterizedTest
    @MethodSource("anyGraphs")
    void findsPathsAsShortAsJGraphT(Digraph graph) {
        var oracle = Samples.jgrapht(graph);
        for (int from = 0; from < graph.nodes(); from++) {
            for (int to = 0; to < graph.nodes(); to++) {
                var expected = BFSShortestPath.findPathBetween(oracle, from, to);
                int[] path = graph.path(from, to);
                assertEquals(expected == null ? 0 : expected.getLength() + 1, path.length);
                assertPath(graph, from, to, path);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("anyGraphs")
    void listsTheSimplePathsOfJGraphTShortestFirst(Digraph graph) {
        var oracle = new AllDirectedPaths<>(Samples.jgrapht(graph));
        for (int to = 0; to < graph.nodes(); to += 7) {
            var expected =
                    oracle.getAllPaths(0, to, true, null).stream()
                            .map(org.jgrapht.GraphPath::getVertexList)
                            .collect(Collectors.toSet());
            var found = graph.paths(0, to).map(DigraphTest::list).toList();
            assertEquals(expected, Set.copyOf(found));
            assertEquals(expected.size(), found.size());
            assertEquals(
                    found.stream().map(List::size).sorted().toList(),
                    found.stream().map(List::size).toList());
        }
    }

    @Test
    void pathsAreFoundAsTheyAreRead() {
        // Two ways at each of 200 steps: 2^200 paths.
        var pairs = IntStream.builder();
        for (int i = 0; i < 200; i++) {
            IntStream.of(3 * i, 3 * i + 1, 3 * i, 3 * i + 2).forEach(pairs::add);
            IntStream.of(3 * i + 1, 3 * i + 3, 3 * i + 2, 3 * i + 3).forEach(pairs::add);
        }
        var graph = Samples.of(601, pairs.build().toArray());
        assertEquals(
                1000, graph.paths(0, 600).limit(1000).map(DigraphTest::list).distinct().count());
    }

    @Test
    void deadEndsInCyclesDoNotHoldPathsUp() {
        // A way of three nodes with a clique of 40 on its middle, from which only the middle leads
        // on.
        var pairs = IntStream.builder();
        IntStream.of(0, 1, 1, 2).forEach(pairs::add);
        for (int i = 3; i < 43; i++) {
            for (int j = 3; j < 43; j++) {
                IntStream.of(i, j).forEach(pairs::add);
            }
            IntStream.of(1, i, i, 1).forEach(pairs::add);
        }
        var graph = Samples.of(43, pairs.build().toArray());
        assertEquals(List.of(List.of(0, 1, 2)), graph.paths(0, 2).map(DigraphTest::list).toList());
    }

    @Test
    void anInterruptEndsTheSearchForPaths() {
        Iterator<int[]> paths = Samples.of(3, 0, 1, 1, 2).paths(0, 2).iterator();
        Thread.currentThread().interrupt();
        assertThrows(CancellationException.class, paths::hasNext);
        assertTrue(Thread.interrupted());
    }

    @ParameterizedTest
    @MethodSource("anyGraphs")
    void cutsWithAsFewEdgesAsTheFlowAllows(Digraph graph) {
        var oracle = Samples.jgrapht(graph);
        var flow = new PushRelabelMFImpl<>(oracle);
        for (int to = 1; to < graph.nodes(); to += 5) {
            var cut = graph.cut(0, to);
            assertEquals(Math.round(flow.calculateMaximumFlow(0, to)), cut.size());
            assertEquals(0, without(graph, cut).path(0, to).length);
        }
    }

    @ParameterizedTest
    @MethodSource("anyGraphs")
    void ordersEachNodeBeforeWhatItLeadsToUnlessACycleForbidsIt(Digraph graph) {
        var oracle = Samples.jgrapht(graph);
        var knots = new KosarajuStrongConnectivityInspector<>(oracle).stronglyConnectedSets();
        int[] order = graph.topologicalOrder();
        assertEquals(set(IntStream.range(0, graph.nodes()).toArray()), set(order));
        int[] place = Digraph.inverse(order);
        for (DefaultEdge edge : oracle.edgeSet()) {
            int from = oracle.getEdgeSource(edge);
            int to = oracle.getEdgeTarget(edge);
            boolean inKnot = knots.stream().anyMatch(k -> k.contains(from) && k.contains(to));
            assertTrue(place[from] < place[to] || inKnot);
        }
        assertEquals(new CycleDetector<>(oracle).detectCycles(), graph.hasCycles());
    }

    @ParameterizedTest
    @MethodSource("anyGraphs")
    void everythingIsReachedFromTheRootsAndNoneIsSpare(Digraph graph) {
        int[] roots = graph.roots();
        assertEquals(graph.nodes(), graph.closure(roots).length);
        for (int root : roots) {
            int[] others = IntStream.of(roots).filter(other -> other != root).toArray();
            assertFalse(set(graph.closure(others)).contains(root));
        }
    }

    @ParameterizedTest
    @MethodSource("acyclicGraphs")
    void reducesAsJGraphTReduces(Digraph graph) throws InterruptedException {
        var oracle = Samples.jgrapht(graph);
        TransitiveReduction.INSTANCE.reduce(oracle);
        assertEquals(successors(oracle, graph.nodes()), successors(graph.reduced()));
    }

    @Test
    void reducesAcrossBlocksOfTargets() throws InterruptedException {
        int nodes = 3000;
        var from = IntStream.concat(IntStream.range(0, nodes - 1), IntStream.range(0, nodes / 2));
        var to = IntStream.concat(IntStream.range(1, nodes), IntStream.range(nodes / 2, nodes));
        var ladder = Digraph.of(nodes, from.toArray(), to.toArray());
        var line =
                Digraph.of(
                        nodes,
                        IntStream.range(0, nodes - 1).toArray(),
                        IntStream.range(1, nodes).toArray());
        assertEquals(successors(line), successors(ladder.reduced()));
    }

    @ParameterizedTest
    @MethodSource({"anyGraphs", "largerGraphs"})
    void allClosuresAtOnceWeighWhatEachDoes(Digraph graph) throws InterruptedException {
        long[] sizes = squares(graph);
        assertArrayEquals(
                IntStream.range(0, graph.nodes())
                        .mapToLong(node -> graph.closureSize(sizes, node))
                        .toArray(),
                ClosureSizes.of(graph, sizes));
    }

    @ParameterizedTest
    @MethodSource("anyGraphs")
    void reductionLosesNoWay(Digraph graph) throws InterruptedException {
        Digraph reduced = graph.reduced();
        for (int node = 0; node < graph.nodes(); node++) {
            assertEquals(set(graph.closure(node)), set(reduced.closure(node)));
        }
    }

    @ParameterizedTest
    @MethodSource("anyGraphs")
    void aNodeAddsWhatCannotBeReachedWithoutIt(Digraph graph) {
        int[] roots = {0, graph.nodes() / 2};
        long[] sizes = squares(graph);
        var expected = new long[graph.nodes()];
        long all = graph.closureSize(sizes, roots);
        for (int node : graph.closure(roots)) {
            var gone = new BitSet();
            gone.set(node);
            int[] left = IntStream.of(roots).filter(root -> root != node).toArray();
            expected[node] = all - without(graph, gone).closureSize(sizes, left);
        }
        assertArrayEquals(expected, Dominators.of(graph, roots).addedSizes(sizes));
    }

    @Test
    void deepGraphsNeedNoDeepStack() throws InterruptedException {
        int nodes = 200_000;
        var graph =
                Digraph.of(
                        nodes,
                        IntStream.range(0, nodes).toArray(),
                        IntStream.range(0, nodes).map(i -> (i + 1) % nodes).toArray());
        assertTrue(graph.hasCycles());
        assertArrayEquals(new int[] {0}, graph.roots());
        assertEquals(nodes, graph.path(0, nodes - 1).length);
        assertEquals(nodes, graph.reduced().edges());
        assertEquals(nodes - 2, Dominators.of(graph, 0).immediate(nodes - 1));
    }

    private static long[] squares(Digraph graph) {
        return IntStream.range(0, graph.nodes()).mapToLong(i -> (long) i * i).toArray();
    }

    private static void assertPath(Digraph graph, int from, int to, int[] path) {
        if (path.length > 0) {
            assertEquals(from, path[0]);
            assertEquals(to, path[path.length - 1]);
        }
        for (int i = 1; i < path.length; i++) {
            assertTrue(graph.edge(path[i - 1], path[i]) >= 0);
        }
    }

    private static Digraph without(Digraph graph, List<int[]> edges) {
        var oracle = Samples.jgrapht(graph);
        edges.forEach(edge -> oracle.removeEdge(edge[0], edge[1]));
        return copy(oracle, graph.nodes());
    }

    private static Digraph without(Digraph graph, BitSet nodes) {
        var oracle = Samples.jgrapht(graph);
        nodes.stream().forEach(oracle::removeVertex);
        return copy(oracle, graph.nodes());
    }

    private static Digraph copy(Graph<Integer, DefaultEdge> graph, int nodes) {
        var edges = List.copyOf(graph.edgeSet());
        return Digraph.of(
                nodes,
                edges.stream().mapToInt(graph::getEdgeSource).toArray(),
                edges.stream().mapToInt(graph::getEdgeTarget).toArray());
    }

    private static List<List<Integer>> successors(Graph<Integer, DefaultEdge> graph, int nodes) {
        return IntStream.range(0, nodes)
                .mapToObj(node -> Graphs.successorListOf(graph, node).stream().sorted().toList())
                .toList();
    }

    private static List<List<Integer>> successors(Digraph graph) {
        return IntStream.range(0, graph.nodes())
                .mapToObj(node -> list(graph.successors(node)))
                .toList();
    }

    private static List<List<Integer>> predecessors(Digraph graph) {
        return IntStream.range(0, graph.nodes())
                .mapToObj(node -> list(graph.predecessors(node)))
                .toList();
    }

    private static List<Integer> list(int[] nodes) {
        return new ArrayList<>(Arrays.stream(nodes).boxed().toList());
    }

    private static Set<Integer> set(int[] nodes) {
        return new TreeSet<>(list(nodes));
    }
}
