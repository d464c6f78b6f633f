package cairn.engine;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.BuildKeeper.Found;
import cairn.nix.Derivation;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import cairn.remote.NixStore;
import cairn.store.Progress;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Lets Nix build something, and finds out what that took.
///
/// Nix says which builders ran, and what derivations became when the content of their inputs was
/// put in. All else is compared: which paths and which realisations the store's database has now
/// and had not before. So nothing depends on the words of a message but which derivations were
/// asked for.
final class NixBuild {
    private final BuildKeeper keeper;
    private final InstantSource clock;
    private final Progress progress;

    NixBuild(BuildKeeper keeper, InstantSource clock, Progress progress) {
        this.keeper = keeper;
        this.clock = clock;
        this.progress = progress;
    }

    BuildReport run(NixCommand command, Map<String, String> environment, BuildListener listener)
            throws IOException, InterruptedException {
        var before = mark(command.storeUri());
        var started = clock.instant();
        var run = new NixRun(command, clock);
        var ended = run.run(environment, listener, progress);
        var took = Duration.between(started, clock.instant());
        NixStore nix;
        try {
            nix = NixStore.open(command.storeUri());
        } catch (NoSuchFileException e) {
            if (ended.code() == 0) {
                throw e;
            }
            // It failed before it built anything.
            return new BuildReport(ended.code(), List.of(), 0, List.of(), run.errors(), took);
        }
        try (nix) {
            var found = new Inspection(nix, before, run, ended, command.isNew()).found();
            return keeper.keep(nix, found, ended.code(), run.errors(), took, progress);
        }
    }

    private static NixStore.Mark mark(String uri) throws IOException {
        try (var store = NixStore.open(uri)) {
            return store.mark();
        } catch (NoSuchFileException _) {
            return NixStore.Mark.START;
        }
    }

    /// What a run left in the store.
    ///
    /// @param printed the outputs of what was asked for, in the order in which Nix named them
    /// @param run the name of a run that may have more, or empty
    /// @param replaced records of that run that these stand for
    record Inspected(
            List<Found> derivations, List<StorePath> printed, String run, List<Cid> replaced) {}

    /// Looks at the store after a run.
    private final class Inspection {
        private final NixStore nix;
        private final NixStore.Mark before;
        private final NixRun run;
        private final NixRun.Ended ended;
        private final Derivations derivations;
        private final Outputs outputs;
        private final Set<StorePath> asked = new LinkedHashSet<>();
        private final Set<StorePath> printed = new LinkedHashSet<>();

        Inspection(
                NixStore nix,
                NixStore.Mark before,
                NixRun run,
                NixRun.Ended ended,
                boolean printsJson) {
            this.nix = nix;
            this.before = before;
            this.run = run;
            this.ended = ended;
            derivations = new Derivations(nix);
            outputs = new Outputs(nix, derivations);
            if (printsJson) {
                readJson();
            } else {
                ended.output().lines().forEach(line -> path(line).ifPresent(printed::add));
            }
        }

        Inspected found() throws IOException {
            var closure = derivations.closure(run.instantiated());
            var made = new HashMap<StorePath, SortedMap<String, StorePath>>();
            for (var entry : closure.entrySet()) {
                progress.check();
                made.put(entry.getKey(), outputs.of(entry.getKey(), entry.getValue()));
            }
            ask(closure, made);
            var wanted = derivations.closure(union(asked, ran(closure)));
            var found = new ArrayList<Found>();
            var built = new HashSet<StorePath>();
            for (var entry : wanted.entrySet()) {
                if (isRun(entry.getKey())) {
                    built.addAll(outputs.of(entry.getKey(), entry.getValue()).values());
                }
            }
            for (var entry : wanted.entrySet()) {
                progress.check();
                look(entry.getKey(), entry.getValue(), built).ifPresent(found::add);
            }
            return new Inspected(found, List.copyOf(printed), "", List.of());
        }

        /// Finds out which of the derivations were asked for.
        private void ask(
                SequencedMap<StorePath, Derivation> closure,
                Map<StorePath, SortedMap<String, StorePath>> made) {
            var needed = new HashSet<StorePath>();
            closure.values()
                    .forEach(derivation -> needed.addAll(derivation.inputDerivations().keySet()));
            for (StorePath path : closure.keySet()) {
                boolean isPrinted =
                        made.getOrDefault(path, new TreeMap<>()).values().stream()
                                .anyMatch(printed::contains);
                boolean isTop = ended.code() != 0 && !needed.contains(path);
                if (run.instantiated().contains(path) && (isPrinted || isTop)) {
                    asked.add(path);
                }
            }
        }

