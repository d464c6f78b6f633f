package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.BuildReport.Output;
import cairn.engine.BuildReport.Part;
import cairn.engine.Builds.Kept;
import cairn.nix.Derivation;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import cairn.remote.NixStore;
import cairn.store.Pin;
import cairn.store.Progress;
import cairn.store.Store;
import cairn.store.StoreWriter;
import cairn.store.StoredPath;
import cairn.unixfs.Chunker;
import cairn.unixfs.FileBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Brings what was built in a Nix store in, and keeps the records, in one commit.
final class BuildKeeper {
    private final Store store;
    private final Builds builds;
    private final Realisations realisations;
    private final InstantSource clock;
    private final String project;

    BuildKeeper(
            Store store,
            Builds builds,
            Realisations realisations,
            InstantSource clock,
            String project) {
        this.store = store;
        this.builds = builds;
        this.realisations = realisations;
        this.clock = clock;
        this.project = project;
    }

    /// What became of a derivation.
    ///
    /// @param built what the builder ran for: the derivation, or what it was resolved to
    /// @param outputs those that are in the Nix store
    /// @param ran whether its builder ran
    record Found(
            StorePath path,
            StorePath built,
            Derivation derivation,
            Outcome outcome,
            SortedMap<String, StorePath> outputs,
            boolean asked,
            boolean ran,
            Instant startedAt,
            Instant finishedAt,
            List<String> tail) {
        Found {
            // Clocks are set back sometimes.
            finishedAt = finishedAt.isBefore(startedAt) ? startedAt : finishedAt;
        }

        /// The same where its builder ran for what it was resolved to.
        Found as(Found resolved) {
            return as(resolved.path, resolved.outcome, resolved.startedAt, resolved.finishedAt);
        }

        /// The same where that was recorded already.
        Found as(Builds.Build resolved) {
            var record = resolved.record();
            return as(
                    record.drvPath(), resolved.outcome(), record.startedAt(), record.finishedAt());
        }

        private Found as(StorePath ranFor, Outcome how, Instant start, Instant end) {
            return new Found(
                    path, ranFor, derivation, how, outputs, asked, true, start, end, List.of());
        }

        /// The same where it was not asked for.
        Found neededOnly() {
            return new Found(
                    path,
                    built,
                    derivation,
                    outcome,
                    outputs,
                    false,
                    ran,
                    startedAt,
                    finishedAt,
                    tail);
        }

        private boolean isRecorded() {
            return outcome != Outcome.PRESENT;
        }
    }

    /// A realisation, and whether this node saw it come about.
    private record Claim(Realisation realisation, boolean vouched) {}

    /// The logs and records of builds, whose blocks are put and not committed yet.
    private record Written(Map<StorePath, Cid> records, Map<StorePath, Cid> logs, List<Kept> run) {}

    BuildReport keep(
            NixStore nix,
            NixBuild.Inspected inspected,
            int code,
            List<String> errors,
            Duration took,
            Progress progress)
            throws IOException {
        List<Found> recorded = inspected.derivations().stream().filter(Found::isRecorded).toList();
        var roots = new LinkedHashSet<StorePath>();
        var covered = new HashSet<StorePath>();
        for (Found found : recorded) {
            roots.add(found.path);
            covered.addAll(found.outputs.values());
        }
        roots.addAll(covered);
        roots.addAll(inspected.printed());
        var derivations = new Derivations(nix);
        var claims = claims(nix, derivations, inspected.derivations());
        var written = new Written(new HashMap<>(), new HashMap<>(), new ArrayList<>());
        Copy.Summary _ =
                Copy.into(
                        store,
                        clock,
                        nix,
                        Copy.closure(nix, roots),
                        (_, _) -> {
                            try (var writer = store.writer()) {
                                for (Found found : recorded) {
                                    write(writer, nix, found, written);
                                }
                                commit(
                                        writer,
                                        inspected,
                                        recorded,
                                        written,
                                        claims,
                                        pins(inspected.printed(), covered));
                            }
                        },
                        progress);
        return report(inspected, written, code, errors, took);
    }

