package cairn.ui.model;

import cairn.graph.PackageName;
import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import cairn.store.Catalog.Summary;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyIntegerProperty;
import javafx.beans.property.ReadOnlyIntegerWrapper;
import javafx.beans.property.ReadOnlyLongProperty;
import javafx.beans.property.ReadOnlyLongWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.beans.value.ObservableValue;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/// The table of store paths. Use on the UI thread only.
public final class PathsModel implements Screen {
    /// How many rows are read before all others are.
    private static final int FIRST = 200;

    /// What the table can be sorted by.
    public enum Column {
        NAME,
        VERSION,
        SIZE,
        CLOSURE,
        REFERENCES,
        SIGNATURES,
        ADDED
    }

    /// What rows are sorted by.
    ///
    /// @param descending largest first
    public record Order(Column column, boolean descending) {
        public static final Order BY_NAME = new Order(Column.NAME, false);
    }

    /// What is shown of the paths.
    ///
    /// @param complete whether these are all, rather than the first that could be read
    /// @param total how many there are
    /// @param names the names of the rows in small letters
    private record Page(List<Summary> rows, boolean complete, int total, List<String> names) {
        Page(List<Summary> rows, boolean complete, int total) {
            this(
                    rows,
                    complete,
                    total,
                    rows.stream().map(row -> row.path().name().toLowerCase(Locale.ROOT)).toList());
        }
    }

    private final Library library;
    private final Work work;
    private final Side side;

    private final StringProperty filter = new SimpleStringProperty(this, "filter", "");
    private final ReadOnlyObjectWrapper<Order> order =
            new ReadOnlyObjectWrapper<>(this, "order", Order.BY_NAME);
    private final Answer<Page> all;
    private final ObservableList<Summary> rows = FXCollections.observableArrayList();
    private final ObservableList<Summary> shown = FXCollections.unmodifiableObservableList(rows);
    private final ReadOnlyIntegerWrapper total = new ReadOnlyIntegerWrapper(this, "total");
    private final ReadOnlyLongWrapper totalSize = new ReadOnlyLongWrapper(this, "totalSize");
    private final ReadOnlyBooleanWrapper sifting = new ReadOnlyBooleanWrapper(this, "sifting");
    private final Map<StorePath, ReadOnlyObjectWrapper<Long>> closureSizes = new HashMap<>();
    private final List<StorePath> wanted = new ArrayList<>();
    private final ObservableValue<List<Crumb>> crumbs;
    private boolean weighing;
    private Work.Ticket sieve = Work.Ticket.NONE;

    public PathsModel(Place.Paths place, Library library, Work work, Side side) {
        this.library = library;
        this.work = work;
        this.side = side;
        filter.set(place.filter());
        crumbs = new ReadOnlyObjectWrapper<>(List.of(new Crumb(Words.text("place.paths"))));
        all = new Answer<>(work, page -> page.rows.isEmpty() && page.complete);
        all.valueProperty()
                .subscribe(page -> {
                    if (page != null) {
                        sift();
                        if (!page.complete) {
                            whole();
                        }
                    }
                });
        filter.subscribe((_, text) -> {
            side.history().replace(new Place.Paths(text));
            sift();
        });
        all.ask(() -> {
            var first = library.catalog().list("", 0, FIRST);
            return new Page(first, first.size() < FIRST, library.catalog().count(""));
        });
    }

    /// What is typed to see fewer rows: words that name or hash contain.
    public StringProperty filterProperty() {
        return filter;
    }

    public ReadOnlyObjectProperty<Order> orderProperty() {
        return order.getReadOnlyProperty();
    }

    public void sort(Order wantedOrder) {
        order.set(wantedOrder);
        sift();
    }

    public ReadOnlyObjectProperty<Answer.Phase> phaseProperty() {
        return all.phaseProperty();
    }

    public Answer<?> answer() {
        return all;
    }

    /// The rows that the filter lets through, in order.
    public ObservableList<Summary> rows() {
        return shown;
    }

    /// How many paths there are without the filter.
    public ReadOnlyIntegerProperty totalProperty() {
        return total.getReadOnlyProperty();
    }

    /// The bytes of the rows that are shown.
    public ReadOnlyLongProperty totalSizeProperty() {
        return totalSize.getReadOnlyProperty();
    }

    /// Whether rows are being filtered or sorted.
    public ReadOnlyBooleanProperty siftingProperty() {
        return sifting.getReadOnlyProperty();
    }

    /// The size of a path's closure, null until it is known; asking for it has it computed.
    public ObservableValue<Long> closureSize(StorePath path) {
        var known = closureSizes.get(path);
        if (known != null) {
            return known;
        }
        var size = new ReadOnlyObjectWrapper<Long>();
        closureSizes.put(path, size);
        wanted.add(path);
        weigh();
        return size;
    }

    public void select(Summary row) {
        side.select(new Subject.OfPath(row.path()));
    }

    public void open(Summary row) {
        side.open(new Place.OfPath(row.path().hash()));
    }

    /// Compares the closures of two paths.
    public void compare(Summary before, Summary after) {
        side.open(new Place.Diff(before.path().hash(), after.path().hash()));
    }

