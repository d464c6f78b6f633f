package cairn.engine;

import cairn.cid.Cid;
import cairn.store.Collected;
import cairn.store.Progress;
import cairn.store.Roots;
import cairn.store.Store;
import cairn.store.StoredPath;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/// Keeps a store from growing beyond a limit: paths go that nobody asked for the longest, but never
/// what is pinned, what that needs, or what is being given or taken. Safe for use by several
/// threads.
///
/// When paths were asked for, and how many of them were here, is written down once in a while, many
/// at once; a crash forgets the last minutes of it.
public final class Space implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Space.class.getName());
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Store store;
    private final Roots roots;
    private final InstantSource clock;
    private final long limit;
    private final Map<String, Instant> times = new ConcurrentHashMap<>();
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    /// What is being given, and to how many.
    private final Map<Cid, Integer> uses = new ConcurrentHashMap<>();

    private final Semaphore wakes = new Semaphore(0);
    private final ExecutorService watcher =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("space").factory());
    private volatile boolean closing;

    /// One that makes room when it is told to.
    Space(Engine engine, long limit) {
        store = engine.store();
        roots = engine.roots();
        clock = engine.clock();
        this.limit = limit;
    }

    /// Starts to look after a store; close the result to stop.
    ///
    /// @param limit the most bytes that its packs shall take, see [Configuration#UNLIMITED]
    public static Space start(Engine engine, long limit) {
        var space = new Space(engine, limit);
        if (!space.store.isReadOnly()) {
            space.watcher.execute(space::watch);
        }
        space.grown();
        return space;
    }

    /// Somebody asked for the path with these 32 characters.
    public void touch(String hash) {
        if (!store.isReadOnly()) {
            times.put(hash, clock.instant());
        }
    }

    /// Somebody asked whether a path is here.
    public void asked(boolean isHere) {
        (isHere ? hits : misses).increment();
    }

    /// Keeps a path, with what it needs, until the result is closed. Whether it is here must be
    /// looked up after that.
    public Use use(StoredPath path) {
        touch(path.info().path().hash());
        return use(path.cid());
    }

    /// Keeps a DAG until the result is closed.
    public Use use(Cid cid) {
        uses.merge(cid, 1, Integer::sum);
        return () -> uses.computeIfPresent(cid, (_, count) -> count == 1 ? null : count - 1);
    }

    /// What is being given.
    @FunctionalInterface
    public interface Use extends AutoCloseable {
        @Override
        void close();
    }

    /// The store may have become larger.
    public void grown() {
        if (limit != Configuration.UNLIMITED) {
            wakes.release();
        }
    }

    /// What no eviction takes: what the engine keeps, and what is being given.
    private Collection<Cid> kept() throws IOException {
        var kept = new HashSet<>(roots.cids());
        kept.addAll(uses.keySet());
        return kept;
    }

    /// Makes room now, if there is too little.
    synchronized Collected makeRoom() throws IOException {
        remember();
        return limit == Configuration.UNLIMITED || closing
                ? new Collected(0, 0, 0, List.of())
                : store.evict(limit, this::kept, Progress.until(() -> closing));
    }

    @Override
    public void close() {
        closing = true;
        wakes.release();
        watcher.close();
        try {
            remember();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "it is not kept what was asked for last", e);
        }
    }

    private void watch() {
        try {
            while (!closing) {
                boolean _ = wakes.tryAcquire(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
                int _ = wakes.drainPermits();
                tidy();
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread; if so, it is no longer wanted.
        }
    }

    private void tidy() {
        try {
            var gone = makeRoom();
            if (gone.paths() > 0) {
                LOG.log(
                        Level.INFO,
                        "{0} paths went to keep the limit of {1} bytes",
                        gone.paths(),
                        limit);
            }
        } catch (CancellationException _) {
            // The node is being stopped.
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the store could not be made smaller", e);
        }
    }

    private void remember() throws IOException {
        if (store.isReadOnly()) {
            return;
        }
        store.noteAsked(hits.sumThenReset(), misses.sumThenReset());
        var some = new HashMap<>(times);
        if (!some.isEmpty()) {
            store.touch(some);
            some.forEach(times::remove);
        }
    }
}
