package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GraphViewTest {
    private static final StorePath TOP = path("top-1.0");
    private static final StorePath LIBC = path("glibc-2.39-dev");

    /// top refers to 30 perl modules and to libc, each module to libc.
    private static final PathGraph GRAPH = graph();

    @Test
    void aClosureSaysWhatEachPathIs() throws InterruptedException {
        var view = GraphView.closure(GRAPH, List.of(TOP), _ -> TrustMark.UNSIGNED, List.of(), 100);
        var libc =
                view.nodes().stream()
                        .filter(node -> node.id().equals(LIBC))
                        .findFirst()
                        .orElseThrow();
        assertEquals(
                new GraphView.Node(
                        LIBC,
                        NodeKind.PATH,
                        TrustMark.UNSIGNED,
                        "glibc-dev",
                        "2.39",
                        1000,
                        1000,
                        libc.digest(),
                        1),
                libc);
        assertEquals(
                List.of(32, 0, 0), List.of(view.nodes().size(), view.hidden(), view.clusters()));
        // That top refers to libc follows from any of the modules.
        assertEquals(1, view.impliedEdges());
    }

    @Test
    void whatWouldCrowdIsGathered() throws InterruptedException {
        var view = GraphView.closure(GRAPH, List.of(TOP), _ -> TrustMark.NONE, List.of(), 6);
        assertEquals(
                List.of("glibc-dev 1 1000", "perl5.38 29 435", "perl5.38-M29 1 30", "top 1 10"),
                view.nodes().stream()
                        .map(node -> node.name() + " " + node.members() + " " + node.size())
                        .sorted()
                        .toList());
        assertEquals(List.of(29, 1), List.of(view.hidden(), view.clusters()));
    }

    @Test
    void whatIsToStandApartDoes() throws InterruptedException {
        var view =
                GraphView.closure(
                        GRAPH,
                        List.of(TOP),
                        _ -> TrustMark.NONE,
                        List.of(path("perl5.38-M3-1.3")),
                        6);
        assertEquals(
                1, view.nodes().stream().filter(node -> node.name().equals("perl5.38-M3")).count());
    }

    private static PathGraph graph() {
        var paths = new ArrayList<>(List.of(TOP, LIBC));
        var sizes = IntStream.concat(IntStream.of(10, 1000), IntStream.rangeClosed(1, 30));
        IntStream.range(0, 30)
                .mapToObj(i -> path("perl5.38-M" + i + "-1." + i))
                .forEach(paths::add);
        return PathGraph.of(
                paths,
                sizes.asLongStream().toArray(),
                IntStream.concat(IntStream.generate(() -> 0).limit(31), IntStream.range(2, 32))
                        .toArray(),
                IntStream.concat(
                                IntStream.rangeClosed(1, 31), IntStream.generate(() -> 1).limit(30))
                        .toArray());
    }

    private static StorePath path(String name) {
        return new StorePath(StorePath.NIX_STORE, "0".repeat(32), name);
    }
}
