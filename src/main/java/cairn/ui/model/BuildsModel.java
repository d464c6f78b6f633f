package cairn.ui.model;

import cairn.cid.Cid;
import cairn.engine.Builds;
import cairn.engine.Builds.Build;
import cairn.store.StoredPath;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;

/// The table of builds. Use on the UI thread only.
public final class BuildsModel implements Screen {
    /// A build in the table.
    ///
    /// @param size of its outputs that are here, in bytes
    public record Row(Build build, long size) {
        /// How long it took, in milliseconds.
        private long took() {
            return build.record().took().toMillis();
        }
    }

    private static final Listing.Kind<Row> KIND =
            new Listing.Kind<>(
                    "builds",
                    row -> row.build.cid(),
                    row -> row.build.cid().toString(),
                    row ->
                            String.join(
                                    " ",
                                    row.build.record().name(),
                                    row.build.record().project(),
                                    row.build.record().system(),
                                    row.build.outcome().toString(),
                                    row.build.record().drvPath().toString(),
                                    row.build.cid().toString()),
                    row -> new Subject.OfBlock(row.build.cid()),
                    row -> Optional.of(new Place.OfBuild(row.build.cid())),
                    List.of(
                            Column.text("name", row -> row.build.record().name()),
                            Column.text("project", row -> row.build.record().project()),
                            Column.text("status", row -> row.build.outcome().toString()),
                            Column.text("system", row -> row.build.record().system()),
                            Column.time("startedAt", row -> row.build.record().startedAt()),
                            Column.number("tookMillis", Row::took),
                            Column.number("size", Row::size),
                            Column.text("drvPath", row -> row.build.record().drvPath().toString()),
                            Column.text("cid", row -> row.build.cid().toString())));

    private final Library library;
    private final Answer<List<Row>> all;
    private final Listing<Row> listing;
    private final ObservableValue<List<Crumb>> crumbs;

    public BuildsModel(Library library, Work work, Side side) {
        this.library = library;
        listing = new Listing<>(KIND, library, work, side);
        crumbs = new ReadOnlyObjectWrapper<>(List.of(new Crumb(Words.text("place.builds"))));
        all = new Answer<>(work, List::isEmpty);
        all.valueProperty()
                .subscribe((before, rows) -> {
                    if (rows == null) {
                        return;
                    }
                    if (before == null) {
                        listing.set(rows);
                    } else {
                        listing.offer(rows);
                    }
                });
        all.ask(this::read);
    }

    public Answer<?> answer() {
        return all;
    }

    public Listing<Row> listing() {
        return listing;
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
    }

    @Override
    public void close() {
        all.cancel();
        listing.cancel();
    }

    private List<Row> read() throws IOException {
        var rows = new ArrayList<Row>();
        for (Build build : library.builds().list(Builds.Filter.ALL, 0, Integer.MAX_VALUE)) {
            rows.add(new Row(build, size(library, build)));
        }
        return rows;
    }

    static long size(Library library, Build build) throws IOException {
        long size = 0;
        for (Cid output : build.record().outputs().values()) {
            size += output(library, output).map(stored -> stored.info().narSize()).orElse(0L);
        }
        return size;
    }

    /// The path whose closure a CID is the name of, if it is here.
    static Optional<StoredPath> output(Library library, Cid cid) throws IOException {
        return library.catalog().named(cid).stream()
                .filter(stored -> stored.cid().equals(cid))
                .findFirst();
    }
}
