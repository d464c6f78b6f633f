package cairn.engine;

import cairn.cid.FormatException;
import cairn.engine.Readiness.Kind;
import cairn.engine.Readiness.Lack;
import cairn.nix.FileNames;
import cairn.nix.StorePath;
import cairn.store.Pin;
import cairn.store.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;

/// Tells whether derivations can be built offline, and brings in what they lack.
///
/// Other stores are asked as the configuration says. Safe for use by several threads.
public final class Provision {
    /// How many derivations are named where a name may mean several.
    private static final int NAMED = 3;

    /// How many paths are fetched at once.
    private static final int FETCHED = 4;

    private final Engine engine;

    Provision(Engine engine) {
        this.engine = engine;
    }

    /// What bringing in did.
    ///
    /// @param paths how many of those that were lacking are here now
    /// @param bytes of their NARs
    /// @param after what is lacking still
    public record Supply(long paths, long bytes, Readiness after) {}

    /// A derivation, and where those lie that are not in the store.
    private record Located(StorePath path, Path folder) {}

    /// Looks what a derivation lacks.
    ///
    /// @param text a derivation in a store or on the disk, its 32 characters or its name, or a path
    ///   that was built by one
    /// @param offline whether no other store is asked
    /// @throws NoSuchFileException if there is no such derivation, or, with a reason, several
    public Readiness readiness(String text, boolean offline, Progress progress) throws IOException {
        var located = locate(text.strip());
        try (var substituters = substituters()) {
            substituters.setOffline(offline);
            return Watch.during(
                    progress, substituters::giveUp, () -> check(located, substituters, progress));
        }
    }

    /// Brings in all that a derivation lacks and that can be had, and pins what it needs itself.
    ///
    /// What came stays, also if it is cancelled or fails.
    public Supply supply(String text, Progress progress) throws IOException {
        var located = locate(text.strip());
        try (var substituters = substituters()) {
            return Watch.during(
                    progress, substituters::giveUp, () -> supply(located, substituters, progress));
        }
    }

    private Supply supply(Located located, Substituters substituters, Progress progress)
            throws IOException {
        var all = new HashSet<StorePath>();
        long bytes = 0;
        while (true) {
            var readiness = check(located, substituters, progress);
            var obtainable = readiness.obtainable();
            var failure = fetch(obtainable, substituters, progress);
            progress.check();
            boolean isMore = false;
            for (Lack lack : obtainable) {
                // What came before and went again would come and go for ever.
                if (engine.catalog().path(lack.path()).isPresent() && all.add(lack.path())) {
                    bytes += lack.narSize();
                    isMore = true;
                }
            }
            if (!isMore && failure.isPresent()) {
                throw failure.get();
            }
            if (!isMore) {
                return new Supply(all.size(), bytes, readiness);
            }
        }
    }

    private Substituters substituters() throws IOException {
        var configuration = engine.configuration();
        return Substituters.open(engine, configuration.substituters(), configuration.trustedKeys());
    }

    private Readiness check(Located located, Substituters substituters, Progress progress)
            throws IOException {
        var realisations = new Realisations(engine.store(), engine.configuration().trustedKeys());
        return new ReadinessCheck(engine, substituters, realisations, located.folder, progress)
                .run(located.path);
    }

    /// Fetches what has to come, what others refer to first.
    ///
    /// @return why something did not come, if so
    private Optional<IOException> fetch(
            List<Lack> lacks, Substituters substituters, Progress progress) {
        long total = lacks.stream().mapToLong(Lack::narSize).sum();
        var done = new AtomicLong();
        return lacks.reversed().stream()
                .gather(
                        Gatherers.mapConcurrent(
                                FETCHED,
                                lack -> {
                                    var failure = bring(lack, substituters, progress);
                                    progress.step(
                                            lack.path().name(),
                                            done.addAndGet(lack.narSize()),
                                            total);
                                    return failure;
                                }))
                .flatMap(Optional::stream)
                .reduce((first, _) -> first);
    }

    private Optional<IOException> bring(Lack lack, Substituters substituters, Progress progress) {
        try {
            if (!progress.isCancelled() && substituters.bring(lack.path().hash())) {
                pin(lack);
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e);
        }
    }

    /// Keeps what came, before it has to make room for what comes next. What others refer to is
    /// kept by them.
    private void pin(Lack lack) throws IOException {
        var stored = engine.catalog().path(lack.path());
        if (lack.kind() != Kind.REFERENCE && stored.isPresent()) {
            engine.store()
                    .pin(
                            List.of(
                                    new Pin(
                                            lack.path().toString(),
                                            stored.get().cid(),
                                            engine.clock().instant())));
        }
    }

    private Located locate(String text) throws IOException {
        var file = file(text);
        if (file.isPresent()) {
            Path name = file.get();
            String base = String.valueOf(name.getFileName());
            return new Located(StorePath.parse(StorePath.NIX_STORE, base), folder(name));
        }
        switch (engine.resolve(text)) {
            case Target.OfPath(var path) -> {
                return new Located(builder(path), Path.of(path.folder()));
            }
            case Target.Ambiguous(_, var candidates) ->
                    throw new NoSuchFileException(
                            text,
                            null,
                            candidates.stream()
                                            .limit(NAMED)
                                            .map(path -> path.hash() + "-" + path.name())
                                            .collect(Collectors.joining(", ", "may mean ", ""))
                                    + "; say which by its hash");
            case Target.OfBlock _, Target.OfFile _, Target.Unknown _ -> {}
        }
        Path nix = Path.of(StorePath.NIX_STORE);
        if (StorePath.isHash(text) && Files.isDirectory(nix)) {
            try (var found = Files.newDirectoryStream(nix, text + "-*.drv")) {
                for (Path each : found) {
                    return new Located(StorePath.parse(each.toString()), nix);
                }
            }
        }
        throw new NoSuchFileException(text);
    }

    /// A derivation on the disk, if a text names one that is there.
    private static Optional<Path> file(String text) {
        try {
            return text.contains("/")
                            && text.endsWith(".drv")
                            && Files.isRegularFile(FileNames.path(text))
                    ? Optional.of(FileNames.path(text).toAbsolutePath())
                    : Optional.empty();
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    private static Path folder(Path file) {
        var parent = file.getParent();
        return parent == null ? file : parent;
    }

    /// The derivation itself, or the one that a path was built by.
    private StorePath builder(StorePath path) throws IOException {
        if (path.isDerivation()) {
            return path;
        }
        return engine.catalog()
                .path(path)
                .flatMap(stored -> stored.info().deriver())
                .orElseThrow(() ->
                        new FormatException(
                                "derivation",
                                0,
                                path + " is none, and nobody told by which it was built"));
    }
}