        /// The derivations of builders that ran, by the names under which they were needed.
        private Set<StorePath> ran(SequencedMap<StorePath, Derivation> closure) {
            var resolvedTo = new HashSet<StorePath>();
            var ran = new LinkedHashSet<StorePath>();
            run.resolved()
                    .forEach((path, resolved) -> {
                        resolvedTo.add(resolved.derivation());
                        if (run.ran().containsKey(resolved.derivation())
                                && !closure.containsKey(path)) {
                            ran.add(path);
                        }
                    });
            run.ran().keySet().stream()
                    .filter(path -> !resolvedTo.contains(path) && !closure.containsKey(path))
                    .forEach(ran::add);
            return ran;
        }

        private boolean isRun(StorePath path) {
            return run.ran().containsKey(built(path));
        }

        /// What stands for a derivation once the content of its inputs is put in.
        private StorePath built(StorePath path) {
            var resolved = run.resolved().get(path);
            return resolved == null ? path : resolved.derivation();
        }

        private Optional<Found> look(
                StorePath path, Derivation derivation, Set<StorePath> builtHere)
                throws IOException {
            var made = outputs.of(path, derivation);
            var ran = run.ran().get(built(path));
            Outcome outcome;
            if (ran != null) {
                if (isFailed(path, made)) {
                    made = new TreeMap<>();
                    outcome = Outcome.FAILED;
                } else if (made.isEmpty()) {
                    return Optional.empty(); // ended because another failed
                } else {
                    outcome = isAsBefore(path, derivation, made) ? Outcome.CUT_OFF : Outcome.BUILT;
                }
            } else if (made.isEmpty()) {
                if (ended.code() == 0 || !asked.contains(path)) {
                    return Optional.empty();
                }
                outcome = Outcome.FAILED;
            } else if (hasNew(made, builtHere)) {
                outcome = Outcome.SUBSTITUTED;
            } else {
                outcome = isRealisedNow(path, derivation) ? Outcome.SAVED : Outcome.PRESENT;
            }
            Instant now = clock.instant();
            var resolved = run.resolved().get(path);
            Instant start = ran != null ? ran.startedAt() : resolved != null ? resolved.at() : now;
            return Optional.of(
                    new Found(
                            path,
                            built(path),
                            derivation,
                            outcome,
                            made,
                            asked.contains(path),
                            ran != null,
                            start,
                            ran != null ? ran.finishedAt() : start,
                            ran != null ? ran.tail() : List.of()));
        }

        /// Nix names what failed; what has no outputs otherwise was ended because another failed.
        private boolean isFailed(StorePath path, SortedMap<String, StorePath> made) {
            return ended.code() != 0 && (isNamed(path) || made.isEmpty() && !isAnyNamed());
        }

        private boolean isNamed(StorePath path) {
            return run.errors().stream()
                    .anyMatch(error ->
                            error.contains(path.toString())
                                    || error.contains(built(path).toString()));
        }

        private boolean isAnyNamed() {
            return run.ran().keySet().stream().anyMatch(this::isNamed);
        }

        private boolean isAsBefore(
                StorePath path, Derivation derivation, SortedMap<String, StorePath> made)
                throws IOException {
            if (!isRealisedNow(path, derivation)) {
                return false;
            }
            for (StorePath output : made.values()) {
                if (nix.isNew(output, before)) {
                    return false;
                }
            }
            return true;
        }

        /// Whether what the outputs became was not known before.
        private boolean isRealisedNow(StorePath path, Derivation derivation) throws IOException {
            for (Realisation realisation : outputs.realisations(path, derivation)) {
                if (nix.isNew(realisation.id(), before)) {
                    return true;
                }
            }
            return false;
        }

        private boolean hasNew(SortedMap<String, StorePath> made, Set<StorePath> builtHere)
                throws IOException {
            for (StorePath output : made.values()) {
                if (!builtHere.contains(output) && nix.isNew(output, before)) {
                    return true;
                }
            }
            return false;
        }

        /// Reads what `nix build --json` prints.
        private void readJson() {
            try {
                for (JsonNode built : JsonMapper.shared().readTree(ended.output())) {
                    path(built.path("drvPath").asString(""))
                            .ifPresent(path -> run.instantiated().add(path));
                    built.path("outputs")
                            .forEach(output -> path(output.asString("")).ifPresent(printed::add));
                }
            } catch (JacksonException _) {
                // It failed, and printed nothing.
            }
        }

        private static Optional<StorePath> path(String text) {
            try {
                return Optional.of(StorePath.parse(text));
            } catch (FormatException _) {
                return Optional.empty();
            }
        }

        private static <T> Set<T> union(Set<T> one, Set<T> other) {
            var all = new LinkedHashSet<>(one);
            all.addAll(other);
            return all;
        }
    }
}
