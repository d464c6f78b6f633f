package cairn.ui.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;

/// Values of rows that are computed once somebody looks at the row: asked for one by one, read in
/// batches. Use on the UI thread only.
public final class Lazily<K, V> {
    private static final int BATCH = 500;

    /// Reads values, off the UI thread; what it leaves out stays unknown.
    @FunctionalInterface
    public interface Reader<K, V> {
        Map<K, V> read(List<K> keys) throws Exception;
    }

    private final Work work;
    private final Reader<K, V> reader;
    private final Consumer<? super Exception> onFailure;
    private final Map<K, ReadOnlyObjectWrapper<V>> known = new HashMap<>();
    private final List<K> wanted = new ArrayList<>();
    private boolean reading;
    private Work.Ticket current = Work.Ticket.NONE;

    /// @param onFailure told why values stay unknown, if they could not be read
    public Lazily(Work work, Reader<K, V> reader, Consumer<? super Exception> onFailure) {
        this.work = work;
        this.reader = reader;
        this.onFailure = onFailure;
    }

    /// The value of a key, null until it is known.
    public ObservableValue<V> of(K key) {
        var value = known.get(key);
        if (value == null) {
            value = new ReadOnlyObjectWrapper<>();
            known.put(key, value);
            wanted.add(key);
            read();
        }
        return value;
    }

    /// Reads everything anew that was asked for; what is known stays until then.
    public void again() {
        wanted.clear();
        wanted.addAll(known.keySet());
        read();
    }

    public void cancel() {
        current.cancel();
    }

    /// What was asked for last is read first.
    private void read() {
        if (reading || wanted.isEmpty()) {
            return;
        }
        reading = true;
        var last = wanted.subList(Math.max(0, wanted.size() - BATCH), wanted.size());
        var batch = List.copyOf(last);
        last.clear();
        current =
                work.run(
                        () -> reader.read(batch),
                        values -> {
                            values.forEach((key, value) -> {
                                var property = known.get(key);
                                if (property != null) {
                                    property.set(value);
                                }
                            });
                            reading = false;
                            read();
                        },
                        cause -> {
                            reading = false;
                            onFailure.accept(cause);
                        });
    }
}