    /// When ages are counted from.
    public Instant now() {
        return library.now();
    }

    public void openBeside(Summary row) {
        side.openBeside(new Place.OfPath(row.path().hash()));
    }

    /// The rows as comma-separated values, with a header.
    public String csv() {
        return rows.stream()
                .map(row ->
                        "%s,%s,%d,%d,%d,%s\n"
                                .formatted(
                                        row.path(),
                                        row.cid(),
                                        row.narSize(),
                                        row.references(),
                                        row.signatures(),
                                        row.registeredAt()))
                .collect(
                        Collectors.joining(
                                "", "path,cid,narSize,references,signatures,registeredAt\n", ""));
    }

    /// The rows as JSON.
    public String json() {
        // Neither paths nor CIDs hold a character that JSON would escape.
        return rows.stream()
                .map(row ->
                        "{\"path\":\"%s\",\"cid\":\"%s\",\"narSize\":%d,\"references\":%d,\"signatures\":%d,\"registeredAt\":\"%s\"}"
                                .formatted(
                                        row.path(),
                                        row.cid(),
                                        row.narSize(),
                                        row.references(),
                                        row.signatures(),
                                        row.registeredAt()))
                .collect(Collectors.joining(",\n ", "[", "]\n"));
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return crumbs;
    }

    @Override
    public boolean moveTo(Place place) {
        if (place instanceof Place.Paths(var text)) {
            filter.set(text);
            return true;
        }
        return false;
    }

    @Override
    public void refresh() {
        closureSizes.clear();
        whole();
    }

    @Override
    public void close() {
        all.cancel();
        sieve.cancel();
    }

    private void whole() {
        all.update(() -> {
            var rest = library.catalog().list("", 0, Integer.MAX_VALUE);
            return new Page(rest, true, rest.size());
        });
    }

    private void sift() {
        sieve.cancel();
        Page page = all.known().orElse(new Page(List.of(), true, 0));
        total.set(page.total);
        String text = filter.get();
        Order by = order.get();
        sifting.set(true);
        sieve =
                work.run(
                        () -> sorted(matching(page, text), by),
                        found -> {
                            rows.setAll(found);
                            totalSize.set(found.stream().mapToLong(Summary::narSize).sum());
                            sifting.set(false);
                        },
                        _ -> sifting.set(false));
    }

    private List<Summary> sorted(List<Summary> found, Order by) throws IOException {
        return by.equals(Order.BY_NAME) ? found : found.stream().sorted(comparator(by)).toList();
    }

    private Comparator<Summary> comparator(Order by) throws IOException {
        Comparator<Summary> comparator =
                switch (by.column) {
                    case NAME -> Comparator.comparing(row -> row.path().name());
                    case VERSION ->
                            Comparator.comparing(
                                    row -> PackageName.of(row.path()).version(), Versions::compare);
                    case SIZE -> Comparator.comparingLong(Summary::narSize);
                    case CLOSURE -> {
                        PathGraph graph = library.graph();
                        var sizes = new HashMap<StorePath, Long>();
                        yield Comparator.comparing(row ->
                                sizes.computeIfAbsent(
                                        row.path(), path -> closureSize(graph, path)));
                    }
                    case REFERENCES -> Comparator.comparingInt(Summary::references);
                    case SIGNATURES -> Comparator.comparingInt(Summary::signatures);
                    case ADDED -> Comparator.comparing(Summary::registeredAt);
                };
        return by.descending ? comparator.reversed() : comparator;
    }

    private static long closureSize(PathGraph graph, StorePath path) {
        return graph.contains(path) ? graph.closureSize(path) : 0;
    }

    private List<Summary> matching(Page page, String text) throws IOException {
        String[] words = text.strip().toLowerCase(Locale.ROOT).split("\\s+", -1);
        if (!page.complete && words.length == 1) {
            return library.catalog().list(words[0], 0, FIRST);
        }
        if (text.isBlank()) {
            return page.rows;
        }
        var found = new ArrayList<Summary>();
        for (int i = 0; i < page.rows.size(); i++) {
            Summary row = page.rows.get(i);
            if (matches(page.names.get(i), row.path(), words)) {
                found.add(row);
            }
        }
        return found;
    }

    private static boolean matches(String name, StorePath path, String... words) {
        for (String word : words) {
            if (!name.contains(word)
                    && !path.hash().contains(word)
                    && !(word.startsWith("/") && path.toString().contains(word))) {
                return false;
            }
        }
        return true;
    }

    /// Computes the sizes that were asked for since the last time, one batch after the other.
    private void weigh() {
        if (weighing || wanted.isEmpty()) {
            return;
        }
        weighing = true;
        var batch = List.copyOf(wanted);
        wanted.clear();
        work.run(
                () -> {
                    PathGraph graph = library.graph();
                    return batch.stream()
                            .collect(
                                    Collectors.toMap(
                                            path -> path, path -> closureSize(graph, path)));
                },
                sizes -> {
                    sizes.forEach((path, size) -> {
                        var property = closureSizes.get(path);
                        if (property != null) {
                            property.set(size);
                        }
                    });
                    weighing = false;
                    weigh();
                },
                _ -> weighing = false);
    }
}
