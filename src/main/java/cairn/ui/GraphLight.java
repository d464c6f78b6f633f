package cairn.ui;

import cairn.graph.Digraph;
import cairn.ui.model.GraphView;
import cairn.ui.model.Replay.Then;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What of a graph is drawn in full, as a frame asks for it. Needs no toolkit.
///
/// @param nodes the nodes that matter, or null for all; everything else is faint
/// @param edges edges of the layout
/// @param direct edges that the layout leaves out, from left to right
record GraphLight(@Nullable BitSet nodes, BitSet edges, List<Link> direct) {
    /// An edge between two nodes.
    record Link(int from, int to) {}

    /// The edges at the selection and the pointer, or a part of the graph.
    enum Kind {
        NEAR,
        ANCESTORS,
        DESCENDANTS,
        WAY
    }

    static GraphLight of(GraphView view, GraphFrame frame) {
        if (frame.then().isPresent()) {
            return then(view, frame.then().get());
        }
        int[] selected = frame.selected().stream().toArray();
        return switch (frame.light()) {
            case NEAR -> near(view, frame);
            case ANCESTORS -> among(view, view.graph().reversed().closure(selected));
            case DESCENDANTS -> among(view, view.graph().closure(selected));
            case WAY -> {
                List<Integer> way = frame.way().isEmpty() ? way(view, selected) : frame.way();
                yield way.isEmpty() ? near(view, frame) : along(view, way);
            }
        };
    }

    boolean isFaint(int node) {
        return nodes != null && !nodes.get(node);
    }

    /// What was there, and the edges between that and what had just come.
    private static GraphLight then(GraphView view, Then then) {
        Digraph graph = view.layout().graph();
        var edges = new BitSet();
        then.news().stream()
                .forEach(node -> {
                    IntStream.range(graph.firstEdge(node), graph.firstEdge(node + 1))
                            .filter(edge -> then.present().get(graph.target(edge)))
                            .forEach(edges::set);
                    for (int before : graph.predecessors(node)) {
                        if (then.present().get(before)) {
                            edges.set(graph.edge(before, node));
                        }
                    }
                });
        return new GraphLight(then.present(), edges, List.of());
    }

    private static GraphLight near(GraphView view, GraphFrame frame) {
        Digraph graph = view.layout().graph();
        var edges = new BitSet();
        frame.selected().stream().forEach(node -> addEdges(graph, node, edges));
        if (frame.hover() >= 0) {
            addEdges(graph, frame.hover(), edges);
        }
        return new GraphLight(null, edges, List.of());
    }

    private static void addEdges(Digraph graph, int node, BitSet edges) {
        edges.set(graph.firstEdge(node), graph.firstEdge(node + 1));
        for (int before : graph.predecessors(node)) {
            edges.set(graph.edge(before, node));
        }
    }

    private static GraphLight among(GraphView view, int[] nodes) {
        Digraph graph = view.layout().graph();
        var lit = new BitSet();
        IntStream.of(nodes).forEach(lit::set);
        var edges = new BitSet();
        for (int node : nodes) {
            IntStream.range(graph.firstEdge(node), graph.firstEdge(node + 1))
                    .filter(edge -> lit.get(graph.target(edge)))
                    .forEach(edges::set);
        }
        return new GraphLight(lit, edges, List.of());
    }

    /// A shortest way between the only two nodes, whichever direction has one.
    private static List<Integer> way(GraphView view, int[] ends) {
        if (ends.length != 2) {
            return List.of();
        }
        int[] path = view.graph().path(ends[0], ends[1]);
        if (path.length == 0) {
            path = view.graph().path(ends[1], ends[0]);
        }
        return IntStream.of(path).boxed().toList();
    }

    private static GraphLight along(GraphView view, List<Integer> way) {
        Digraph graph = view.layout().graph();
        var nodes = new BitSet();
        way.forEach(nodes::set);
        var edges = new BitSet();
        var direct = new ArrayList<Link>();
        for (int i = 1; i < way.size(); i++) {
            int edge = graph.edge(way.get(i - 1), way.get(i));
            if (edge >= 0) {
                edges.set(edge);
            } else {
                direct.add(new Link(way.get(i - 1), way.get(i)));
            }
        }
        return new GraphLight(nodes, edges, direct);
    }
}
