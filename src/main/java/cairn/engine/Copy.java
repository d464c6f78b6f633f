package cairn.engine;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.graph.PathGraph;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import cairn.store.LocalStore;
import cairn.store.PathImport;
import cairn.store.PathInfo;
import cairn.store.PathStore;
import cairn.store.Pin;
import cairn.store.Progress;
import cairn.store.Store;
import cairn.store.StoredPath;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

/// Brings store paths with their closures from one store to another, references first.
///
/// What the target has is not read again, so work that was cut off goes on where it stood.
public final class Copy {
    /// What is imported in some seconds; a commit makes both processors wait.
    private static final long COMMIT_EVERY = 1 << 30;

    /// All that a kill can cost where paths come slowly.
    private static final long COMMIT_AFTER_NANOS = 10_000_000_000L;

    private final PathStore from;
    private final PathStore to;
    private final Progress progress;
    private long doneBytes;
    private long totalBytes;

    private Copy(PathStore from, PathStore to, Progress progress) {
        this.from = from;
        this.to = to;
        this.progress = progress;
    }

    /// What a copy did.
    ///
    /// @param paths how many the closure has
    /// @param newPaths how many of them were not there before
    /// @param narBytes the bytes of the NARs of the whole closure
    /// @param blocks how many blocks the new paths consist of, 0 where the target has none
    /// @param newBlocks how many of these were not there before
    /// @param bytes the bytes of the blocks; of the NARs of the new paths where there are none
    /// @param newBytes the bytes of the new blocks; of the same NARs where there are none
    public record Summary(
            long paths,
            long newPaths,
            long narBytes,
            long blocks,
            long newBlocks,
            long bytes,
            long newBytes,
            Duration took) {
        /// Nothing came.
        public static final Summary NOTHING = new Summary(0, 0, 0, 0, 0, 0, 0, Duration.ZERO);

        static Summary of(PathImport paths, List<PathInfo> closure, long started) {
            return new Summary(
                    closure.size(),
                    paths.newPaths(),
                    narBytes(closure),
                    paths.blocks(),
                    paths.newBlocks(),
                    paths.bytes(),
                    paths.newBytes(),
                    since(started));
        }

        /// Both together, as if nothing was in both.
        public Summary plus(Summary other) {
            return new Summary(
                    paths + other.paths,
                    newPaths + other.newPaths,
                    narBytes + other.narBytes,
                    blocks + other.blocks,
                    newBlocks + other.newBlocks,
                    bytes + other.bytes,
                    newBytes + other.newBytes,
                    took.plus(other.took));
        }

        private static long narBytes(List<PathInfo> closure) {
            return closure.stream().mapToLong(PathInfo::narSize).sum();
        }
    }

    /// Copies between any two stores.
    ///
    /// @throws NoSuchFileException if the source lacks a path of the closure
    public static Summary run(
            PathStore from, PathStore to, Collection<StorePath> roots, Progress progress)
            throws IOException {
        Runnable giveUp =
                () -> {
                    from.giveUp();
                    to.giveUp();
                };
        return Watch.during(progress, giveUp, () -> new Copy(from, to, progress).run(roots));
    }

    private Summary run(Collection<StorePath> roots) throws IOException {
        var started = System.nanoTime();
        List<PathInfo> closure = closure(from, roots);
        var lacking = lacking(closure);
        long newBytes = 0;
        for (PathInfo info : lacking) {
            try {
                to.put(info, watched(info, from.nar(info.path())));
            } catch (FormatException e) {
                throw told(e, info.path());
            }
            newBytes += info.narSize();
        }
        to.commit();
        return new Summary(
                closure.size(),
                lacking.size(),
                Summary.narBytes(closure),
                0,
                0,
                newBytes,
                newBytes,
                since(started));
    }

    /// What of the roots is pinned.
    enum Pins {
        NONE,
        ROOTS,
        /// Those that no other path of the closure refers to.
        TOPMOST
    }

    /// How a copy into the local engine goes about it.
    ///
    /// @param commitEvery after how many bytes of NARs what came is committed
    record Manner(Keeping keeping, long commitEvery, Setback setback) {
        /// All or nothing more.
        static Manner of(Keeping keeping) {
            return new Manner(
                    keeping,
                    COMMIT_EVERY,
                    (_, e) -> {
                        throw e;
                    });
        }
    }

