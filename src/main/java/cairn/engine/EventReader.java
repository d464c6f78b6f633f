package cairn.engine;

import cairn.store.Catalog;
import cairn.store.Store;
import java.io.IOException;
import java.util.List;

/// Reads the events of one topic, each once, in the order in which they happened. Used by one
/// thread at a time.
final class EventReader {
    private static final int BATCH = 1000;

    private final Store store;
    private final String topic;
    private long cursor;

    EventReader(Store store, String topic) {
        this.store = store;
        this.topic = topic;
    }

    /// Takes note of an event.
    @FunctionalInterface
    interface Reading {
        void of(Catalog.Event event) throws IOException;
    }

    /// Reads what happened since it was called last. An event that fails is read again then.
    void catchUp(Reading reading) throws IOException {
        for (var some = next(); !some.isEmpty(); some = next()) {
            for (var event : some) {
                reading.of(event);
                cursor = event.cursor();
            }
        }
    }

    private List<Catalog.Event> next() throws IOException {
        return store.catalog().events(topic, cursor, BATCH);
    }
}