    private void write(StoreWriter writer, NixStore nix, Found found, Written written)
            throws IOException {
        var log = found.ran ? log(writer, nix, found) : Optional.<Cid>empty();
        log.ifPresent(cid -> written.logs.put(found.path, cid));
        var outputs = new TreeMap<String, Cid>();
        for (var output : found.outputs.entrySet()) {
            outputs.put(output.getKey(), cid(output.getValue()));
        }
        var record =
                new BuildRecord(
                                project,
                                found.path,
                                found.derivation.system().toUtf8(),
                                found.derivation.builder().toUtf8(),
                                Optional.of(cid(found.path)),
                                outputs,
                                found.startedAt,
                                found.finishedAt,
                                status(found.outcome),
                                log)
                        .toBlock();
        writer.put(record);
        written.records.put(found.path, record.cid());
        written.run.add(new Kept(record.cid(), found.asked, found.outcome));
    }

    private void commit(
            StoreWriter writer,
            NixBuild.Inspected inspected,
            List<Found> recorded,
            Written written,
            List<Claim> claims,
            List<Pin> pins)
            throws IOException {
        int _ =
                writer.commit(transaction -> {
                    for (Found found : recorded) {
                        Cid log = written.logs.get(found.path);
                        if (log != null) {
                            transaction.log(found.path, log);
                            transaction.log(found.built, log);
                        }
                    }
                    for (Claim claim : claims) {
                        try {
                            boolean _ =
                                    realisations
                                            .putting(claim.realisation, claim.vouched)
                                            .run(transaction);
                        } catch (RefusedException _) {
                            // Another one is believed here, and stays so.
                        }
                    }
                    for (Pin pin : pins) {
                        transaction.pin(pin);
                    }
                    if (!written.run.isEmpty()) {
                        long _ =
                                builds.telling(inspected.run(), written.run, inspected.replaced())
                                        .run(transaction);
                    }
                    return recorded.size();
                });
    }

    /// What a builder said: all of it as Nix keeps it, or at least its end as we heard it.
    private static Optional<Cid> log(StoreWriter writer, NixStore nix, Found found)
            throws IOException {
        Optional<Bytes> kept;
        try {
            kept = nix.log(found.built);
        } catch (FormatException _) {
            kept = Optional.empty(); // longer than what is read of a log
        }
        if (kept.isEmpty() && found.tail.isEmpty()) {
            return Optional.empty();
        }
        var text = kept.orElseGet(() -> Bytes.utf8(String.join("\n", found.tail) + "\n"));
        var file = new FileBuilder(writer);
        var chunker = new Chunker(text.toInputStream());
        for (var chunk = chunker.next(); chunk.isPresent(); chunk = chunker.next()) {
            file.add(chunk.get());
        }
        return Optional.of(file.finish(false).cid());
    }

    /// What the outputs of derivations became that only a build tells.
    ///
    /// This node vouches for what it built itself, of inputs that it knows itself: Nix takes any
    /// realisation of an input from a substituter.
    private List<Claim> claims(NixStore nix, Derivations derivations, Collection<Found> founds)
            throws IOException {
        var outputs = new Outputs(nix, derivations);
        var claims = new ArrayList<Claim>();
        var vouched = new HashSet<StorePath>();
        for (Found found : founds) {
            var told = outputs.realisations(found.path, found.derivation);
            boolean knows = found.ran || isVouched(outputs, derivations, found.built);
            for (StorePath input : found.derivation.inputDerivations().keySet()) {
                var needed = derivations.derivation(input);
                knows &=
                        needed.isPresent()
                                && (!Outputs.areToldByBuild(needed.get())
                                        || vouched.contains(input)
                                        || isVouched(outputs, derivations, input));
            }
            if (knows) {
                vouched.add(found.path);
            }
            if (found.isRecorded()) {
                for (Realisation realisation : told) {
                    claims.add(new Claim(realisation, knows));
                }
                var resolved = derivations.derivation(found.built);
                if (!found.built.equals(found.path) && resolved.isPresent()) {
                    for (Realisation realisation :
                            outputs.realisations(found.built, resolved.get())) {
                        claims.add(new Claim(realisation, found.ran));
                    }
                }
            }
        }
        return claims;
    }

