package cairn.ui.model;

import cairn.cid.Cid;
import cairn.engine.BuildNews;
import cairn.engine.BuildRecord;
import cairn.engine.Builds;
import cairn.engine.Builds.Build;
import cairn.engine.Outcome;
import cairn.store.Catalog.Summary;
import cairn.store.StoredPath;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
    private record Page(List<Row> rows, int total, boolean complete) {}

    /// A build in the list.
    ///
    /// @param news what another node told of it; empty if it is recorded here
    public record Row(Build build, Optional<BuildNews> news) {
        static Row of(BuildNews news) {
            return new Row(
                    new Build(news.cid(), news.record(), news.outcome(), news.asked(), 0),
                    Optional.of(news));
        }

        public Cid cid() {
            return build.cid();
        }

        public BuildRecord record() {
            return build.record();
        }

        public Outcome outcome() {
            return build.outcome();
        }

        /// The node that told of it; empty if it is recorded here.
        public String node() {
            return news.map(BuildNews::node).orElse("");
        }
    }

    private static final ObservableValue<Long> UNKNOWN = new ReadOnlyObjectWrapper<>();

    private final MeetingSwitch meetings;
    private final Library library;
    private final Work work;
    private final Answer<Page> all;
    private final LiveBuilds live;
    private List<Row> recorded = List.of();
    private boolean changed;
    private boolean merging;
    private Work.Ticket merge = Work.Ticket.NONE;
    private Work.Ticket adopting = Work.Ticket.NONE;
    private final Listing<Row> listing;
    private final Lazily<Build, Long> sizes;
    private final ObservableValue<List<Crumb>> crumbs;
    private volatile boolean begun;

    public BuildsModel(MeetingSwitch meetings, Library library, Work work, Side side) {
        this.meetings = meetings;
        this.library = library;
        this.work = work;
        listing = new Listing<>(kind(library), library, work, side);
        sizes = new Lazily<>(work, builds -> sizes(library, builds), listing::tell);
        crumbs = new ReadOnlyObjectWrapper<>(List.of(new Crumb(Words.text("place.builds"))));
        listing.setFirst(this::adopt);
        all =
                new Answer<>(
                        work,
                        page ->
                                page.rows.isEmpty()
                                        && page.complete
                                        && !meetings.meeting().isPresent());
        all.valueProperty()
                .subscribe((before, page) -> {
                    if (page == null) {
                        return;
                    }
                    begun = true;
                    recorded = page.rows;
                    changed |= merging;
                    if (!page.complete) {
                        listing.begin(page.rows, page.total, this::named);
                        all.again();
                    } else if (before == null || !before.complete) {
                        listing.set(rows());
                    } else {
                        listing.offer(rows());
                    }
                });
        live = new LiveBuilds(meetings, library, work, this::hear);
        listing.freshProperty()
                .subscribe(waiting -> {
                    if (waiting.intValue() == 0 && !live.pausedProperty().get()) {
                        live.shown(live.news());
                    }
                });
        all.ask(() -> begun ? whole() : first());
    }

    private static Listing.Kind<Row> kind(Library library) {
        return new Listing.Kind<>(
                "builds",
                Row::cid,
                row -> row.cid().toString(),
                row ->
                        String.join(
                                " ",
                                row.record().name(),
                                "project:" + row.record().project(),
                                row.record().system(),
                                row.node(),
                                "status:" + row.outcome(),
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
                        Column.text("node", Row::node),
                        Column.text("drvPath", row -> row.record().drvPath().toString()),
                        Column.text("cid", row -> row.cid().toString())));
    }

    private static Column<Row> sizeColumn(Library library) {
        return new Column<>(
                "size",
                _ -> row -> size(library, row.build),
                () -> {
                    var known = new HashMap<Cid, Long>();
                    for (Summary path : library.catalog().summaries()) {
                        known.put(path.cid(), path.narSize());
                    }
                    return new Column.Keys<Row, Long>(
                            row ->
                                    row.record().outputs().values().stream()
                                            .mapToLong(output -> known.getOrDefault(output, -1L))
                                            .reduce(-1, BuildsModel::sum),
                            Comparator.naturalOrder());
                });
    }

    /// What others tell of.
    public LiveBuilds live() {
        return live;
    }

    /// Takes up what came; to be called with every frame.
    public void pulse() {
        live.pulse();
        var page = all.known();
        boolean ready = page.isPresent() && page.get().complete;
        if (changed
                && ready
                && !merging
                && !live.pausedProperty().get()
                && !listing.siftingProperty().get()) {
            changed = false;
            merge();
        }
    }

    private void merge() {
        List<Row> kept = live.kept();
        List<Row> beside = recorded;
        int news = live.news();
        merging = true;
        merge =
                work.run(
                        () -> merged(kept, beside),
                        rows -> {
                            merging = false;
                            listing.offer(rows, news);
                            if (listing.freshProperty().get() == 0) {
                                live.shown(news);
                            }
                        },
                        cause -> {
                            merging = false;
                            listing.tell(cause);
                        });
    }

    private void hear() {
        changed = true;
        if (all.phaseProperty().get() == Answer.Phase.EMPTY || meetings.meeting().isEmpty()) {
            all.again(); // whether there is anything to show depends on it
        }
    }

    private List<Row> rows() {
        return merged(live.kept(), recorded);
    }

    /// What others told of, also where it was recorded here since, then the rest of what is
    /// recorded.
    private static List<Row> merged(List<Row> kept, List<Row> recorded) {
        if (kept.isEmpty()) {
            return recorded;
        }
        var rows = new LinkedHashMap<Cid, Row>();
        kept.forEach(row -> rows.put(row.cid(), row));
        recorded.forEach(row -> rows.put(row.cid(), row)); // where it stood, if it did
        return List.copyOf(rows.values());
    }

    /// Records what another node told of before it is opened. What it told holds the whole record.
    private void adopt(Row row, Runnable opening) {
        if (row.news.isEmpty()) {
            opening.run();
            return;
        }
        adopting.cancel();
        adopting =
                work.run(
                        () -> library.builds().adopt(row.news.get()),
                        _ -> opening.run(),
                        listing::tell);
    }

    public Answer<?> answer() {
        return all;
    }

    public Listing<Row> listing() {
        return listing;
    }

    /// What a build's outputs weigh that are here, -1 if none is; null until it is known, and
    /// asking for it has it read.
    public ObservableValue<Long> size(Row row) {
        return row.news.isPresent() ? UNKNOWN : sizes.of(row.build);
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
        live.close();
        adopting.cancel();
        merge.cancel();
        all.cancel();
        listing.cancel();
        sizes.cancel();
    }

    private Page first() throws IOException {
        var rows = rows(library.builds().list(Builds.Filter.ALL, 0, FIRST));
        return new Page(rows, library.builds().count(), rows.size() < FIRST);
    }

    /// Those with a word in their name, while not all are read.
    private List<Row> named(String word) throws IOException {
        var filter = new Builds.Filter(Optional.empty(), word, Optional.empty(), false);
        return rows(library.builds().list(filter, 0, Integer.MAX_VALUE));
    }

    private static List<Row> rows(List<Build> builds) {
        return builds.stream().map(build -> new Row(build, Optional.empty())).toList();
    }

    private Page whole() throws IOException {
        var rows = rows(library.builds().list(Builds.Filter.ALL, 0, Integer.MAX_VALUE));
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
