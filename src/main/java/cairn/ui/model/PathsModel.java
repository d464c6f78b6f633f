package cairn.ui.model;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.graph.PackageName;
import cairn.nix.StorePath;
import cairn.store.Catalog.Summary;
import cairn.ui.model.Listing.Meaning;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;

/// The table of store paths. Use on the UI thread only.
public final class PathsModel implements Screen {
    /// How many rows are read before all others are.
    private static final int FIRST = 200;

    /// The word in the filter that lets only pinned paths through.
    public static final String PINNED = "is:pinned";

    private static final String IS = "is:";

    /// What is read of the paths.
    ///
    /// @param complete whether these are all, rather than the first that could be read
    /// @param total how many there are
    /// @param cursor the last change of the store that the rows know
    /// @param pinned what pins name
    private record Page(
            List<Summary> rows, boolean complete, int total, long cursor, Set<Cid> pinned) {}

    private final Library library;
    private final Side side;
    private final Answer<Page> all;
    private final Listing<Summary> listing;
    private final Lazily<StorePath, Long> closureSizes;
    private final Lazily<StorePath, Verdict> verdicts;
    private final ObservableValue<List<Crumb>> crumbs;
    private volatile Set<Cid> pinned = Set.of();

    public PathsModel(Place.Paths place, Library library, Work work, Side side) {
        this.library = library;
        this.side = side;
        listing = new Listing<>(kind(library), library, work, side);
        closureSizes = new Lazily<>(work, library::closureSizes, listing::tell);
        verdicts = new Lazily<>(work, library::verdicts, listing::tell);
        listing.setNames(this::naming);
        listing.setWeight(Summary::narSize);
        listing.filterProperty().set(place.filter());
        crumbs = new ReadOnlyObjectWrapper<>(List.of(new Crumb(Words.text("place.paths"))));
        all = new Answer<>(work, page -> page.rows.isEmpty() && page.complete);
        all.valueProperty()
                .subscribe((before, page) -> {
                    if (page == null) {
                        return;
                    }
                    pinned = page.pinned;
                    if (!page.complete) {
                        listing.begin(
                                page.rows,
                                page.total,
                                word -> library.catalog().list(word, 0, FIRST));
                        all.update(this::whole);
                    } else if (before == null || !before.complete) {
                        listing.set(page.rows);
                    } else {
                        listing.offer(page.rows);
                    }
                });
        listing.filterProperty()
                .subscribe((_, text) -> side.history().replace(new Place.Paths(text)));
        all.ask(() -> {
            long cursor = library.catalog().lastChange();
            var first = library.catalog().list("", 0, FIRST);
            return new Page(
                    first,
                    first.size() < FIRST,
                    library.catalog().count(""),
                    cursor,
                    library.pinned());
        });
    }

    private static Listing.Kind<Summary> kind(Library library) {
        return new Listing.Kind<>(
                "paths",
                Summary::path,
                row -> row.path().toString(),
                row -> text(row.path()),
                row -> new Subject.OfPath(row.path()),
                row -> Optional.of(new Place.OfPath(row.path().hash())),
                List.of(
                        Column.text("path", (Summary row) -> row.path().toString())
                                .sorted(row -> row.path().name(), Comparator.naturalOrder()),
                        Column.text(
                                        "version",
                                        (Summary row) -> PackageName.of(row.path()).version())
                                .sorted(
                                        row -> PackageName.of(row.path()).version(),
                                        Versions::compare),
                        Column.number("narSize", Summary::narSize),
                        library.closureColumn(Summary::path),
                        Column.number("references", Summary::references),
                        Column.number("signatures", Summary::signatures),
                        library.trustColumn(Summary::path),
                        Column.time("registeredAt", Summary::registeredAt),
                        Column.text("hash", row -> row.path().hash()),
                        Column.text("cid", row -> row.cid().toString())));
    }

    /// A CID names the paths whose closure it is the name of; `is:pinned` those that are pinned,
    /// and `is:trusted` and so on those that are trusted so far.
    private Optional<Meaning<Summary>> naming(String word)
            throws IOException, InterruptedException {
        if (word.equals(PINNED)) {
            var kept = pinned;
            return Optional.of(new Meaning.Passing<>(row -> kept.contains(row.cid())));
        }
        for (TrustMark mark : TrustMark.values()) {
            if (word.equals(IS + mark.name().toLowerCase(Locale.ROOT))) {
                var marks = library.marks();
                return Optional.of(new Meaning.Passing<>(row -> marks.apply(row.path()) == mark));
            }
        }
        Cid cid;
        try {
            cid = Cid.parse(word).toV1();
        } catch (FormatException _) {
            return Optional.empty();
        }
        return library.catalog().named(cid).stream()
                .filter(stored -> stored.cid().equals(cid))
                .map(stored ->
                        (Meaning<Summary>) new Meaning.Having<Summary>(text(stored.info().path())))
                .findFirst();
    }

    /// What words are looked for in.
    private static String text(StorePath path) {
        return path.hash() + "-" + path.name();
    }

    public ReadOnlyObjectProperty<Answer.Phase> phaseProperty() {
        return all.phaseProperty();
    }

    public Answer<?> answer() {
        return all;
    }

    public Listing<Summary> listing() {
        return listing;
    }

    /// The size of a path's closure, null until it is known; asking for it has it computed.
    public ObservableValue<Long> closureSize(StorePath path) {
        return closureSizes.of(path);
    }

    /// How far a path is trusted, null until it is known; asking for it has it judged.
    public ObservableValue<Verdict> verdict(StorePath path) {
        return verdicts.of(path);
    }

    /// Compares the closures of two paths.
    public void compare(Summary before, Summary after) {
        side.open(new Place.Diff(before.path().hash(), after.path().hash()));
    }

    /// When ages are counted from.
    public Instant now() {
        return library.now();
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return crumbs;
    }

    @Override
    public boolean moveTo(Place place) {
        if (place instanceof Place.Paths(var text)) {
            listing.filterProperty().set(text);
            return true;
        }
        return false;
    }

    @Override
    public void refresh() {
        glance();
        closureSizes.again();
        verdicts.again();
    }

    @Override
    public void glance() {
        Page page = all.known().orElse(null);
        if (page == null || page.complete) {
            all.update(() -> page == null ? whole() : caughtUp(page));
        }
    }

    @Override
    public void close() {
        all.cancel();
        listing.cancel();
        closureSizes.cancel();
        verdicts.cancel();
    }

    private Page whole() throws Exception {
        long cursor = library.catalog().lastChange();
        var rows = library.catalog().summaries();
        return new Page(rows, true, rows.size(), cursor, library.pinned());
    }

    /// The same rows after what has changed since they were read.
    private Page caughtUp(Page page) throws Exception {
        var changed = library.changedPaths(page.cursor);
        if (changed.isEmpty()) {
            return whole();
        }
        var rows =
                Stream.concat(
                                page.rows.stream()
                                        .filter(row -> !changed.get().paths().contains(row.path())),
                                changed.get().rows().stream())
                        .sorted(
                                Comparator.comparing((Summary row) -> row.path().name())
                                        .thenComparing(row -> row.path().hash()))
                        .toList();
        return new Page(rows, true, rows.size(), changed.get().cursor(), library.pinned());
    }
}
