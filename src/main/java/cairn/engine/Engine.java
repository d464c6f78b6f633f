package cairn.engine;

import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import cairn.store.Catalog;
import cairn.store.LocalStore;
import cairn.store.PathStore;
import cairn.store.Progress;
import cairn.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;

/// The store engine of one home, and all that can be done with it. Safe for use by several threads.
public final class Engine implements AutoCloseable {
    private final Store store;
    private final InstantSource clock;
    private final LocalStore local;
    private final Activities activities;
    private GraphAt graph = new GraphAt(-1, PathGraph.of(List.of()));

    /// A graph, and the last change that it knows.
    private record GraphAt(long cursor, PathGraph graph) {}

    private Engine(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        local = new LocalStore(store, clock);
        activities = new Activities(clock);
    }

    /// Opens the engine of a home, which is made if it is not there.
    public static Engine open(Path home) throws IOException {
        return open(home, InstantSource.system());
    }

    public static Engine open(Path home, InstantSource clock) throws IOException {
        return new Engine(Store.open(home), clock);
    }

    public Store store() {
        return store;
    }

    public Catalog catalog() {
        return store.catalog();
    }

    /// The local engine as a store of paths. Need not be closed.
    public PathStore local() {
        return local;
    }

    public Activities activities() {
        return activities;
    }

    public InstantSource clock() {
        return clock;
    }

    /// What a text that a user typed or pasted stands for here.
    public Target resolve(String text) throws IOException {
        return Targets.resolve(catalog(), local, text.strip());
    }

    /// All paths here and their references; kept until something changes.
    public synchronized PathGraph graph() throws IOException {
        long cursor = catalog().lastChange();
        if (graph.cursor != cursor) {
            var references = catalog().references();
            graph =
                    new GraphAt(
                            cursor,
                            PathGraph.of(
                                    references.paths(),
                                    references.narSizes(),
                                    references.from(),
                                    references.to()));
        }
        return graph.graph;
    }

    /// Brings paths with their closures in from another store.
    ///
    /// @param pin whether to pin the roots
    public Copy.Summary copyIn(
            PathStore from, Collection<StorePath> roots, boolean pin, Progress progress)
            throws IOException {
        return Copy.into(store, clock, from, roots, pin, progress);
    }

    /// Brings paths with their closures out to another store.
    public Copy.Summary copyOut(PathStore to, Collection<StorePath> roots, Progress progress)
            throws IOException {
        return Copy.run(local, to, roots, progress);
    }

    /// Cancels what runs, and closes the store.
    @Override
    public void close() throws IOException {
        activities.close();
        store.close();
    }
}
