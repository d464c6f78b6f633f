package cairn.ui.model;

import cairn.engine.Activity;
import cairn.nix.StorePath;
import cairn.store.Progress;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyIntegerProperty;
import javafx.beans.property.ReadOnlyIntegerWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.ObservableList;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Rows as a list shows them: filtered by words, sorted by a column, selected, opened, copied and
/// exported. Filtering and sorting happen off the UI thread. Use on the UI thread only.
public final class Listing<S> {
    /// How many rows are better read all at once than one after the other.
    private static final int MANY = 100;

    private static final JsonFactory JSON = new JsonFactory();

    /// What rows are, and what one can do with one.
    ///
    /// @param name under which the list is remembered
    /// @param id by which a row is the same after it was read anew
    /// @param copied what of a row goes to the clipboard
    /// @param text what words are looked for in
    /// @param subject what a selected row tells the inspector
    /// @param place where a row leads, if anywhere
    public record Kind<S>(
            String name,
            Function<S, Object> id,
            Function<S, String> copied,
            Function<S, String> text,
            Function<S, Subject> subject,
            Function<S, Optional<Place>> place,
            List<Column<S>> columns) {
        public Kind {
            columns = List.copyOf(columns);
        }
    }

    /// What rows are sorted by.
    ///
    /// @param key of a column; if none has it, rows stay in the order in which they came
    /// @param descending largest first
    public record Order(String key, boolean descending) {
        public static final Order AS_GIVEN = new Order("", false);
    }

    /// How rows are written to a file.
    public enum Format {
        CSV,
        JSON
    }

    /// Looks for rows that were not read yet.
    @FunctionalInterface
    public interface Finder<S> {
        List<S> find(String word) throws Exception;
    }

    /// Tells which rows a word means, as it was typed, where it is not simply looked for.
    @FunctionalInterface
    public interface Naming<S> {
        Optional<Meaning<S>> of(String word) throws Exception;
    }

    /// What a word stands for.
    public sealed interface Meaning<S> {
        /// The rows that pass a test.
        record Passing<S>(Predicate<S> test) implements Meaning<S> {}

        /// The rows that have this in their text.
        record Having<S>(String text) implements Meaning<S> {}
    }

