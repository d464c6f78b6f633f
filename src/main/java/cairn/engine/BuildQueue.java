package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.BuildKeeper.Found;
import cairn.engine.Builds.Build;
import cairn.nix.Derivation;
import cairn.nix.StorePath;
import cairn.remote.NixStore;
import cairn.store.Progress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// The builds that Nix's post-build hook noted, which wait to be recorded.
///
/// Each is a file `*.build` of lines `name=value`, which goes once the build is recorded, or cannot
/// be because its outputs are gone. Those that wait together are kept as one run. One process at a
/// time records.
final class BuildQueue {
    private static final String SUFFIX = ".build";
    private static final String FORMAT = "noted build";
    private static final int MAX_SIZE = 1 << 20;

    private final Path folder;
    private final Function<String, BuildKeeper> keepers;
    private final Builds builds;
    private final Progress progress;

    /// What waits is met again each time that the folder is looked at, and told once.
    private final Set<String> problems = new LinkedHashSet<>();

    private final List<BuildReport.Part> parts = new ArrayList<>();

    /// @param keepers by project
    BuildQueue(
            Path folder, Function<String, BuildKeeper> keepers, Builds builds, Progress progress) {
        this.folder = folder;
        this.keepers = keepers;
        this.builds = builds;
        this.progress = progress;
    }

    /// A build that was noted.
    private record Noted(
            Path file,
            StorePath derivation,
            List<StorePath> outputs,
            Instant finishedAt,
            Place place) {}

    /// What builds have in common that are kept as one run.
    private record Place(String run, String project, String storeUri) {}

    /// Records what waits, unless another process does.
    Queued run() throws IOException {
        if (Files.isDirectory(folder)) {
            // Looked at again afterwards: whoever noted something meanwhile left it to us.
            boolean more = true;
            while (more) {
                more = record() && !files().isEmpty();
            }
        }
        return new Queued(parts, List.copyOf(problems));
    }

