package cairn.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.graph.LayeredLayout.Spacing;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LayeredLayoutTest {
    private static final Spacing SPACING = new Spacing(100, 20, 10, 6, 40);
    private static final float ROUNDING = 0.01f;

    static Stream<Digraph> graphs() {
        return IntStream.range(0, 5)
                .boxed()
                .flatMap(seed ->
                        Stream.of(
                                Samples.dependencies(49, 49 + 10 * seed, seed),
                                Samples.dependencies(150, 450, seed),
                                Samples.random(60, 15 * seed, seed)));
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void nothingCoversACard(Digraph graph) throws InterruptedException {
        var layout = layout(graph);
        Map<Float, List<Integer>> columns =
                IntStream.range(0, layout.slots())
                        .boxed()
                        .collect(Collectors.groupingBy(layout::x));
        for (List<Integer> column : columns.values()) {
            var downwards = column.stream().sorted(Comparator.comparingDouble(layout::y)).toList();
            for (int i = 1; i < downwards.size(); i++) {
                int upper = downwards.get(i - 1);
                int lower = downwards.get(i);
                float apart = layout.y(lower) - layout.y(upper);
                float least =
                        layout.isBend(upper) && layout.isBend(lower)
                                ? SPACING.lane()
                                : layout.isBend(upper) || layout.isBend(lower)
                                        ? SPACING.height() / 2 + SPACING.lane()
                                        : SPACING.height() + SPACING.gap();
                assertTrue(apart >= least - ROUNDING, upper + " and " + lower + ": " + apart);
            }
        }
        for (int node = 0; node < graph.nodes(); node++) {
            assertTrue(layout.x(node) - SPACING.width() / 2 >= -ROUNDING);
            assertTrue(layout.y(node) - SPACING.height() / 2 >= -ROUNDING);
            assertTrue(layout.x(node) + SPACING.width() / 2 <= layout.width() + ROUNDING);
            assertTrue(layout.y(node) + SPACING.height() / 2 <= layout.height() + ROUNDING);
        }
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void everyEdgeRunsOverLinksFromLeftToRight(Digraph graph) throws InterruptedException {
        var layout = layout(graph);
        for (int edge = 0; edge < graph.edges(); edge++) {
            int[] route = layout.route(edge);
            boolean turned = layout.isTurned(edge);
            assertEquals(graph.source(edge), route[turned ? route.length - 1 : 0]);
            assertEquals(graph.target(edge), route[turned ? 0 : route.length - 1]);
            for (int i = 1; i < route.length; i++) {
                assertTrue(layout.links().edge(route[i - 1], route[i]) >= 0);
                assertEquals(layout.layer(route[i - 1]) + 1, layout.layer(route[i]));
                assertEquals(i < route.length - 1, layout.isBend(route[i]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void crossingsAreCountedRight(Digraph graph) throws InterruptedException {
        var layout = layout(graph);
        var links = layout.links();
        int[] sources = links.sources();
        long crossings = 0;
        for (int e = 0; e < links.edges(); e++) {
            for (int f = 0; f < e; f++) {
                int a = sources[e];
                int b = sources[f];
                if (layout.layer(a) == layout.layer(b)) {
                    float left = layout.y(a) - layout.y(b);
                    float right = layout.y(links.target(e)) - layout.y(links.target(f));
                    crossings += left < 0 && right > 0 || left > 0 && right < 0 ? 1 : 0;
                }
            }
        }
        assertEquals(crossings, layout.crossings());
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void theSameGraphGivesTheSameDrawing(Digraph graph) throws InterruptedException {
        assertArrayEquals(heights(layout(graph)), heights(layout(graph)));
    }

    @Test
    void aTreeHasNoCrossings() throws InterruptedException {
        int nodes = 400;
        var tree =
                Digraph.of(
                        nodes,
                        IntStream.range(1, nodes).map(i -> (i - 1) * 7 / 17).toArray(),
                        IntStream.range(1, nodes).toArray());
        assertEquals(0, layout(tree).crossings());
    }

    @Test
    void aLongEdgeRunsStraightPastWhatItSkips() throws InterruptedException {
        // 0 → 1 → 2 → 3 → 4 and 0 → 4.
        var layout = layout(Samples.of(5, 0, 1, 1, 2, 2, 3, 3, 4, 0, 4));
        int[] route = layout.route(layout.graph().edge(0, 4));
        assertEquals(5, route.length);
        assertEquals(layout.y(route[1]), layout.y(route[2]));
        assertEquals(layout.y(route[2]), layout.y(route[3]));
    }

    @Test
    void edgesIntoOneNodeShareTheirWay() throws InterruptedException {
        // 0 → 1 → 2 → 3, and 0, 1 and 4 → 3.
        var layout = layout(Samples.of(5, 0, 1, 1, 2, 2, 3, 0, 3, 1, 3, 0, 4, 4, 3));
        assertEquals(
                layout.route(layout.graph().edge(0, 3))[2],
                layout.route(layout.graph().edge(1, 3))[1]);
    }

    @Test
    void aLatecomerStandsNextToWhatItNeedsUnlessItIsPinned() throws InterruptedException {
        // 0 → 1 → 2 → 3 and 4 → 3.
        var graph = Samples.of(5, 0, 1, 1, 2, 2, 3, 4, 3);
        assertEquals(2, layout(graph).layer(4));
        assertEquals(0, LayeredLayout.of(graph, SPACING, 0, 4).layer(4));
    }

    @Test
    void anEdgeThatClosesACycleIsTurned() throws InterruptedException {
        var layout = layout(Samples.of(4, 0, 1, 1, 2, 2, 1, 2, 3));
        assertEquals(List.of(0, 1, 2, 3), IntStream.range(0, 4).mapToObj(layout::layer).toList());
        assertEquals(
                List.of(false, false, true, false),
                IntStream.range(0, 4).mapToObj(layout::isTurned).toList());
    }

    @Test
    void lonelyNodesFillAGridBelow() throws InterruptedException {
        var layout = layout(Samples.of(50, 0, 1));
        float below = layout.y(0) + SPACING.height();
        assertTrue(IntStream.range(2, 50).allMatch(node -> layout.y(node) > below));
        assertEquals(
                48,
                IntStream.range(2, 50)
                        .mapToObj(node -> layout.x(node) + " " + layout.y(node))
                        .distinct()
                        .count());
        assertTrue(layout.width() < 6 * SPACING.width() + 6 * SPACING.layerGap());
    }

    @Test
    void nothingAndOneNodeCanBeDrawn() throws InterruptedException {
        assertEquals(0, layout(Samples.of(0)).width());
        var one = layout(Samples.of(1));
        assertEquals(
                List.of(50f, 10f, 100f, 20f),
                List.of(one.x(0), one.y(0), one.width(), one.height()));
    }

    @Test
    void aDeepGraphNeedsNoDeepStack() throws InterruptedException {
        int nodes = 20_000;
        var line =
                Digraph.of(
                        nodes,
                        IntStream.range(0, nodes - 1).toArray(),
                        IntStream.range(1, nodes).toArray());
        assertEquals(nodes - 1, layout(line).layer(nodes - 1));
    }

    @Test
    void whatWouldNeedTooManyBendsIsLeftOut() throws InterruptedException {
        // A line of 600 nodes, and one node that leads to a leaf of each.
        int line = 600;
        int[] all = IntStream.range(0, line).toArray();
        var from = IntStream.of(all).flatMap(i -> IntStream.of(i, i, 2 * line)).toArray();
        var to =
                IntStream.of(all)
                        .flatMap(i -> IntStream.of(Math.min(i + 1, line - 1), line + i, line + i))
                        .toArray();
        var graph = Digraph.of(2 * line + 1, from, to);
        var layers = Layers.of(graph, 5000, 2 * line);
        assertTrue(layers.slots() <= graph.nodes() + 5000);
        assertTrue(layers.graph.edges() < graph.edges());
        assertTrue(layers.graph.outDegree(2 * line) > 0);
    }

    @Test
    void anInterruptEndsTheWork() {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> layout(Samples.dependencies(300, 900, 1)));
        assertFalse(Thread.interrupted());
    }

    private static LayeredLayout layout(Digraph graph) throws InterruptedException {
        return LayeredLayout.of(graph, SPACING);
    }

    private static float[] heights(LayeredLayout layout) {
        var heights = new float[layout.slots()];
        for (int slot = 0; slot < heights.length; slot++) {
            heights[slot] = layout.y(slot);
        }
        return heights;
    }
}