    /// All rows, and in small letters what words are looked for in: one text, a line for each row,
    /// which is read at the speed of memory.
    ///
    /// @param given the rows as they came
    /// @param order that they are in here
    /// @param ends where the lines end; empty before the text is made
    /// @param sums what each row weighs with all before it
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record All<S>(
            List<S> given, Order order, List<S> rows, String text, int[] ends, long[] sums) {
        All(List<S> given) {
            this(given, Order.AS_GIVEN, given);
        }

        All(List<S> given, Order order, List<S> rows) {
            this(given, order, rows, "", new int[0], new long[0]);
        }

        Sifted<S> sifted() {
            return new Sifted<>(this, rows, sums.length == 0 ? 0 : sums[sums.length - 1]);
        }

        long weight(int row) {
            return row == 0 ? sums[0] : sums[row] - sums[row - 1];
        }

        int begin(int row) {
            return row == 0 ? 0 : ends[row - 1];
        }

        boolean has(int row, String word) {
            return text.indexOf(word, begin(row), ends[row]) >= 0;
        }

        /// The places of the rows that have a word. Only numbers are written down: also the first
        /// time, when nothing of this is compiled yet, hundreds of thousands take no time.
        int[] having(String word) throws InterruptedException {
            var places = new int[ends.length];
            int count = 0;
            int row = 0;
            for (int at = text.indexOf(word); at >= 0 && row < ends.length; ) {
                while (ends[row] <= at) {
                    row++;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                places[count++] = row;
                at = text.indexOf(word, ends[row++]);
            }
            return Arrays.copyOf(places, count);
        }
    }

    private final Kind<S> kind;
    private final Library library;
    private final Work work;
    private final Side side;
    private final StringProperty filter = new SimpleStringProperty(this, "filter", "");
    private final Rows<S> rows = new Rows<>();
    private final ReadOnlyIntegerWrapper total = new ReadOnlyIntegerWrapper(this, "total");
    private ToLongFunction<S> weight = _ -> 0;
    private long weightShown;
    private All<S> all = new All<>(List.of());
    private Finder<S> rest = _ -> List.of();
    private Naming<S> names = _ -> Optional.empty();
    private BiConsumer<S, Runnable> first = (_, opening) -> opening.run();
    private boolean complete = true;
    private @Nullable Callable<List<S>> unread;
    private Order order = Order.AS_GIVEN;
    private final ReadOnlyIntegerWrapper fresh = new ReadOnlyIntegerWrapper(this, "fresh");
    private final ReadOnlyBooleanWrapper sifting = new ReadOnlyBooleanWrapper(this, "sifting");
    private final ReadOnlyStringWrapper problem = new ReadOnlyStringWrapper(this, "problem", "");
    private final ReadOnlyStringWrapper trouble = new ReadOnlyStringWrapper(this, "trouble", "");
    private List<S> waiting = List.of();
    private BooleanSupplier isRead = () -> false;
    private Work.Ticket sieve = Work.Ticket.NONE;
    private Work.Ticket compare = Work.Ticket.NONE;

    public Listing(Kind<S> kind, Library library, Work work, Side side) {
        this.kind = kind;
        this.library = library;
        this.work = work;
        this.side = side;
        filter.subscribe((_, _) -> sift());
    }

    /// Lets words find rows by more than their text.
    public void setNames(Naming<S> naming) {
        names = naming;
    }

    /// Lets rows be added up by what each weighs.
    public void setWeight(ToLongFunction<S> ofRow) {
        weight = ofRow;
    }

    /// What the rows that the filter lets through weigh together.
    public long weight() {
        return weightShown;
    }

    public Kind<S> kind() {
        return kind;
    }

    /// Shows other rows.
    public void set(List<S> newRows) {
        take(newRows, newRows.size(), true);
    }

    /// Shows the first rows of many, until [#set] brings all.
    ///
    /// @param count how many there will be
    /// @param finder finds those among all that a word fits
    public void begin(List<S> first, int count, Finder<S> finder) {
        rest = finder;
        take(first, count, false);
    }

    /// Shows no rows until words are typed; only then, or for an export, all are read.
    public void setLater(Callable<List<S>> reader) {
        take(List.of(), 0, true);
        unread = reader;
    }

    /// Shows rows that were read anew, at once if that moves nothing one reads; else they wait, and
    /// are counted, until [#showWaiting()].
    public void offer(List<S> newRows) {
        var before = all.given;
        compare.cancel();
        compare =
                work.run(
                        () -> news(before, newRows),
                        news -> {
                            if (news == 0 || before.isEmpty() || !isRead.getAsBoolean()) {
                                set(newRows);
                            } else {
                                waiting = newRows;
                                fresh.set(news);
                            }
                        },
                        _ -> set(newRows));
    }

    /// Shows rows of which somebody knows how many are new, at once if that moves nothing one
    /// reads; else they wait until [#showWaiting()].
    public void offer(List<S> newRows, int news) {
        if (news == 0 || !isRead.getAsBoolean()) {
            set(newRows);
        } else {
            waiting = newRows;
            fresh.set(news);
        }
    }

    /// How many rows came or went and are not shown yet.
    public ReadOnlyIntegerProperty freshProperty() {
        return fresh.getReadOnlyProperty();
    }

    public void showWaiting() {
        set(waiting);
    }

    /// Tells whether somebody is reading the list.
    public void setReading(BooleanSupplier reading) {
        isRead = reading;
    }

    private int news(List<S> before, List<S> after) {
        var known = before.stream().map(kind.id).collect(Collectors.toSet());
        int came = (int) after.stream().filter(row -> !known.contains(kind.id.apply(row))).count();
        return came + before.size() - (after.size() - came);
    }

    private void take(List<S> newRows, int count, boolean isComplete) {
        compare.cancel();
        waiting = List.of();
        fresh.set(0);
        complete = isComplete;
        trouble.set("");
        unread = null;
        total.set(count);
        all = new All<>(List.copyOf(newRows));
        sift();
    }

    /// Words, each of which a row must have somewhere.
    public StringProperty filterProperty() {
        return filter;
    }

    public void sort(Order newOrder) {
        if (!newOrder.equals(order)) {
            order = newOrder;
            sift();
        }
    }

    /// The rows that the filter lets through, in order.
    public ObservableList<S> rows() {
        return rows;
    }

    /// The same as they are now; later changes leave this list alone.
    public List<S> taken() {
        return rows.taken();
    }

    /// Why there are no rows, in words; empty where nothing is wrong.
    public ReadOnlyStringProperty problemProperty() {
        return problem.getReadOnlyProperty();
    }

    /// Takes note that something of what the rows say, or of what one wanted of them, failed.
    public void tell(Exception cause) {
        trouble.set(Problems.describe(cause).sentence());
    }

    /// What failed last although there are rows, in words; empty where nothing did.
    public ReadOnlyStringProperty troubleProperty() {
        return trouble.getReadOnlyProperty();
    }

    /// How many rows there are without the filter.
    public ReadOnlyIntegerProperty totalProperty() {
        return total.getReadOnlyProperty();
    }

    public void select(S row) {
        side.select(kind.subject.apply(row));
    }

    /// Lets something be done with a row before it is opened.
    ///
    /// @param first is given what opens it then
    public void setFirst(BiConsumer<S, Runnable> first) {
        this.first = first;
    }

    public void open(S row) {
        first.accept(row, () -> kind.place.apply(row).ifPresent(side::open));
    }

    public void openBeside(S row) {
        first.accept(row, () -> kind.place.apply(row).ifPresent(side::openBeside));
    }

    public void open(Place place) {
        side.open(place);
    }

    /// What some rows are, a line each.
    public String copied(Collection<S> some) {
        return some.stream().map(kind.copied).collect(Collectors.joining("\n"));
    }

    /// Hands over rows with all their columns between tabs, to be pasted into a sheet.
    public void tabbed(List<S> some, Consumer<String> onText) {
        work.run(
                () -> {
                    var text = new StringBuilder();
                    var values = values(some);
                    for (S row : some) {
                        var fields = new StringJoiner("\t", "", "\n");
                        for (var value : values) {
                            fields.add(value.of(row).toString());
                        }
                        text.append(fields);
                    }
                    return text.toString();
                },
                onText,
                this::tell);
    }

    /// Hands over what a column says of a row.
    public void cell(S row, String key, Consumer<String> onText) {
        for (Column<S> column : kind.columns) {
            if (column.key().equals(key)) {
                work.run(() -> column.reader().ready(false).of(row).toString(), onText, this::tell);
            }
        }
    }

    /// Writes the rows that are shown to a file, as an activity.
    public void export(Path file, Format format) {
        var seen = taken();
        var reader = filter.get().isBlank() ? unread : null;
        library.start(
                Words.text("export.activity", file.getFileName()),
                Activity.Unit.ROWS,
                activity -> {
                    var exported = reader == null ? seen : reader.call();
                    // Beside it, so that a file is whole or not there.
                    Path part =
                            Files.createTempFile(file.toAbsolutePath().getParent(), "", ".part");
                    try {
                        try (var out = Files.newBufferedWriter(part)) {
                            write(out, exported, format, activity);
                        }
                        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
                    } finally {
                        Files.deleteIfExists(part);
                    }
                    return Words.text("export.done", Figures.count(exported.size()), file);
                });
    }

    /// Writes rows with all their columns. Reads from the disk.
    void write(Writer out, List<S> exported, Format format, Progress progress) throws Exception {
        switch (format) {
            case CSV -> csv(out, exported, progress);
            case JSON -> json(out, exported, progress);
        }
    }

    private void csv(Writer out, List<S> exported, Progress progress) throws Exception {
        out.write(
                kind.columns.stream()
                        .map(Column::key)
                        .collect(Collectors.joining(",", "", "\r\n")));
        var values = values(exported);
        long done = 0;
        for (S row : exported) {
            progress.check();
            progress.step("", done++, exported.size());
            String separator = "";
            for (var value : values) {
                out.write(separator);
                out.write(quoted(value.of(row).toString()));
                separator = ",";
            }
            out.write("\r\n");
        }
    }

    /// What each column says of some rows.
    private List<Column.Value<S>> values(List<S> some) throws Exception {
        var values = new ArrayList<Column.Value<S>>();
        for (Column<S> column : kind.columns) {
            values.add(column.reader().ready(some.size() > MANY));
        }
        return values;
    }

    /// A field of a line, see RFC 4180, section 2.
    private static String quoted(String field) {
        return field.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? '"' + field.replace("\"", "\"\"") + '"'
                : field;
    }

    private void json(Writer out, List<S> exported, Progress progress) throws Exception {
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartArray();
            var values = values(exported);
            long done = 0;
            for (S row : exported) {
                progress.check();
                progress.step("", done++, exported.size());
                json.writeStartObject();
                for (int i = 0; i < values.size(); i++) {
                    json.writeName(kind.columns.get(i).key());
                    switch (values.get(i).of(row)) {
                        case Number number -> json.writeNumber(number.longValue());
                        case Object other -> json.writeString(other.toString());
                    }
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        out.write("\n");
    }

    /// Whether rows are being filtered and sorted, so that others are shown soon.
    public ReadOnlyBooleanProperty siftingProperty() {
        return sifting.getReadOnlyProperty();
    }

    /// Abandons what is being filtered.
    public void cancel() {
        sieve.cancel();
        sifting.set(false);
        compare.cancel();
    }

    private void sift() {
        sieve.cancel();
        var now = all;
        String text = filter.get();
        Order by = order;
        boolean whole = complete;
        var reader = text.isBlank() ? null : unread;
        sifting.set(true);
        sieve =
                work.run(
                        () -> {
                            var known = reader == null ? now : new All<>(reader.call());
                            return matching(inOrder(known, text.isBlank(), by), whole, text, by);
                        },
                        sifted -> {
                            if (reader != null) {
                                unread = null;
                                total.set(sifted.all.rows.size());
                            }
                            all = sifted.all;
                            sifting.set(false);
                            problem.set("");
                            weightShown = sifted.weight;
                            rows.exchange(sifted.rows);
                        },
                        cause -> {
                            sifting.set(false);
                            problem.set(Problems.describe(cause).sentence());
                            weightShown = 0;
                            rows.exchange(List.of());
                        });
    }

    /// Rows of a list by their places in it, none of them copied.
    private static final class Picked<S> extends AbstractList<S> implements RandomAccess {
        private final List<S> rows;
        private final int[] places;

        Picked(List<S> rows, int[] places) {
            this.rows = rows;
            this.places = places;
        }

        @Override
        public S get(int index) {
            return rows.get(places[index]);
        }

        @Override
        public int size() {
            return places.length;
        }
    }

    private record Sifted<S>(All<S> all, List<S> rows, long weight) {}

    /// The rows in an order if all of them are shown, so that none need be sorted as words are
    /// typed; else in that order already or as they came.
    private All<S> inOrder(All<S> some, boolean areShown, Order by) throws Exception {
        if (some.order.equals(by)) {
            return read(some);
        }
        return read(
                areShown
                        ? new All<>(some.given, by, sorted(some.given, by))
                        : some.order.equals(Order.AS_GIVEN) ? some : new All<>(some.given));
    }

    private All<S> read(All<S> some) {
        if (some.ends.length == some.rows.size()) {
            return some;
        }
        var text = new StringBuilder();
        var ends = new int[some.rows.size()];
        var sums = new long[ends.length];
        long sum = 0;
        for (int i = 0; i < ends.length; i++) {
            S row = some.rows.get(i);
            text.append(kind.text.apply(row).toLowerCase(Locale.ROOT)).append('\n');
            ends[i] = text.length();
            sum += weight.applyAsLong(row);
            sums[i] = sum;
        }
        return new All<>(some.given, some.order, some.rows, text.toString(), ends, sums);
    }

    private Sifted<S> matching(All<S> known, boolean whole, String text, Order by)
            throws Exception {
        if (text.isBlank()) {
            return known.sifted();
        }
        var named = new ArrayList<Predicate<S>>();
        var left = new ArrayList<String>();
        for (String word : text.strip().split("\\s+", -1)) {
            switch (names.of(word).orElseGet(() -> new Meaning.Having<>(word))) {
                case Meaning.Passing<S>(var test) -> named.add(test);
                case Meaning.Having<S>(var part) -> left.add(part.toLowerCase(Locale.ROOT));
            }
        }
        String[] words = left.toArray(String[]::new);
        for (int i = 0; i < words.length; i++) {
            if (words[i].startsWith(StorePath.NIX_STORE + "/")) {
                words[i] = words[i].substring(StorePath.NIX_STORE.length() + 1);
            }
        }
        if (!whole && words.length == 1 && named.isEmpty()) {
            List<S> found = sorted(rest.find(words[0]), by);
            return new Sifted<>(known, found, found.stream().mapToLong(weight).sum());
        }
        // The longest word is found in the fewest rows.
        String first = Stream.of(words).max(Comparator.comparingInt(String::length)).orElse("");
        var others = Stream.of(words).filter(word -> !word.equals(first)).toList();
        int[] places = known.having(first);
        if (!others.isEmpty() || !named.isEmpty()) {
            places = IntStream.of(places).filter(row -> fits(known, row, others, named)).toArray();
        }
        List<S> found = new Picked<>(known.rows, places);
        return new Sifted<>(
                known,
                known.order.equals(by) ? found : sorted(found, by),
                IntStream.of(places).mapToLong(known::weight).sum());
    }

    private static <S> boolean fits(
            All<S> known, int row, List<String> words, List<Predicate<S>> named) {
        for (String word : words) {
            if (!known.has(row, word)) {
                return false;
            }
        }
        for (Predicate<S> test : named) {
            if (!test.test(known.rows.get(row))) {
                return false;
            }
        }
        return true;
    }

    private List<S> sorted(List<S> found, Order by) throws Exception {
        for (Column<S> column : kind.columns) {
            if (column.key().equals(by.key)) {
                return column.sorting().keys().sorted(found, by.descending);
            }
        }
        return found;
    }
}