    /// Whether this node has vouched for all outputs of a derivation before.
    private boolean isVouched(Outputs outputs, Derivations derivations, StorePath path)
            throws IOException {
        var derivation = derivations.derivation(path);
        if (derivation.isEmpty()) {
            return false;
        }
        var told = outputs.realisations(path, derivation.get());
        for (Realisation realisation : told) {
            var known = store.catalog().realisation(realisation.id().toString());
            if (known.isEmpty()
                    || !known.get().vouched()
                    || !Realisation.decode(path.folder(), known.get().json())
                            .output()
                            .equals(realisation.output())) {
                return false;
            }
        }
        return !told.isEmpty();
    }

    /// Pins for what was asked for and is in no record, because nothing had to be done for it.
    private List<Pin> pins(Collection<StorePath> printed, Collection<StorePath> covered)
            throws IOException {
        var pins = new ArrayList<Pin>();
        for (StorePath path : printed) {
            if (!covered.contains(path)) {
                pins.add(new Pin(path.toString(), cid(path), clock.instant()));
            }
        }
        return pins;
    }

    private BuildReport report(
            NixBuild.Inspected inspected,
            Written written,
            int code,
            List<String> errors,
            Duration took)
            throws IOException {
        Builds.Chain chain = new Builds.Chain(List.of());
        if (!written.run.isEmpty()) {
            chain = builds.chain(builds.find(written.run.getFirst().cid()).orElseThrow());
        }
        var changes = new HashMap<StorePath, List<Change>>();
        chain.steps().forEach(step -> changes.put(step.build().record().drvPath(), step.changes()));
        var parts = new ArrayList<Part>();
        int present = 0;
        for (Found found : inspected.derivations()) {
            if (!found.isRecorded() && !found.asked) {
                present++;
                continue;
            }
            var outputs = new TreeMap<String, Output>();
            for (var output : found.outputs.entrySet()) {
                var stored = store.catalog().path(output.getValue());
                stored.ifPresent(path -> outputs.put(output.getKey(), output(path)));
            }
            parts.add(
                    new Part(
                            found.path,
                            found.outcome,
                            found.asked,
                            found.ran,
                            outputs,
                            Optional.ofNullable(written.records.get(found.path)),
                            Optional.ofNullable(written.logs.get(found.path)),
                            Duration.between(found.startedAt, found.finishedAt),
                            found.tail,
                            found.outcome == Outcome.CUT_OFF
                                    ? chain.savedBy(found.path).stream()
                                            .map(build -> build.record().drvPath())
                                            .toList()
                                    : List.of(),
                            changes.getOrDefault(found.path, List.of())));
        }
        var printed = new ArrayList<Output>();
        for (StorePath path : inspected.printed()) {
            store.catalog().path(path).ifPresent(stored -> printed.add(output(stored)));
        }
        return new BuildReport(code, parts, present, printed, errors, took);
    }

    private static BuildRecord.Status status(Outcome outcome) {
        return switch (outcome) {
            case BUILT, PRESENT -> BuildRecord.Status.SUCCEEDED;
            case CUT_OFF, SAVED -> BuildRecord.Status.CUT_OFF;
            case SUBSTITUTED -> BuildRecord.Status.SUBSTITUTED;
            case FAILED -> BuildRecord.Status.FAILED;
        };
    }

    private static Output output(StoredPath path) {
        return new Output(path.info().path(), path.cid());
    }

    private Cid cid(StorePath path) throws IOException {
        return store.catalog()
                .path(path)
                .orElseThrow(() -> new IOException(path + " went while it was brought in"))
                .cid();
    }
}
