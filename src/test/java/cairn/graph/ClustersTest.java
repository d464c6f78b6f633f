package cairn.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClustersTest {
    /// 0 leads to 1 … 6; 1 and 2 lead to 7.
    private static final Digraph FAN =
            Samples.of(8, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 1, 7, 2, 7);

    private static final List<String> FAMILIES =
            List.of("top", "perl", "perl", "perl", "py", "py", "sh", "libc");

    @Test
    void aSmallGraphStaysAsItIs() {
        var clusters = clusters(8);
        assertEquals(8, clusters.count());
        assertEquals(0, clusters.hidden());
    }

    @Test
    void gathersFamiliesWithinALevelButForTheLargest() {
        assertEquals(
                "[top[0], perl[1], perl[2, 3], py[4, 5], sh[6], libc[7]]", clusters(6).toString());
    }

    @Test
    void gathersTheSmallestFamiliesWhenThereAreTooMany() {
        var clusters = clusters(4);
        assertEquals("[top[0], perl[1, 2, 3], [4, 5, 6], libc[7]]", clusters.toString());
        assertEquals(6, clusters.hidden());
        assertEquals(
                List.of(0, 1, 1, 1, 2, 2, 2, 3),
                IntStream.range(0, 8).mapToObj(clusters::group).toList());
        assertEquals(
                List.of("[1, 2]", "[3]", "[]", "[]"),
                IntStream.range(0, 4)
                        .mapToObj(g -> Arrays.toString(clusters.graph().successors(g)))
                        .toList());
    }

    @Test
    void aVeryDeepGraphFallsIntoBandsOfLevels() {
        int nodes = 3000;
        var graph =
                Digraph.of(
                        nodes,
                        IntStream.range(0, 2 * nodes - 3).map(i -> i / 2).toArray(),
                        IntStream.range(0, 2 * nodes - 3).map(i -> i / 2 + 1 + i % 2).toArray());
        var sizes = IntStream.range(0, nodes).mapToLong(i -> i * 7919L % nodes).toArray();
        var keep = new BitSet();
        keep.set(0);
        var clusters = Clusters.of(graph, sizes, i -> "f" + i % 50, keep, 100);
        // The first and eight others alone, and what is between them.
        assertEquals(18, clusters.count());
        assertEquals(nodes - 9, clusters.hidden());
        assertFalse(clusters.graph().hasCycles());
        assertEquals(1, clusters.members(clusters.group(0)).length);
    }

    @Test
    void aLargeGraphFallsToAboutTheWantedNumberWithoutCycles() {
        var graph = Samples.dependencies(10_000, 30_000, 7);
        var sizes = IntStream.range(0, 10_000).mapToLong(i -> i % 977).toArray();
        var keep = new BitSet();
        keep.set(0);
        keep.set(5000);
        var clusters = Clusters.of(graph, sizes, i -> "f" + i % 50, keep, 400);
        assertTrue(clusters.count() <= 400, clusters.count() + " groups");
        assertFalse(clusters.graph().hasCycles());
        assertEquals(1, clusters.members(clusters.group(5000)).length);
        assertEquals(
                10_000,
                IntStream.range(0, clusters.count()).map(g -> clusters.members(g).length).sum());
    }

    private static Clusters clusters(int most) {
        var keep = new BitSet();
        keep.set(0);
        keep.set(7);
        return Clusters.of(FAN, new long[] {0, 9, 1, 1, 1, 1, 5, 0}, FAMILIES::get, keep, most);
    }
}
