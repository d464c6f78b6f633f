package cairn.ui.model;

import cairn.graph.Clusters;
import cairn.graph.Digraph;
import cairn.graph.Dominators;
import cairn.graph.LayeredLayout;
import cairn.graph.PackageName;
import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/// A graph as the canvas shows it: nodes with what is written on them, and where they lie.
///
/// The layout leaves out edges that longer ways imply. Making one takes milliseconds to a second,
/// so do it off the UI thread; an interrupt ends it.
///
/// @param graph all edges among the nodes
/// @param layout a drawing of the same nodes with the same edges, or fewer
/// @param nodes the nodes by their numbers
/// @param hidden how many things are behind nodes that stand for several
public record GraphView(Digraph graph, LayeredLayout layout, List<Node> nodes, int hidden) {
    public static final GraphView EMPTY = empty();

    /// One node.
    ///
    /// @param id what it stands for, by which it is selected and opened; a [Cluster] stands for
    ///   several
    /// @param detail a version, or what else tells it from others of its name
    /// @param size of itself in bytes
    /// @param added the bytes that would go if it went
    /// @param digest the first bytes of its hash, from which its glyph is drawn
    /// @param members how many things it stands for
    public record Node(
            Object id,
            NodeKind kind,
            TrustMark trust,
            String name,
            String detail,
            long size,
            long added,
            long digest,
            int members) {}

    /// Several paths shown as one node.
    public record Cluster(List<StorePath> paths) {
        public Cluster {
            paths = List.copyOf(paths);
        }
    }

    public GraphView {
        nodes = List.copyOf(nodes);
        if (nodes.size() != graph.nodes() || nodes.size() != layout.graph().nodes()) {
            throw new IllegalArgumentException(nodes.size() + " for " + graph.nodes() + " nodes");
        }
    }

    /// Lays out a graph.
    ///
    /// @param first nodes to leave at the left
    public static GraphView of(Digraph graph, List<Node> nodes, int hidden, int... first)
            throws InterruptedException {
        var layout = LayeredLayout.of(graph.reduced(), LayeredLayout.Spacing.CARDS, first);
        return new GraphView(graph, layout, nodes, hidden);
    }

    /// The closure of some paths; where it has too many to read, those that matter least are
    /// gathered.
    ///
    /// @param trust how far each path is trusted
    /// @param apart paths to show by themselves however many there are
    /// @param most the number of nodes wanted
    public static GraphView closure(
            PathGraph all,
            Collection<StorePath> roots,
            Function<? super StorePath, TrustMark> trust,
            Collection<StorePath> apart,
            int most)
            throws InterruptedException {
        var part = all.part(all.closure(roots.toArray(StorePath[]::new)));
        long[] sizes = part.sizes();
        int[] first = roots.stream().mapToInt(part::node).toArray();
        var keep = new BitSet();
        if (first.length <= most / 4) {
            IntStream.of(first).forEach(keep::set);
        }
        apart.stream().filter(part::contains).mapToInt(part::node).forEach(keep::set);
        var clusters =
                Clusters.of(
                        part.digraph(),
                        Dominators.of(part.digraph(), first).addedSizes(sizes),
                        node -> family(part.path(node)),
                        keep,
                        most);
        int[] groups = IntStream.of(first).map(clusters::group).distinct().toArray();
        long[] groupSizes =
                IntStream.range(0, clusters.count())
                        .mapToLong(group ->
                                IntStream.of(clusters.members(group)).mapToLong(part::size).sum())
                        .toArray();
        long[] added = Dominators.of(clusters.graph(), groups).addedSizes(groupSizes);
        var nodes =
                IntStream.range(0, clusters.count())
                        .mapToObj(group -> {
                            int[] members = clusters.members(group);
                            if (members.length == 1) {
                                var path = part.path(members[0]);
                                return path(
                                        path, trust.apply(path), groupSizes[group], added[group]);
                            }
                            return new Node(
                                    new Cluster(
                                            IntStream.of(members).mapToObj(part::path).toList()),
                                    NodeKind.PATH,
                                    TrustMark.NONE,
                                    clusters.family(group),
                                    "",
                                    groupSizes[group],
                                    added[group],
                                    0,
                                    members.length);
                        })
                        .toList();
        return of(clusters.graph(), nodes, clusters.hidden(), groups);
    }

    private static Node path(StorePath path, TrustMark trust, long size, long added) {
        var name = PackageName.of(path);
        return new Node(
                path,
                path.isDerivation() ? NodeKind.DERIVATION : NodeKind.PATH,
                trust,
                name.label(),
                name.version(),
                size,
                added,
                Glyph.digest(path.hash()),
                1);
    }

    private static String family(StorePath path) {
        String name = PackageName.of(path).name();
        int dash = name.indexOf('-');
        return dash < 1 ? name : name.substring(0, dash);
    }

    /// How many of the edges are implied by others and not drawn.
    public int impliedEdges() {
        return graph.edges() - layout.graph().edges();
    }

    /// How many nodes stand for several things.
    public int clusters() {
        return (int) nodes.stream().filter(node -> node.members > 1).count();
    }

    private static GraphView empty() {
        try {
            return of(Digraph.of(0, new int[0], new int[0]), List.of(), 0);
        } catch (InterruptedException e) {
            // Nothing to lay out takes no time to interrupt; the flag is kept for whoever set it.
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
