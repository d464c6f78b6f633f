package cairn.ui.model;

import java.time.Instant;
import java.util.Comparator;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// A column of a list, whatever draws it.
///
/// @param key its name in exports and in what is remembered of the list
/// @param value what it says of a row: text, a number or a time; may read from the disk
/// @param sorting how rows are sorted by it; may read from the disk
public record Column<S>(String key, Value<S> value, Sorting<S> sorting) {
    /// What a column says of a row.
    @FunctionalInterface
    public interface Value<S> {
        Object of(S row) throws Exception;
    }

    /// Makes the order of a column, ascending.
    @FunctionalInterface
    public interface Sorting<S> {
        Comparator<S> comparator() throws Exception;
    }

    public static <S> Column<S> text(String key, Function<S, String> value) {
        return new Column<>(
                key,
                value::apply,
                () -> Comparator.comparing(value, String.CASE_INSENSITIVE_ORDER));
    }

    public static <S> Column<S> number(String key, ToLongFunction<S> value) {
        return new Column<>(key, value::applyAsLong, () -> Comparator.comparingLong(value));
    }

    public static <S> Column<S> time(String key, Function<S, Instant> value) {
        return new Column<>(key, value::apply, () -> Comparator.comparing(value));
    }

    /// The same column in another order.
    public Column<S> sorted(Comparator<S> order) {
        return new Column<>(key, value, () -> order);
    }
}
