package cairn.ui.model;

import cairn.cid.FormatException;
import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;

/// A closure, or everything that is here, as a graph. Use on the UI thread only.
public final class GraphModel implements Screen {
    /// How many cards are wanted before paths are gathered.
    private static final int MOST = 300;

    /// A drawing, and what is drawn.
    ///
    /// @param root whose closure it is, unless it is everything
    public record Drawing(GraphView view, Optional<StorePath> root, int paths, long size) {}

    private final Optional<String> hash;
    private final Library library;
    private final Side side;
    private final Answer<Drawing> drawing;
    private final Answer<List<StorePath>> why;
    private final Replay replay;
    private final ReadOnlyObjectWrapper<List<StorePath>> ends =
            new ReadOnlyObjectWrapper<>(this, "ends", List.of());
    private final ReadOnlyObjectWrapper<List<Crumb>> crumbs;

    /// What was taken out of clusters; read where the graph is drawn.
    private volatile List<StorePath> apart = List.of();

    public GraphModel(Place.Graph place, Library library, Work work, Side side) {
        hash = place.hash();
        this.library = library;
        this.side = side;
        drawing = new Answer<>(work, shown -> shown.paths == 0);
        why = new Answer<>(work, List::isEmpty);
        replay = new Replay(work);
        crumbs =
                new ReadOnlyObjectWrapper<>(
                        hash.map(text -> crumbs(Figures.shortened(text)))
                                .orElseGet(() -> List.of(new Crumb(Words.text("place.graph")))));
        drawing.valueProperty()
                .subscribe((before, drawn) -> {
                    if (before == null && drawn != null && drawn.root.isPresent()) {
                        crumbs.set(crumbs(drawn.root.get().name()));
                        side.select(new Subject.OfPath(drawn.root.get()));
                    }
                });
        drawing.ask(this::draw);
    }

    public Answer<Drawing> drawing() {
        return drawing;
    }

    /// The chain of references between the two paths that are selected.
    public Answer<List<StorePath>> why() {
        return why;
    }

    /// The graph as it was before; empty until [#askReplay].
    public Replay replay() {
        return replay;
    }

    /// Has what happened to the paths of the graph read.
    public void askReplay() {
        replay.ask(() -> library.timeline(closure(library.graph())));
    }

    /// The two paths that [#why()] is about, else none.
    public ReadOnlyObjectProperty<List<StorePath>> endsProperty() {
        return ends.getReadOnlyProperty();
    }

    /// Takes note of what is selected on the canvas.
    public void select(List<GraphView.Node> nodes) {
        var paths =
                nodes.stream()
                        .map(GraphView.Node::id)
                        .filter(StorePath.class::isInstance)
                        .map(StorePath.class::cast)
                        .toList();
        if (paths.size() == 2) {
            why.ask(() -> why(paths.getFirst(), paths.getLast()));
        }
        ends.set(paths.size() == 2 ? paths : List.of());
        if (!nodes.isEmpty()) {
            switch (nodes.getLast().id()) {
                case StorePath path -> side.select(new Subject.OfPath(path));
                case GraphView.Cluster(var members) -> side.select(new Subject.OfPaths(members));
                default -> {}
            }
        }
    }

    /// Opens a path, or takes a cluster apart.
    public void open(GraphView.Node node) {
        switch (node.id()) {
            case StorePath path -> side.open(new Place.OfPath(path.hash()));
            case GraphView.Cluster(var members) -> {
                apart = Stream.concat(apart.stream(), members.stream()).toList();
                drawing.update(this::draw);
            }
            default -> {}
        }
    }

    /// Opens the closure of a path.
    public void focus(StorePath path) {
        side.open(new Place.Graph(Optional.of(path.hash())));
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return crumbs;
    }

    @Override
    public void refresh() {
        drawing.again();
    }

    @Override
    public void close() {
        drawing.cancel();
        why.cancel();
        replay.close();
    }

    private Drawing draw() throws IOException, InterruptedException {
        PathGraph graph = library.graph();
        List<StorePath> opened = apart;
        List<StorePath> roots = roots(graph);
        List<StorePath> closure = closure(graph);
        var view = GraphView.closure(graph, roots, library::mark, opened, MOST + opened.size());
        long size = closure.stream().mapToLong(path -> graph.size(graph.node(path))).sum();
        return new Drawing(
                view,
                hash.isEmpty() ? Optional.empty() : Optional.of(roots.getFirst()),
                closure.size(),
                size);
    }

    private List<StorePath> closure(PathGraph graph) throws IOException {
        return graph.closure(roots(graph).toArray(StorePath[]::new));
    }

    private static List<Crumb> crumbs(String name) {
        return List.of(
                new Crumb(Words.text("place.graph"), new Place.Graph(Optional.empty())),
                new Crumb(name));
    }

    private List<StorePath> roots(PathGraph graph) throws IOException {
        if (hash.isEmpty()) {
            return Arrays.stream(graph.digraph().roots()).mapToObj(graph::path).toList();
        }
        StorePath path = library.path(hash.get()).info().path();
        if (!graph.contains(path)) {
            throw new NoSuchFileException(path.toString());
        }
        return List.of(path);
    }

    private List<StorePath> why(StorePath one, StorePath other)
            throws IOException, FormatException {
        PathGraph graph = library.graph();
        if (!graph.contains(one) || !graph.contains(other)) {
            return List.of();
        }
        var way = graph.why(one, other);
        return way.isEmpty() ? graph.why(other, one) : way;
    }
}
