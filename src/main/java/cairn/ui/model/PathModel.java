package cairn.ui.model;

import cairn.cid.Bytes;
import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import cairn.store.StoredPath;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;

/// One store path: its files, its names, and what it has to do with other paths. Use on the UI
/// thread only.
public final class PathModel implements Screen {
    /// A path at the other end of a reference.
    public record Neighbour(StorePath path, long size, long closureSize) {}

    /// All that is known of a path.
    public record Facts(
            StoredPath stored,
            long closureSize,
            int closureCount,
            List<Neighbour> references,
            List<Neighbour> referrers,
            List<Naming> names,
            String narInfo,
            FileNode root) {
        public Facts {
            references = List.copyOf(references);
            referrers = List.copyOf(referrers);
            names = List.copyOf(names);
        }

        public StorePath path() {
            return stored.info().path();
        }
    }

    private final String hash;
    private final Library library;
    private final Work work;
    private final Side side;
    private final Answer<Facts> facts;
    private final Answer<Preview> preview;
    private final ReadOnlyObjectWrapper<List<Crumb>> crumbs;

    public PathModel(Place.OfPath place, Library library, Work work, Side side) {
        hash = place.hash();
        this.library = library;
        this.work = work;
        this.side = side;
        facts = new Answer<>(work);
        preview = new Answer<>(work);
        crumbs = new ReadOnlyObjectWrapper<>(crumbs(Figures.shortened(hash)));
        facts.valueProperty()
                .subscribe(known -> {
                    if (known != null) {
                        crumbs.set(crumbs(known.path().name()));
                        side.select(new Subject.OfPath(known.path()));
                    }
                });
        facts.ask(this::read);
    }

    public Answer<Facts> facts() {
        return facts;
    }

    /// What the selected file looks like.
    public Answer<Preview> preview() {
        return preview;
    }

    /// Asks for what a directory holds.
    public Answer<List<FileNode>> entries(FileNode directory) {
        var entries = new Answer<List<FileNode>>(work, List::isEmpty);
        entries.ask(() -> library.entries(directory.cid()));
        return entries;
    }

    /// Shows a file.
    ///
    /// @param inside where it is in the path
    public void select(FileNode file, String inside) {
        preview.update(() -> library.preview(file));
        facts.known()
                .ifPresent(known ->
                        side.select(
                                inside.isEmpty()
                                        ? new Subject.OfPath(known.path())
                                        : new Subject.OfFile(known.path(), inside, file)));
    }

    public void select(StorePath path) {
        side.select(new Subject.OfPath(path));
    }

    public void open(StorePath path) {
        side.open(new Place.OfPath(path.hash()));
    }

    public void openBeside(StorePath path) {
        side.openBeside(new Place.OfPath(path.hash()));
    }

    /// Opens the blocks of a file.
    public void openBlocks(FileNode file) {
        side.open(new Place.Dag(file.cid()));
    }

    /// Opens the blocks of the closure.
    public void openBlocks() {
        facts.known().ifPresent(known -> side.open(new Place.Dag(known.stored.cid())));
    }

    /// Opens the closure as a graph.
    public void openGraph() {
        side.open(new Place.Graph(Optional.of(hash)));
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return crumbs;
    }

    @Override
    public void refresh() {
        facts.again();
    }

    @Override
    public void close() {
        facts.cancel();
        preview.cancel();
    }

    private Facts read() throws Exception {
        StoredPath stored = library.path(hash);
        StorePath path = stored.info().path();
        PathGraph graph = library.graph();
        FileNode root = library.file(Bytes.EMPTY, stored.tree(), stored.info().narSize());
        return new Facts(
                stored,
                graph.closureSize(path),
                graph.closure(path).size(),
                neighbours(graph, stored.info().dependencies()),
                neighbours(graph, graph.referrers(path)),
                Naming.of(stored),
                Library.narInfo(stored),
                root.type() == FileNode.Type.DIRECTORY ? root : root.named(path.name()));
    }

    private static List<Neighbour> neighbours(PathGraph graph, List<StorePath> paths) {
        return paths.stream()
                .filter(graph::contains)
                .map(path ->
                        new Neighbour(path, graph.size(graph.node(path)), graph.closureSize(path)))
                .toList();
    }

    private static List<Crumb> crumbs(String name) {
        return List.of(new Crumb(Words.text("place.paths"), new Place.Paths("")), new Crumb(name));
    }
}
