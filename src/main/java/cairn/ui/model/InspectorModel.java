package cairn.ui.model;

import cairn.cid.Cid;
import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import cairn.store.StoredPath;
import cairn.ui.model.Place.OfPath.Tab;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;

/// Tells of whatever is selected. Use on the UI thread only.
public final class InspectorModel {
    /// A number, and where the things are that it counts.
    public record Figure(String label, String text, String exact, Optional<Place> place) {}

    /// Somewhere to go from here.
    public record Way(String label, Place place) {}

    /// All that is told of one thing.
    ///
    /// @param identity what its glyph is drawn from
    /// @param verdict how far it is trusted, where that is the question
    public record Inspection(
            NodeKind kind,
            String title,
            String subtitle,
            String identity,
            Optional<Verdict> verdict,
            List<Figure> figures,
            List<Naming> names,
            List<Way> ways) {
        public Inspection {
            figures = List.copyOf(figures);
            names = List.copyOf(names);
            ways = List.copyOf(ways);
        }
    }

    private final Library library;
    private final InstantSource clock;
    private final Answer<Inspection> inspection;
    private final ReadOnlyObjectWrapper<Subject> subject =
            new ReadOnlyObjectWrapper<>(this, "subject", Subject.NOTHING);

    public InspectorModel(Library library, Work work, InstantSource clock) {
        this.library = library;
        this.clock = clock;
        inspection = new Answer<>(work);
    }

    /// Tells of something else.
    public void inspect(Subject selected) {
        if (selected.equals(subject.get())) {
            return;
        }
        subject.set(selected);
        if (selected instanceof Subject.Nothing) {
            inspection.cancel();
        } else {
            inspection.update(() -> read(selected));
        }
    }

    public ReadOnlyObjectProperty<Subject> subjectProperty() {
        return subject.getReadOnlyProperty();
    }

    public Answer<Inspection> inspection() {
        return inspection;
    }

    private Inspection read(Subject selected) throws IOException {
        return switch (selected) {
            case Subject.Nothing _ -> throw new IllegalStateException("nothing is selected");
            case Subject.OfPath(var path) -> ofPath(path);
            case Subject.OfPaths(var paths) -> ofPaths(paths);
            case Subject.OfBlock(var cid) -> ofBlock(cid);
            case Subject.OfFile(var path, var inside, var file) -> ofFile(path, inside, file);
        };
    }

    private Inspection ofPath(StorePath path) throws IOException {
        StoredPath stored = library.path(path.hash());
        PathGraph graph = library.graph();
        var here = new Place.OfPath(path.hash());
        var closure = new Place.Graph(Optional.of(path.hash()));
        var figures = new ArrayList<Figure>();
        figures.add(size("figure.size", stored.info().narSize(), here));
        if (graph.contains(path)) {
            figures.add(size("figure.closure-size", graph.closureSize(path), closure));
            figures.add(count("figure.closure-paths", graph.closure(path).size(), closure));
            figures.add(
                    count(
                            "figure.references",
                            graph.references(path).size(),
                            tab(path, Tab.REFERENCES)));
            figures.add(
                    count(
                            "figure.referrers",
                            graph.referrers(path).size(),
                            tab(path, Tab.REFERRERS)));
        }
        Verdict verdict = library.verdict(stored);
        figures.add(
                count("figure.signatures", verdict.signatures().size(), tab(path, Tab.SIGNATURES)));
        figures.add(
                new Figure(
                        Words.text("figure.added"),
                        Figures.age(stored.registeredAt(), clock.instant()),
                        Figures.exactTime(stored.registeredAt()),
                        Optional.empty()));
        var ways = new ArrayList<Way>();
        ways.add(new Way(Words.text("way.open"), here));
        ways.add(new Way(Words.text("way.graph"), closure));
        ways.add(new Way(Words.text("way.blocks"), new Place.Dag(stored.cid())));
        if (path.isDerivation()) {
            ways.add(new Way(Words.text("drv.title"), new Place.Derivation(path.hash())));
        }
        return new Inspection(
                path.isDerivation() ? NodeKind.DERIVATION : NodeKind.PATH,
                path.name(),
                Words.text(path.isDerivation() ? "kind.derivation" : "kind.path"),
                path.hash(),
                Optional.of(verdict),
                figures,
                Naming.of(stored),
                ways);
    }

