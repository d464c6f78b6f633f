package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.ipld.Block;
import cairn.ipld.DagWalk;
import cairn.ipld.Visit;
import cairn.nix.ContentAddress;
import cairn.nix.ExportReader;
import cairn.nix.Exported;
import cairn.nix.NarCompression;
import cairn.nix.NarReader;
import cairn.nix.NarSource;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.nix.TreeReader;
import cairn.remote.CarStore;
import cairn.store.PathImport;
import cairn.store.PathInfo;
import cairn.store.Pin;
import cairn.store.Progress;
import cairn.store.Store;
import cairn.store.StoredPath;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Brings files in from outside of any store: CAR archives, NARs, exports, plain files and folders.
///
/// What has no store path of its own gets the one that `nix-store --add` gives it.
final class FileImport {
    private static final Bytes EXPORT_START =
            Bytes.ofHex("01000000000000000d000000000000006e69782d617263686976652d31");
    private static final long MAX_NAR = 1L << 40;

    /// A writer keeps some 250 bytes for each block that is not committed.
    private static final int COMMITTED_AT_ONCE = 1 << 17;

    private final Store store;
    private final InstantSource clock;
    private final boolean pin;
    private final Progress progress;
    private Copy.Summary done = Copy.Summary.NOTHING;

    FileImport(Store store, InstantSource clock, boolean pin, Progress progress) {
        this.store = store;
        this.clock = clock;
        this.pin = pin;
        this.progress = progress;
    }

    /// What came in up to now.
    Copy.Summary done() {
        return done;
    }

    /// Imports a file by what it is, which its name or its first bytes tell.
    ///
    /// @return what came in, by what names it
    List<Cid> file(Path file) throws IOException {
        String name = name(file);
        if (name.endsWith(".car")) {
            try (var car = CarStore.open(existing(file), this::named)) {
                return car(car);
            }
        }
        var compression = NarCompression.ofFileName(name);
        if (compression.isPresent()) {
            String inner = name.substring(0, name.indexOf(".nar"));
            return List.of(add(inner, archive(file, compression.get())).cid());
        }
        if (Files.isRegularFile(file) && startsWith(file, EXPORT_START)) {
            return export(file);
        }
        return List.of(add(name, new TreeReader(file)).cid());
    }