    /// What keeps the paths that came in, done before a collection can take them.
    @FunctionalInterface
    interface Keeping {
        void keep(PathImport paths, List<PathInfo> closure) throws IOException;
    }

    /// What to do about a path that cannot come: throw, or go on without it.
    @FunctionalInterface
    interface Setback {
        void met(PathInfo info, IOException cause) throws IOException;

        /// A path has come, or is here.
        default void passed(PathInfo info) {}
    }

    /// Copies into the local engine, and pins.
    static Summary into(
            Store store,
            InstantSource clock,
            PathStore from,
            Collection<StorePath> roots,
            Pins pins,
            Progress progress)
            throws IOException {
        return into(
                store,
                clock,
                from,
                closure(from, roots),
                pinning(store, clock, roots, pins),
                progress);
    }

    /// Keeps what came in by pins.
    static Keeping pinning(
            Store store, InstantSource clock, Collection<StorePath> roots, Pins pins) {
        return (paths, closure) -> {
            switch (pins) {
                case NONE -> {}
                case ROOTS -> paths.commit(pins(store, roots, clock.instant()));
                case TOPMOST -> paths.commit(pins(store, topmost(closure, roots), clock.instant()));
            }
        };
    }

    /// Copies into the local engine, and keeps what came in.
    static Summary into(
            Store store,
            InstantSource clock,
            PathStore from,
            List<PathInfo> all,
            Keeping keeping,
            Progress progress)
            throws IOException {
        return into(store, clock, from, all, Manner.of(keeping), progress);
    }

    /// Copies paths into the local engine, references before referrers, and keeps what came in.
    ///
    /// @param all with everything that they refer to, unless that is in the engine
    static Summary into(
            Store store,
            InstantSource clock,
            PathStore from,
            List<PathInfo> all,
            Manner manner,
            Progress progress)
            throws IOException {
        var copy = new Copy(from, new LocalStore(store, clock), progress);
        var started = System.nanoTime();
        var closure = new ArrayList<PathInfo>();
        var lacking = new HashSet<StorePath>();
        copy.lacking(all).forEach(info -> lacking.add(info.path()));
        long committed = started;
        try (var paths = new PathImport(store, clock, progress)) {
            try {
                for (PathInfo info : all) {
                    progress.check();
                    boolean fresh = lacking.contains(info.path());
                    long before = copy.doneBytes;
                    try {
                        paths.add(
                                info,
                                fresh
                                        ? copy.watched(info, paths.from(from, info.path()))
                                        : sink -> from.nar(info.path()).writeTo(sink));
                    } catch (IOException e) {
                        progress.check();
                        manner.setback.met(
                                info,
                                e instanceof FormatException malformed
                                        ? copy.told(malformed, info.path())
                                        : e);
                        continue;
                    } finally {
                        copy.doneBytes = before + (fresh ? info.narSize() : 0);
                    }
                    manner.setback.passed(info);
                    closure.add(info);
                    if (paths.pendingBytes() > manner.commitEvery
                            || paths.pendingBytes() > 0
                                    && System.nanoTime() - committed > COMMIT_AFTER_NANOS) {
                        paths.commit();
                        committed = System.nanoTime();
                    }
                }
            } catch (CancellationException | IOException e) {
                try {
                    paths.commit(); // what is whole need not come again
                } catch (IOException other) {
                    e.addSuppressed(other);
                }
                throw e;
            }
            paths.commit();
            manner.keeping.keep(paths, closure);
            return Summary.of(paths, closure, started);
        }
    }

    /// Everything that some paths depend on, themselves included, references before referrers.
    public static List<PathInfo> closure(PathStore store, Collection<StorePath> roots)
            throws IOException {
        return closure(store::info, name(store), roots);
    }

    /// Tells what is known of a path.
    @FunctionalInterface
    interface Infos {
        Optional<PathInfo> info(StorePath path) throws IOException;
    }