    private static Place tab(StorePath path, Tab tab) {
        return new Place.OfPath(path.hash(), tab);
    }

    private Inspection ofPaths(List<StorePath> paths) throws IOException {
        PathGraph graph = library.graph();
        long size =
                paths.stream()
                        .filter(graph::contains)
                        .mapToLong(path -> graph.size(graph.node(path)))
                        .sum();
        return new Inspection(
                NodeKind.PATH,
                Words.text("inspector.cluster"),
                Words.text("kind.cluster"),
                "",
                Optional.empty(),
                List.of(
                        new Figure(
                                Words.text("figure.paths"),
                                Figures.count(paths.size()),
                                "",
                                Optional.empty()),
                        new Figure(
                                Words.text("figure.size"),
                                Figures.size(size),
                                Figures.exactSize(size),
                                Optional.empty())),
                paths.stream().map(path -> new Naming(path.name(), path.toString())).toList(),
                List.of());
    }

    private Inspection ofBlock(Cid cid) throws IOException {
        BlockView block = library.block(cid);
        var here = new Place.Dag(cid);
        var figures = new ArrayList<Figure>();
        if (block.bytes().isPresent()) {
            figures.add(size("figure.size", block.bytes().get().length(), here));
            figures.add(count("figure.links", block.links().size(), here));
        }
        var ways = new ArrayList<Way>();
        var build = library.builds().find(cid);
        if (build.isPresent()) {
            ways.add(new Way(Words.text("way.open"), new Place.OfBuild(cid)));
            String drv = build.get().record().drvPath().toString();
            ways.add(new Way(Words.text("drv.title"), new Place.Derivation(drv)));
        }
        for (StoredPath stored : library.catalog().named(cid)) {
            StorePath path = stored.info().path();
            ways.add(new Way(Words.text("way.path", path.name()), new Place.OfPath(path.hash())));
        }
        ways.add(new Way(Words.text("way.blocks"), here));
        return new Inspection(
                block.kind(),
                build.isPresent()
                        ? build.get().record().name()
                        : block.label().isEmpty()
                                ? Figures.shortened(cid.toString())
                                : block.label(),
                Words.text(
                        block.bytes().isPresent() ? "kind.block" : "kind.block-missing",
                        block.codec()),
                cid.toString(),
                Optional.empty(),
                figures,
                Naming.anatomy(cid),
                ways);
    }

    private static Inspection ofFile(StorePath path, String inside, FileNode file) {
        var dag = new Place.Dag(file.cid());
        var names = new ArrayList<Naming>();
        names.add(
                new Naming(
                        Words.text("name.path"),
                        inside.isEmpty() ? "" + path : path + "/" + inside));
        names.add(new Naming(Words.text("anatomy.cid"), file.cid().toString()));
        if (file.type() == FileNode.Type.SYMLINK) {
            names.add(new Naming(Words.text("name.target"), file.target()));
        }
        return new Inspection(
                file.type() == FileNode.Type.DIRECTORY ? NodeKind.DIRECTORY : NodeKind.FILE,
                inside.isEmpty() ? path.name() : file.label(),
                Words.text(
                        switch (file.type()) {
                            case DIRECTORY -> "kind.directory";
                            case FILE -> "kind.file";
                            case PROGRAM -> "kind.program";
                            case SYMLINK -> "kind.symlink";
                            case UNREADABLE -> "kind.unreadable";
                        }),
                file.cid().toString(),
                Optional.empty(),
                file.size() < 0 ? List.of() : List.of(size("figure.size", file.size(), dag)),
                names,
                List.of(new Way(Words.text("way.blocks"), dag)));
    }

    private static Figure size(String key, long bytes, Place place) {
        return new Figure(
                Words.text(key), Figures.size(bytes), Figures.exactSize(bytes), Optional.of(place));
    }

    private static Figure count(String key, int number, Place place) {
        return new Figure(Words.text(key), Figures.count(number), "", Optional.of(place));
    }
}