    /// Adds a tree as a content-addressed path.
    StoredPath add(String name, NarSource content) throws IOException {
        StorePath.checkName(name);
        var digest = HashFunction.sha256();
        var nar = new NarWriter(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        watched(content, name, 0).writeTo(nar);
        var hash = NixHash.sha256(Bytes.wrap(digest.digest()));
        var ca = new ContentAddress(ContentAddress.Method.RECURSIVE, hash);
        var path = ca.path(StorePath.NIX_STORE, name, List.of(), false);
        var info =
                new PathInfo(
                        path,
                        hash,
                        nar.position(),
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        Optional.of(ca.toString()));
        long started = System.nanoTime();
        try (var paths = new PathImport(store, clock, progress)) {
            var stored = paths.add(info, watched(content, name, nar.position()));
            paths.commit(pins(List.of(stored)));
            done = done.plus(Copy.Summary.of(paths, List.of(info), started));
            return stored;
        }
    }

    /// Imports the paths of an archive, and of what else its roots name the blocks as they are.
    List<Cid> car(CarStore car) throws IOException {
        var roots = new ArrayList<StorePath>();
        var foreign = new ArrayList<Cid>();
        var trees = new HashSet<Cid>();
        car.nodes().values().forEach(node -> trees.add(node.tree().toV1()));
        // One that is named more than once comes once.
        for (Cid root : new LinkedHashSet<>(car.roots())) {
            var node = car.nodes().get(root.toV1());
            if (node != null) {
                roots.add(node.path());
            } else if (!trees.contains(root.toV1())) {
                foreign.add(root);
            }
        }
        if (roots.isEmpty()) {
            car.paths().forEach(roots::add);
        }
        var came = new ArrayList<Cid>();
        if (!roots.isEmpty()) {
            done =
                    done.plus(
                            Copy.into(
                                    store,
                                    clock,
                                    car,
                                    roots,
                                    pin ? Copy.Pins.ROOTS : Copy.Pins.NONE,
                                    progress));
            for (StorePath root : roots) {
                store.catalog().path(root).ifPresent(stored -> came.add(stored.cid()));
            }
        }
        var held = held(car, foreign);
        if (came.isEmpty() || !held.isEmpty()) {
            done = done.plus(dags(car, foreign));
            came.addAll(held);
        }
        return came;
    }

    /// Imports DAGs that hold no paths, block by block as they are.
    Copy.Summary dags(CarStore car, List<Cid> named) throws IOException {
        long started = System.nanoTime();
        List<Cid> roots = held(car, named);
        if (roots.isEmpty()) {
            throw new FormatException(
                    "car",
                    0,
                    named.isEmpty()
                            ? "the archive names no root, so nothing would keep what is in it"
                            : "the archive names roots that are not in it: " + named);
        }
        var walk = new DagWalk(car, roots);
        long total = car.size();
        long blocks = 0;
        long bytes = 0;
        try (var writer = store.writer()) {
            for (var visit = walk.next(); visit.isPresent(); visit = walk.next()) {
                progress.check();
                // An archive may hold a part of a DAG; what it lacks stays lacking here.
                Optional<Block> found =
                        switch (visit.get()) {
                            case Visit.Found(var block, _) -> Optional.of(block);
                            case Visit.Malformed(var block, _) -> Optional.of(block);
                            case Visit.Missing _ -> Optional.empty();
                        };
                if (found.isPresent()) {
                    writer.put(found.get());
                    blocks++;
                    bytes += found.get().bytes().length();
                    progress.step(car.uri(), bytes, total);
                    if (blocks % COMMITTED_AT_ONCE == 0) {
                        writer.commit();
                    }
                }
            }
            int _ =
                    writer.commit(transaction -> {
                        for (Cid root : pin ? roots : List.<Cid>of()) {
                            transaction.pin(new Pin(root.toString(), root.toV1(), clock.instant()));
                        }
                        return roots.size();
                    });
            return new Copy.Summary(
                    0,
                    0,
                    0,
                    blocks,
                    writer.newBlocks(),
                    bytes,
                    writer.newBytes(),
                    Duration.ofNanos(System.nanoTime() - started));
        }
    }

    private static List<Cid> held(CarStore car, List<Cid> roots) throws IOException {
        var held = new ArrayList<Cid>();
        for (Cid root : roots) {
            if (car.has(root)) {
                held.add(root);
            }
        }
        return held;
    }

    private List<Cid> export(Path file) throws IOException {
        long started = System.nanoTime();
        var infos = new ArrayList<PathInfo>();
        try (var reader = new ExportReader(open(file))) {
            for (var nar = reader.next(); nar.isPresent(); nar = reader.next()) {
                var digest = HashFunction.sha256();
                var copy =
                        new NarWriter(
                                new DigestOutputStream(OutputStream.nullOutputStream(), digest));
                watched(nar.get(), name(file), 0).writeTo(copy);
                infos.add(info(reader.exported(), digest.digest(), copy.position()));
            }
        }
        // Read twice, because an export says after an archive whose it is.
        var stored = new ArrayList<StoredPath>();
        try (var reader = new ExportReader(open(file));
                var paths = new PathImport(store, clock, progress)) {
            for (PathInfo info : infos) {
                var nar =
                        reader.next()
                                .orElseThrow(() ->
                                        new FormatException(
                                                "export", 0, "changed while it was read"));
                stored.add(paths.add(info, watched(nar, info.path().name(), info.narSize())));
            }
            paths.commit(pins(stored));
            done = done.plus(Copy.Summary.of(paths, infos, started));
        }
        return stored.stream().map(StoredPath::cid).toList();
    }

    /// Content that tells how much of it was read, and ends when the work is cancelled.
    ///
    /// @param total 0 if it is not known
    private NarSource watched(NarSource content, String name, long total) {
        return sink -> {
            var done = new AtomicLong();
            content.writeTo(
                    new WatchedTree(
                            sink,
                            progress,
                            count -> progress.step(name, done.addAndGet(count), total)));
        };
    }

    private static PathInfo info(Exported exported, byte[] digest, long size) {
        return new PathInfo(
                exported.path(),
                NixHash.sha256(Bytes.wrap(digest)),
                size,
                exported.references(),
                exported.deriver(),
                List.of(),
                Optional.empty());
    }

    private List<Pin> pins(List<StoredPath> paths) {
        return pin
                ? paths.stream()
                        .map(path ->
                                new Pin(path.info().path().toString(), path.cid(), clock.instant()))
                        .toList()
                : List.of();
    }

    private Optional<StorePath> named(Cid cid) throws IOException {
        return store.catalog().named(cid).stream().findFirst().map(stored -> stored.info().path());
    }

    private static NarSource archive(Path file, NarCompression compression) {
        return sink -> {
            try (var nar = new NarReader(compression.decompress(open(file), MAX_NAR))) {
                nar.writeTo(sink);
            }
        };
    }

    private static boolean startsWith(Path file, Bytes prefix) throws IOException {
        try (var in = open(file)) {
            return Bytes.wrap(in.readNBytes(prefix.length())).equals(prefix);
        }
    }

    private static InputStream open(Path file) throws IOException {
        return new BufferedInputStream(Files.newInputStream(file));
    }

    private static Path existing(Path file) throws IOException {
        Files.newInputStream(file).close();
        return file;
    }

    private static String name(Path file) {
        Path last = file.toAbsolutePath().normalize().getFileName();
        return last == null ? "" : last.toString();
    }
}
