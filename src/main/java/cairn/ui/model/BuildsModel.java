package cairn.ui.model;

import cairn.cid.Cid;
import cairn.engine.Builds;
import cairn.engine.Builds.Build;
import cairn.store.Catalog.Summary;
import cairn.store.StoredPath;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;

/// The table of builds. Use on the UI thread only.
public final class BuildsModel implements Screen {
    /// From what the program is built into.
    private static final Path HOOK = Path.of("..", "packaging", "nix", "post-build-hook");

    /// As many as fill a large screen; read at once, before the rest.
    private static final int FIRST = 100;

    /// The newest builds, or all.
    private record Page(List<Build> rows, int total, boolean complete) {}

    private final Library library;
    private final Answer<Page> all;
    private final Listing<Build> listing;
    private final Lazily<Build, Long> sizes;
    private final ObservableValue<List<Crumb>> crumbs;
    private volatile boolean begun;

    public BuildsModel(Library library, Work work, Side side) {
        this.library = library;
        listing = new Listing<>(kind(library), library, work, side);
        sizes = new Lazily<>(work, builds -> sizes(library, builds), listing::tell);
        crumbs = new ReadOnlyObjectWrapper<>(List.of(new Crumb(Words.text("place.builds"))));
        all = new Answer<>(work, page -> page.rows.isEmpty() && page.complete);
        all.valueProperty()
                .subscribe((before, page) -> {
                    if (page == null) {
                        return;
                    }
                    begun = true;
                    if (!page.complete) {
                        listing.begin(page.rows, page.total, this::named);
                        all.again();
                    } else if (before == null || !before.complete) {
                        listing.set(page.rows);
                    } else {
                        listing.offer(page.rows);
                    }
                });
        all.ask(() -> begun ? whole() : first());
    }

    private static Listing.Kind<Build> kind(Library library) {
        return new Listing.Kind<>(
                "builds",
                Build::cid,
                row -> row.cid().toString(),
                row ->
                        String.join(
                                " ",
                                row.record().name(),
                                row.record().project(),
                                row.record().system(),
                                row.outcome().toString(),
                                row.record().drvPath().toString(),
                                row.cid().toString()),
                row -> new Subject.OfBlock(row.cid()),
                row -> Optional.of(new Place.OfBuild(row.cid())),
                List.of(
                        Column.text("name", row -> row.record().name()),
                        Column.text("project", row -> row.record().project()),
                        Column.text("status", row -> row.outcome().toString()),
                        Column.text("system", row -> row.record().system()),
                        Column.time("startedAt", row -> row.record().startedAt()),
                        Column.number("tookMillis", row -> row.record().took().toMillis()),
                        sizeColumn(library),
                        Column.text("drvPath", row -> row.record().drvPath().toString()),
                        Column.text("cid", row -> row.cid().toString())));
    }

    private static Column<Build> sizeColumn(Library library) {
        return new Column<>(
                "size",
                _ -> row -> size(library, row),
                () -> {
                    var known = new HashMap<Cid, Long>();
                    for (Summary path : library.catalog().summaries()) {
                        known.put(path.cid(), path.narSize());
                    }
                    return new Column.Keys<Build, Long>(
                            row ->
                                    row.record().outputs().values().stream()
                                            .mapToLong(output -> known.getOrDefault(output, -1L))
                                            .reduce(-1, BuildsModel::sum),
                            Comparator.naturalOrder());
                });
    }

    public Answer<?> answer() {
        return all;
    }

    public Listing<Build> listing() {
        return listing;
    }

    /// What a build's outputs weigh that are here, -1 if none is; null until it is known, and
    /// asking for it has it read.
    public ObservableValue<Long> size(Build build) {
        return sizes.of(build);
    }

    /// The line of nix.conf by which Nix tells of its own builds, where the hook lies beside the
    /// program.
    public Optional<String> hook() {
        try {
            var program =
                    BuildsModel.class.getProtectionDomain().getCodeSource().getLocation().toURI();
            Path hook = Path.of(program).resolveSibling(HOOK).normalize();
            return Files.exists(hook) ? Optional.of("post-build-hook = " + hook) : Optional.empty();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
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
    public void refresh() {
        all.again();
        sizes.again();
    }

    @Override
    public void close() {
        all.cancel();
        listing.cancel();
        sizes.cancel();
    }

    private Page first() throws IOException {
        var rows = library.builds().list(Builds.Filter.ALL, 0, FIRST);
        return new Page(rows, library.builds().count(), rows.size() < FIRST);
    }

    /// Those with a word in their name, while not all are read.
    private List<Build> named(String word) throws IOException {
        var filter = new Builds.Filter(Optional.empty(), word, Optional.empty(), false);
        return library.builds().list(filter, 0, Integer.MAX_VALUE);
    }

    private Page whole() throws IOException {
        var rows = library.builds().list(Builds.Filter.ALL, 0, Integer.MAX_VALUE);
        return new Page(rows, rows.size(), true);
    }

    private static Map<Build, Long> sizes(Library library, List<Build> builds) throws IOException {
        var sizes = new HashMap<Build, Long>();
        for (Build build : builds) {
            sizes.put(build, size(library, build));
        }
        return sizes;
    }

    /// What a build's outputs weigh that are here, or -1 if none is.
    static long size(Library library, Build build) throws IOException {
        long size = -1;
        for (Cid output : build.record().outputs().values()) {
            size = sum(size, output(library, output).map(it -> it.info().narSize()).orElse(-1L));
        }
        return size;
    }

    /// Adds sizes, of which -1 is none.
    private static long sum(long one, long other) {
        return one < 0 ? other : other < 0 ? one : one + other;
    }

    /// The path whose closure a CID is the name of, if it is here.
    static Optional<StoredPath> output(Library library, Cid cid) throws IOException {
        return library.catalog().named(cid).stream()
                .filter(stored -> stored.cid().equals(cid))
                .findFirst();
    }
}