    /// @return whether something was taken
    private boolean record() throws IOException {
        try (var channel =
                        FileChannel.open(
                                folder.resolve("lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                var lock = channel.tryLock()) {
            if (lock == null) {
                return false;
            }
            var places = new LinkedHashMap<Place, List<Noted>>();
            boolean taken = false;
            for (Path file : files()) {
                try {
                    Noted noted = read(file);
                    places.computeIfAbsent(noted.place, _ -> new ArrayList<>()).add(noted);
                } catch (FormatException e) {
                    problems.add(file + ": " + e.problem());
                    Files.move(file, file.resolveSibling(file.getFileName() + ".bad"));
                    taken = true;
                }
            }
            for (var place : places.entrySet()) {
                taken |= record(place.getKey(), place.getValue());
            }
            return taken;
        }
    }

    private boolean record(Place place, List<Noted> noted) throws IOException {
        try (var nix = NixStore.open(place.storeUri)) {
            var report =
                    keepers.apply(place.project)
                            .keep(
                                    nix,
                                    found(nix, place, noted),
                                    0,
                                    List.of(),
                                    Duration.ZERO,
                                    progress);
            parts.addAll(report.parts());
        } catch (IOException e) {
            // Of a store that may come back, or be mended; the builds of others go on.
            problems.add("%d builds wait: %s".formatted(noted.size(), e.getMessage()));
            return false;
        }
        for (Noted done : noted) {
            Files.delete(done.file);
        }
        return true;
    }

    private NixBuild.Inspected found(NixStore nix, Place place, List<Noted> noted)
            throws IOException {
        var derivations = new Derivations(nix);
        var outputs = new Outputs(nix, derivations);
        var found = new TreeMap<StorePath, Found>();
        for (Noted build : noted) {
            var derivation = derivations.derivation(build.derivation);
            if (derivation.isEmpty()) {
                problems.add(build.derivation + " is gone, and with it what was built");
                continue;
            }
            var made = outputs.of(build.derivation, derivation.get());
            if (made.isEmpty()) {
                made = named(nix, build);
            }
            if (made.isEmpty()) {
                problems.add("the outputs of " + build.derivation + " are gone");
                continue;
            }
            var began = nix.logBegan(build.derivation);
            boolean ran =
                    began.isPresent()
                            || derivation.get().inputDerivations().isEmpty()
                            || !Outputs.areToldByBuild(derivation.get());
            found.put(
                    build.derivation,
                    new Found(
                            build.derivation,
                            build.derivation,
                            derivation.get(),
                            !ran
                                    ? Outcome.SAVED
                                    : isKnown(build.derivation, derivation.get(), made)
                                            ? Outcome.CUT_OFF
                                            : Outcome.BUILT,
                            made,
                            true,
                            ran,
                            began.orElse(build.finishedAt),
                            build.finishedAt,
                            List.of()));
        }
        return joined(place, found);
    }

    /// Puts a derivation in the place of what it was resolved to, and finds out which of them
    /// nobody else needed: Nix calls its hook for both, one after the other.
    private NixBuild.Inspected joined(Place place, SortedMap<StorePath, Found> found)
            throws IOException {
        var replaced = new ArrayList<Cid>();
        var gone = new HashSet<StorePath>();
        var earlier = builds.of(place.run);
        for (Found build : List.copyOf(found.values())) {
            if (build.ran()) {
                continue;
            }
            for (Found resolved : List.copyOf(found.values())) {
                if (resolved.ran()
                        && resolved.outputs().equals(build.outputs())
                        && resolved.path().name().equals(build.path().name())) {
                    gone.add(resolved.path());
                    found.put(build.path(), build.as(resolved));
                }
            }
            for (Build known : earlier) {
                if (known.record().name().equals(Derivation.nameOf(build.path()))
                        && builds.gave(known, build.outputs().values())) {
                    replaced.add(known.cid());
                    found.put(build.path(), build.as(known));
                }
            }
        }
        found.keySet().removeAll(gone);
        var needed = new HashSet<StorePath>();
        for (Found build : found.values()) {
            needed.addAll(build.derivation().inputDerivations().keySet());
            needed.addAll(build.derivation().inputSources());
        }
        var joined =
                found.values().stream()
                        .map(build ->
                                needed.contains(build.path())
                                                || build.outputs().values().stream()
                                                        .anyMatch(needed::contains)
                                        ? build.neededOnly()
                                        : build)
                        .toList();
        return new NixBuild.Inspected(joined, List.of(), place.run, replaced);
    }

    /// The outputs by the names that Nix gives them.
    private static SortedMap<String, StorePath> named(NixStore nix, Noted build)
            throws IOException {
        String name = Derivation.nameOf(build.derivation);
        var named = new TreeMap<String, StorePath>();
        for (StorePath output : build.outputs) {
            if (nix.has(output)) {
                named.put(
                        output.name().startsWith(name + "-")
                                ? output.name().substring(name.length() + 1)
                                : "out",
                        output);
            }
        }
        return named;
    }

    /// Whether another derivation, addressed by content, gave the same outputs before.
    private boolean isKnown(
            StorePath path, Derivation derivation, SortedMap<String, StorePath> made)
            throws IOException {
        if (!Outputs.areToldByBuild(derivation)) {
            return false;
        }
        for (StorePath output : made.values()) {
            if (!builds.isOutputOfAnother(output, path)) {
                return false;
            }
        }
        return true;
    }

    private List<Path> files() throws IOException {
        try (var all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
        }
    }

    private static Noted read(Path file) throws IOException {
        if (Files.size(file) > MAX_SIZE) {
            throw new FormatException(FORMAT, 0, "is larger than 1 MiB");
        }
        var values = new HashMap<String, String>();
        for (String line : Bytes.wrap(Files.readAllBytes(file)).toUtf8().lines().toList()) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        var derivation = StorePath.parse(value(values, "derivation"));
        String _ = Derivation.nameOf(derivation);
        var outputs = new ArrayList<StorePath>();
        for (String output : value(values, "outputs").split(" ", 0)) {
            if (!output.isEmpty()) {
                outputs.add(StorePath.parse(output));
            }
        }
        String project = value(values, "project");
        if (!BuildRecord.isProject(project)) {
            throw new FormatException(FORMAT, 0, "'" + project + "' names no project");
        }
        try {
            String run = value(values, "run");
            if (run.contains("/")) {
                throw new FormatException(FORMAT, 0, "'" + run + "' is no run of this machine");
            }
            return new Noted(
                    file,
                    derivation,
                    outputs,
                    finished(Long.parseLong(value(values, "finished"))),
                    new Place(run, project, store(values)));
        } catch (NumberFormatException e) {
            throw new FormatException(FORMAT, 0, "no time: " + e.getMessage());
        } catch (InvalidPathException e) {
            throw new FormatException(FORMAT, 0, "no place of a store: " + e.getMessage());
        }
    }

    private static String store(Map<String, String> values) throws IOException {
        String uri = NixCommand.storeUri(value(values, "store"), values, Path.of("/"));
        try {
            NixStore.open(uri).close();
        } catch (NoSuchFileException _) {
            // It may come back; what matters here is whether it could.
        }
        return uri;
    }

    private static Instant finished(long seconds) throws FormatException {
        if (seconds < 0 || seconds > BuildRecord.LATEST.getEpochSecond()) {
            throw new FormatException(FORMAT, 0, seconds + " seconds after 1970 are no time");
        }
        return Instant.ofEpochSecond(seconds);
    }

    private static String value(Map<String, String> values, String name) throws FormatException {
        String value = values.get(name);
        if (value == null) {
            throw new FormatException(FORMAT, 0, "does not say what its " + name + " is");
        }
        return value;
    }
}
