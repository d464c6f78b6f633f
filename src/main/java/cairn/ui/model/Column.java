package cairn.ui.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// A column of a list, whatever draws it.
///
/// @param key its name in exports and in what is remembered of the list
/// @param reader reads what it says of rows: text, a number or a time
/// @param sorting how rows are sorted by it; may read from the disk
public record Column<S>(String key, Reader<S> reader, Sorting<S> sorting) {
    /// What a column says of a row.
    @FunctionalInterface
    public interface Value<S> {
        Object of(S row) throws Exception;
    }

    /// Makes ready to tell what a column says of rows; may read from the disk.
    @FunctionalInterface
    public interface Reader<S> {
        /// What tells one row after the other.
        ///
        /// @param many whether there are so many rows that all is better read at once
        Value<S> ready(boolean many) throws Exception;
    }

    /// Makes the order of a column.
    @FunctionalInterface
    public interface Sorting<S> {
        Keys<S, ?> keys() throws Exception;
    }

    /// What rows are sorted by, ascending; the key of a row is worked out once.
    public record Keys<S, K>(Function<S, K> key, Comparator<? super K> order) {
        private record Keyed<S, K>(S row, K key) {}

        /// Sorts rows; those with equal keys keep their order.
        ///
        /// @throws InterruptedException when the thread is interrupted, soon after that
        List<S> sorted(List<S> rows, boolean descending) throws InterruptedException {
            var keyed = new ArrayList<Keyed<S, K>>(rows.size());
            for (S row : rows) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                keyed.add(new Keyed<>(row, key.apply(row)));
            }
            Comparator<Keyed<S, K>> ascending = Comparator.comparing(Keyed::key, order);
            keyed.sort(descending ? ascending.reversed() : ascending);
            return keyed.stream().map(Keyed::row).toList();
        }
    }

    public static <S> Column<S> text(String key, Function<S, String> value) {
        return new Column<>(
                key, _ -> value::apply, () -> new Keys<>(value, String.CASE_INSENSITIVE_ORDER));
    }

    public static <S> Column<S> number(String key, ToLongFunction<S> value) {
        return new Column<>(
                key,
                _ -> value::applyAsLong,
                () -> new Keys<S, Long>(value::applyAsLong, Comparator.naturalOrder()));
    }

    public static <S> Column<S> time(String key, Function<S, Instant> value) {
        return new Column<>(
                key,
                _ -> value::apply,
                () -> new Keys<>(value, Comparator.<Instant>naturalOrder()));
    }

    /// The same column in another order.
    public Column<S> sorted(Comparator<S> order) {
        return sorted(Function.identity(), order);
    }

    /// The same column in another order, that of a key of each row.
    public <K> Column<S> sorted(Function<S, K> by, Comparator<? super K> order) {
        return new Column<>(key, reader, () -> new Keys<>(by, order));
    }
}