    /// The same of whoever knows the paths.
    ///
    /// @param name what he is called if he lacks one
    static List<PathInfo> closure(Infos source, String name, Collection<StorePath> roots)
            throws IOException {
        Map<StorePath, PathInfo> infos = new LinkedHashMap<>();
        var known = new HashMap<StorePath, StorePath>();
        var queue = new ArrayList<>(roots);
        for (int next = 0; next < queue.size(); next++) {
            StorePath path = queue.get(next);
            if (infos.containsKey(path)) {
                continue;
            }
            var found = source.info(path);
            if (found.isEmpty()) {
                throw missing(path, name, infos.values());
            }
            var info = shared(found.get(), known);
            infos.put(info.path(), info);
            queue.addAll(info.dependencies());
        }
        return referencesFirst(infos);
    }

    /// Sorts what is known of some paths so that references come before referrers.
    static List<PathInfo> referencesFirst(Map<StorePath, PathInfo> infos) {
        var graph = PathGraph.of(infos.values());
        int[] order = graph.digraph().topologicalOrder();
        var sorted = new ArrayList<PathInfo>(order.length);
        for (int i = order.length - 1; i >= 0; i--) {
            Optional.ofNullable(infos.get(graph.path(order[i]))).ifPresent(sorted::add);
        }
        return sorted;
    }

    private static NoSuchFileException missing(
            StorePath path, String name, Collection<PathInfo> known) {
        String referrer =
                known.stream()
                        .filter(info -> info.references().contains(path))
                        .findFirst()
                        .map(info -> ", and %s refers to it".formatted(info.path()))
                        .orElse("");
        return new NoSuchFileException(path.toString(), null, "is not in " + name + referrer);
    }

    /// Many paths refer to the same; each of these is kept once.
    static PathInfo shared(PathInfo info, Map<StorePath, StorePath> known) {
        return new PathInfo(
                known.computeIfAbsent(info.path(), Function.identity()),
                info.narHash(),
                info.narSize(),
                info.references().stream()
                        .map(path -> known.computeIfAbsent(path, Function.identity()))
                        .toList(),
                info.deriver(),
                info.signatures(),
                info.ca());
    }

    private List<PathInfo> lacking(List<PathInfo> closure) throws IOException {
        var lacking = new ArrayList<PathInfo>();
        for (PathInfo info : closure) {
            if (!to.has(info.path())) {
                lacking.add(info);
                totalBytes += info.narSize();
            }
        }
        return lacking;
    }

    /// Those of the roots that no other root keeps.
    private static List<StorePath> topmost(List<PathInfo> closure, Collection<StorePath> roots) {
        var referred = new HashSet<StorePath>();
        closure.forEach(info -> referred.addAll(info.dependencies()));
        return roots.stream().filter(root -> !referred.contains(root)).toList();
    }

    /// Pins for those of the roots that have none yet.
    private static List<Pin> pins(Store store, Collection<StorePath> roots, Instant now)
            throws IOException {
        var pinned = new HashMap<String, Cid>();
        store.catalog().pins().forEach(pin -> pinned.put(pin.name(), pin.cid()));
        var pins = new ArrayList<Pin>();
        for (StorePath root : roots) {
            Optional<StoredPath> stored = store.catalog().path(root);
            stored.filter(path -> !path.cid().equals(pinned.get(root.toString())))
                    .ifPresent(path -> pins.add(new Pin(root.toString(), path.cid(), now)));
        }
        return pins;
    }

    /// A path's content, which tells how far it is read and stops when the work is cancelled.
    private NarSource watched(PathInfo info, NarSource content) {
        progress.check();
        String name = info.path().name();
        long before = doneBytes;
        progress.step(name, before, totalBytes);
        return sink -> {
            content.writeTo(
                    new WatchedTree(
                            sink,
                            progress,
                            count -> {
                                doneBytes += count;
                                progress.step(name, doneBytes, totalBytes);
                            }));
            doneBytes = before + info.narSize();
            progress.step(name, doneBytes, totalBytes);
        };
    }

    /// Says of whom the malformed data are that came.
    private FormatException told(FormatException e, StorePath path) {
        String source = name(from);
        boolean toldPath = (e.problem() + e.place()).contains(path.toString());
        return e.in(toldPath ? source : "%s of %s".formatted(path, source));
    }

    private static String name(PathStore store) {
        return store.uri().isEmpty() ? "the local store" : store.uri();
    }

    private static Duration since(long started) {
        return Duration.ofNanos(System.nanoTime() - started);
    }
}
