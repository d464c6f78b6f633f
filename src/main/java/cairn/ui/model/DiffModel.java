package cairn.ui.model;

import cairn.graph.Difference;
import cairn.graph.PackageName;
import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.beans.value.ObservableValue;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/// What changed from one closure to another. Use on the UI thread only.
public final class DiffModel implements Screen {
    /// What became of a package.
    public enum Fate {
        ADDED,
        REMOVED,
        CHANGED,
        REBUILT
    }

    /// One package that is not the same on both sides.
    ///
    /// @param growth by how many bytes it weighs more than before
    public record Row(
            Fate fate,
            String name,
            Optional<StorePath> before,
            Optional<StorePath> after,
            long growth) {
        public String versionBefore() {
            return before.map(path -> PackageName.of(path).version()).orElse("");
        }

        public String versionAfter() {
            return after.map(path -> PackageName.of(path).version()).orElse("");
        }
    }

    /// The two closures compared.
    public record Comparison(
            StorePath before,
            StorePath after,
            long sizeBefore,
            long sizeAfter,
            Difference difference,
            List<Row> rows) {
        public Comparison {
            rows = List.copyOf(rows);
        }
    }

    private final Place.Diff place;
    private final Library library;
    private final Side side;
    private final Answer<Comparison> comparison;
    private final StringProperty filter = new SimpleStringProperty(this, "filter", "");
    private final ObservableList<Row> rows = FXCollections.observableArrayList();
    private final ObservableList<Row> shown = FXCollections.unmodifiableObservableList(rows);
    private final ReadOnlyObjectWrapper<List<Crumb>> crumbs;

    public DiffModel(Place.Diff place, Library library, Work work, Side side) {
        this.place = place;
        this.library = library;
        this.side = side;
        comparison = new Answer<>(work, found -> found.rows.isEmpty());
        crumbs =
                new ReadOnlyObjectWrapper<>(
                        crumbs(
                                Figures.shortened(place.before()),
                                Figures.shortened(place.after())));
        comparison
                .valueProperty()
                .subscribe(found -> {
                    if (found != null) {
                        crumbs.set(crumbs(found.before.name(), found.after.name()));
                        sift();
                    }
                });
        filter.subscribe((_, _) -> sift());
        comparison.ask(this::compare);
    }

    public Answer<Comparison> comparison() {
        return comparison;
    }

    public StringProperty filterProperty() {
        return filter;
    }

    public ObservableList<Row> rows() {
        return shown;
    }

    public void select(Row row) {
        side.select(new Subject.OfPath(path(row)));
    }

    public void open(Row row) {
        side.open(new Place.OfPath(path(row).hash()));
    }

    public void openBeside(Row row) {
        side.openBeside(new Place.OfPath(path(row).hash()));
    }

    /// Compares the other way round.
    public void swap() {
        side.open(new Place.Diff(place.after(), place.before()));
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return crumbs;
    }

    @Override
    public void refresh() {
        comparison.again();
    }

    @Override
    public void close() {
        comparison.cancel();
    }

    private static StorePath path(Row row) {
        return row.after.or(row::before).orElseThrow();
    }

    private void sift() {
        String word = filter.get().strip().toLowerCase(Locale.ROOT);
        rows.setAll(
                comparison.known().map(Comparison::rows).orElse(List.of()).stream()
                        .filter(row -> row.name.toLowerCase(Locale.ROOT).contains(word))
                        .toList());
    }

    private Comparison compare() throws IOException {
        StorePath before = library.path(place.before()).info().path();
        StorePath after = library.path(place.after()).info().path();
        PathGraph graph = library.graph();
        Difference difference = graph.difference(before, graph, after);
        return new Comparison(
                before,
                after,
                graph.closureSize(before),
                graph.closureSize(after),
                difference,
                rows(difference));
    }

    private static List<Row> rows(Difference difference) {
        var rows = new ArrayList<Row>();
        difference
                .changed()
                .forEach(change ->
                        rows.add(
                                new Row(
                                        change.sameVersion() ? Fate.REBUILT : Fate.CHANGED,
                                        PackageName.of(change.after().path()).name(),
                                        Optional.of(change.before().path()),
                                        Optional.of(change.after().path()),
                                        change.growth())));
        difference
                .added()
                .forEach(added ->
                        rows.add(
                                new Row(
                                        Fate.ADDED,
                                        PackageName.of(added.path()).name(),
                                        Optional.empty(),
                                        Optional.of(added.path()),
                                        added.size())));
        difference
                .removed()
                .forEach(removed ->
                        rows.add(
                                new Row(
                                        Fate.REMOVED,
                                        PackageName.of(removed.path()).name(),
                                        Optional.of(removed.path()),
                                        Optional.empty(),
                                        -removed.size())));
        rows.sort(Comparator.comparingLong((Row row) -> -Math.abs(row.growth)));
        return rows;
    }

    private static List<Crumb> crumbs(String before, String after) {
        return List.of(new Crumb(Words.text("place.diff")), new Crumb(before), new Crumb(after));
    }
}
