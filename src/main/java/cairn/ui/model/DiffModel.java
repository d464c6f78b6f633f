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
import javafx.beans.value.ObservableValue;

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
        /// The path that is there now, else the one that was.
        public StorePath path() {
            return after.or(() -> before).orElseThrow();
        }

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
    private final Listing<Row> listing;
    private final Lazily<StorePath, Verdict> verdicts;
    private final ReadOnlyObjectWrapper<List<Crumb>> crumbs;

    public DiffModel(Place.Diff place, Library library, Work work, Side side) {
        this.place = place;
        this.library = library;
        this.side = side;
        listing = new Listing<>(kind(library), library, work, side);
        verdicts = new Lazily<>(work, library::verdicts, listing::tell);
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
                        listing.offer(found.rows);
                    }
                });
        comparison.ask(this::compare);
    }

    public Answer<Comparison> comparison() {
        return comparison;
    }

    public Listing<Row> listing() {
        return listing;
    }

    /// How far the path of a row is trusted that is there now, null until it is known.
    public ObservableValue<Verdict> verdict(Row row) {
        return verdicts.of(row.path());
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
        verdicts.again();
    }

    @Override
    public void close() {
        comparison.cancel();
        listing.cancel();
        verdicts.cancel();
    }

    private static Listing.Kind<Row> kind(Library library) {
        return new Listing.Kind<>(
                "compare",
                Row::path,
                row -> row.path().toString(),
                row -> searched(row.before) + " " + searched(row.after),
                row -> new Subject.OfPath(row.path()),
                row -> Optional.of(new Place.OfPath(row.path().hash())),
                List.of(
                        Column.text("change", row -> row.fate.name().toLowerCase(Locale.ROOT)),
                        Column.text("name", Row::name),
                        Column.text("before", Row::versionBefore)
                                .sorted(
                                        Comparator.comparing(
                                                Row::versionBefore, Versions::compare)),
                        Column.text("after", Row::versionAfter)
                                .sorted(Comparator.comparing(Row::versionAfter, Versions::compare)),
                        Column.number("growth", Row::growth),
                        library.trustColumn(Row::path),
                        Column.text(
                                "pathBefore",
                                row -> row.before.map(StorePath::toString).orElse("")),
                        Column.text(
                                "pathAfter",
                                row -> row.after.map(StorePath::toString).orElse(""))));
    }

    private static String searched(Optional<StorePath> path) {
        return path.map(each -> each.hash() + "-" + each.name()).orElse("");
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
                                        PackageName.of(change.after().path()).label(),
                                        Optional.of(change.before().path()),
                                        Optional.of(change.after().path()),
                                        change.growth())));
        difference
                .added()
                .forEach(added ->
                        rows.add(
                                new Row(
                                        Fate.ADDED,
                                        PackageName.of(added.path()).label(),
                                        Optional.empty(),
                                        Optional.of(added.path()),
                                        added.size())));
        difference
                .removed()
                .forEach(removed ->
                        rows.add(
                                new Row(
                                        Fate.REMOVED,
                                        PackageName.of(removed.path()).label(),
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
