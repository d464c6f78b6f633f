package cairn.ui.model;

import cairn.cid.Bytes;
import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import cairn.store.StoredPath;
import cairn.ui.model.Place.OfPath.Tab;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;

/// One store path: its files, its names, who signed it, and what it has to do with other paths. Use
/// on the UI thread only.
public final class PathModel implements Screen {
    /// A path at the other end of a reference.
    public record Neighbour(StorePath path, long size, long closureSize) {}

    /// A file or directory, and where in the path it is.
    public record Entry(String inside, FileNode file) {}

    /// All that is known of a path.
    public record Facts(
            StoredPath stored,
            Verdict verdict,
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
    private final Listing<Neighbour> references;
    private final Listing<Neighbour> referrers;
    private final Listing<Verdict.Signed> signatures;
    private final Listing<Entry> files;
    private final Lazily<StorePath, Verdict> verdicts;
    private final ReadOnlyObjectWrapper<Tab> tab = new ReadOnlyObjectWrapper<>(this, "tab");
    private final ReadOnlyObjectWrapper<List<Crumb>> crumbs;

    public PathModel(Place.OfPath place, Library library, Work work, Side side) {
        hash = place.hash();
        tab.set(place.tab());
        this.library = library;
        this.work = work;
        this.side = side;
        facts = new Answer<>(work);
        preview = new Answer<>(work);
        references = new Listing<>(neighbours("references"), library, work, side);
        referrers = new Listing<>(neighbours("referrers"), library, work, side);
        verdicts =
                new Lazily<>(
                        work,
                        library::verdicts,
                        cause -> {
                            references.tell(cause);
                            referrers.tell(cause);
                        });
        signatures = new Listing<>(signed(), library, work, side);
        files = new Listing<>(filed(), library, work, side);
        crumbs = new ReadOnlyObjectWrapper<>(crumbs(Figures.shortened(hash)));
        facts.valueProperty()
                .subscribe((before, known) -> {
                    if (known != null) {
                        show(known, before == null);
                    }
                });
        facts.ask(this::read);
    }

    private void show(Facts known, boolean first) {
        crumbs.set(crumbs(known.path().name()));
        if (first) {
            side.select(new Subject.OfPath(known.path()));
            files.setLater(() -> library.entriesBelow(known.root));
        }
        references.offer(known.references);
        referrers.offer(known.referrers);
        signatures.set(known.verdict.signatures());
    }

    private Listing.Kind<Neighbour> neighbours(String name) {
        return new Listing.Kind<>(
                name,
                Neighbour::path,
                row -> row.path.toString(),
                row -> row.path.hash() + "-" + row.path.name(),
                row -> new Subject.OfPath(row.path),
                row -> Optional.of(new Place.OfPath(row.path.hash())),
                List.of(
                        Column.text("path", (Neighbour row) -> row.path.toString())
                                .sorted(Comparator.comparing(row -> row.path.name())),
                        Column.number("narSize", Neighbour::size),
                        Column.number("closureSize", Neighbour::closureSize),
                        library.trustColumn(Neighbour::path)));
    }

    private Listing.Kind<Verdict.Signed> signed() {
        return new Listing.Kind<>(
                "signatures",
                Verdict.Signed::text,
                Verdict.Signed::text,
                row -> row.text() + " " + row.reason(),
                _ ->
                        facts.known()
                                .<Subject>map(known -> new Subject.OfPath(known.path()))
                                .orElse(Subject.NOTHING),
                _ -> Optional.empty(),
                List.of(
                        Column.text("key", Verdict.Signed::key),
                        Column.text("verdict", row -> Words.of(row.mark())),
                        Column.text("reason", Verdict.Signed::reason),
                        Column.text("signature", Verdict.Signed::text)));
    }

    private Listing.Kind<Entry> filed() {
        return new Listing.Kind<>(
                "files",
                Entry::inside,
                row -> facts.known().map(known -> known.path() + "/").orElse("") + row.inside,
                Entry::inside,
                row ->
                        facts.known()
                                .<Subject>map(known ->
                                        row.inside.isEmpty()
                                                ? new Subject.OfPath(known.path())
                                                : new Subject.OfFile(
                                                        known.path(), row.inside, row.file))
                                .orElse(Subject.NOTHING),
                row -> Optional.of(new Place.Dag(row.file.cid())),
                List.of(
                        Column.text("file", Entry::inside),
                        Column.text("type", row -> row.file.type().name().toLowerCase(Locale.ROOT)),
                        Column.number("size", row -> row.file.size()),
                        Column.text("target", row -> row.file.target()),
                        Column.text("cid", row -> row.file.cid().toString())));
    }

    public Answer<Facts> facts() {
        return facts;
    }

    /// What the selected file looks like.
    public Answer<Preview> preview() {
        return preview;
    }

    public Listing<Neighbour> references() {
        return references;
    }

    public Listing<Neighbour> referrers() {
        return referrers;
    }

    public Listing<Verdict.Signed> signatures() {
        return signatures;
    }

    /// All files and directories one below the other; they are read once one looks for some.
    public Listing<Entry> files() {
        return files;
    }

    /// What is looked at of the path.
    public ReadOnlyObjectProperty<Tab> tabProperty() {
        return tab.getReadOnlyProperty();
    }

    /// Looks at something else of the path.
    public void look(Tab wanted) {
        if (wanted != tab.get()) {
            tab.set(wanted);
            side.history().replace(new Place.OfPath(hash, wanted));
        }
    }

    /// How far another path is trusted, null until it is known.
    public ObservableValue<Verdict> verdict(StorePath path) {
        return verdicts.of(path);
    }

    /// Asks for what a directory holds.
    public Answer<List<FileNode>> entries(FileNode directory) {
        var held = new Answer<List<FileNode>>(work, List::isEmpty);
        held.ask(() -> library.entries(directory.cid()));
        return held;
    }

    /// Shows a file.
    ///
    /// @param inside where it is in the path
    public void select(FileNode file, String inside) {
        preview.update(() -> library.preview(file));
        files.select(new Entry(inside, file));
    }

    /// Opens the blocks of a file.
    public void openBlocks(FileNode file) {
        side.open(new Place.Dag(file.cid()));
    }

    /// Opens the blocks of the closure.
    public void openBlocks() {
        facts.known().ifPresent(known -> side.open(new Place.Dag(known.stored.cid())));
    }

    public void open(StorePath path) {
        side.open(new Place.OfPath(path.hash()));
    }

    /// Opens the closure of another path as a graph.
    public void openGraph(StorePath path) {
        side.open(new Place.Graph(Optional.of(path.hash())));
    }

    /// Opens the closure as a graph.
    public void openGraph() {
        side.open(new Place.Graph(Optional.of(hash)));
    }

    /// Hashes all that the path consists of, as an activity.
    public void verify() {
        facts.known().ifPresent(known -> library.verify(List.of(known.path())));
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return crumbs;
    }

    @Override
    public boolean moveTo(Place place) {
        if (place instanceof Place.OfPath(var other, var wanted) && other.equals(hash)) {
            tab.set(wanted);
            return true;
        }
        return false;
    }

    @Override
    public void refresh() {
        facts.again();
        verdicts.again();
    }

    @Override
    public void close() {
        facts.cancel();
        preview.cancel();
        verdicts.cancel();
        references.cancel();
        referrers.cancel();
        signatures.cancel();
        files.cancel();
    }

    private Facts read() throws Exception {
        StoredPath stored = library.path(hash);
        StorePath path = stored.info().path();
        PathGraph graph = library.graph();
        FileNode root = library.file(Bytes.EMPTY, stored.tree(), stored.info().narSize());
        return new Facts(
                stored,
                library.verdict(stored),
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
