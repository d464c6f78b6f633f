package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.engine.Readiness.Kind;
import cairn.engine.Readiness.Lack;
import cairn.nix.Derivation;
import cairn.nix.Derivation.Output;
import cairn.nix.DerivationHasher;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import cairn.store.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Gatherers;

/// Finds out what a derivation needs to be built that is not here. Belongs to one thread.
///
/// It goes from the derivation to what it needs. What is here ends the way, and a derivation whose
/// own needs are all here, or can be built in turn, would be built. Of the rest, other stores are
/// asked: who has an output spares all that it is built of, if what it refers to can be had too.
/// What nobody has would be built too, and the way goes on to what that takes, up to sources, what
/// comes from the network, and derivations that cannot be read. So what is lacking in the end is
/// what really holds a build up.
final class ReadinessCheck {
    /// How many questions are under way at once.
    private static final int ASKED = 16;

    private static final int MAX_SIZE = 16 << 20;

    private final Engine engine;
    private final Substituters substituters;
    private final Path folder;
    private final Progress progress;
    private final Derivations derivations;
    private final Realisations realisations;
    private final DerivationHasher hasher = new DerivationHasher(this::read);
    private final Map<StorePath, Optional<Derivation>> known = new HashMap<>();
    private final Map<StorePath, Boolean> buildable = new HashMap<>();
    private final Set<StorePath> here = new HashSet<>();
    private final Set<StorePath> builds = new LinkedHashSet<>();
    private final Set<String> wanted = new HashSet<>();
    private final List<Lack> lacks = new ArrayList<>();
    private final Deque<StorePath> open = new ArrayDeque<>();
    private final List<Want> wants = new ArrayList<>();

    /// What is lacking, and could be built instead.
    private final Set<StorePath> replaceable = new HashSet<>();

    /// What somebody has, but not all that it refers to, so that it is rather built.
    private final Set<StorePath> refused = new HashSet<>();

    private long answered;

    /// Whether somebody told what became of an output.
    private boolean learnt;

    /// @param folder where derivations lie that are not in the store
    ReadinessCheck(
            Engine engine,
            Substituters substituters,
            Realisations realisations,
            Path folder,
            Progress progress) {
        this.engine = engine;
        this.substituters = substituters;
        this.realisations = realisations;
        this.folder = folder;
        this.progress = progress;
        derivations = new Derivations(engine.local());
    }

    /// Something that is not here and that a store may have.
    ///
    /// @param path empty for an output of which only a realisation would tell the path
    /// @param origin the derivation of an output
    /// @param id by which that realisation is asked for
    private record Want(
            Optional<StorePath> path,
            Kind kind,
            StorePath neededBy,
            Optional<StorePath> origin,
            Optional<Realisation.Id> id) {
        StorePath name() {
            return path.or(() -> origin).orElse(neededBy);
        }
    }

    private record Reply(
            Want want, Optional<Realisation> realisation, Optional<Substituters.Holder> holder) {}

    /// @throws NoSuchFileException if the derivation itself cannot be read
    Readiness run(StorePath root) throws IOException {
        var derivation = read(root).orElseThrow(() -> new NoSuchFileException(root.toString()));
        boolean built = true;
        for (String output : derivation.outputs().keySet()) {
            built &= isHere(made(root, derivation, output));
        }
        if (!built) {
            do {
                forget();
                need(root, derivation);
                walk();
            } while (refuse());
            if (lacks.isEmpty() && !learnt && !isBuildable(root)) {
                throw new FormatException("derivation", 0, root + " needs itself");
            }
        }
        return new Readiness(
                root,
                derivation.system().toUtf8(),
                built,
                !substituters.isOffline(),
                here.size(),
                List.copyOf(builds),
                lacks);
    }

    private void forget() {
        here.clear();
        builds.clear();
        wanted.clear();
        lacks.clear();
        answered = 0;
    }

    /// Tells of what is lacking what cannot come for want of something that it refers to.
    ///
    /// @return whether some of that can be built instead, so that the way has to be gone again
    private boolean refuse() throws IOException {
        boolean shrinks = true;
        while (shrinks) {
            shrinks = false;
            var coming = new HashSet<StorePath>();
            lacks.stream().filter(Lack::isObtainable).map(Lack::path).forEach(coming::add);
            for (int i = 0; i < lacks.size(); i++) {
                var lack = lacks.get(i);
                if (lack.isObtainable() && !isWhole(lack, coming)) {
                    lacks.set(
                            i,
                            new Lack(
                                    lack.path(),
                                    lack.kind(),
                                    lack.neededBy(),
                                    lack.holder(),
                                    false));
                    shrinks = true;
                }
            }
        }
        boolean changed = false;
        for (Lack lack : lacks) {
            changed |=
                    lack.isBelieved()
                            && !lack.whole()
                            && replaceable.contains(lack.path())
                            && refused.add(lack.path());
        }
        return changed;
    }

    private boolean isWhole(Lack lack, Set<StorePath> coming) throws IOException {
        for (StorePath reference : lack.holder().orElseThrow().info().dependencies()) {
            if (!coming.contains(reference) && !isHere(Optional.of(reference))) {
                return false;
            }
        }
        return true;
    }

    /// A derivation that fetches must be brought, another can be built.
    private void need(StorePath root, Derivation derivation) throws IOException {
        if (isBuiltHere(derivation)) {
            open.add(root);
            return;
        }
        for (String output : derivation.outputs().keySet()) {
            wantOutput(root, derivation, output, root);
        }
    }

    private void walk() throws IOException {
        while (!open.isEmpty() || !wants.isEmpty()) {
            while (!open.isEmpty()) {
                progress.check();
                visit(open.remove());
            }
            var asking = List.copyOf(wants);
            wants.clear();
            long total = answered + asking.size();
            var replies = asking.stream().gather(Gatherers.mapConcurrent(ASKED, this::ask));
            for (Reply reply : (Iterable<Reply>) replies::iterator) {
                progress.check();
                progress.step(reply.want.name().name(), ++answered, total);
                take(reply);
            }
        }
    }

    private void visit(StorePath at) throws IOException {
        var derivation = read(at).orElseThrow(() -> new NoSuchFileException(at.toString()));
        for (StorePath source : derivation.inputSources()) {
            if (isHere(Optional.of(source))) {
                here.add(source);
            } else {
                want(source, Kind.SOURCE, at);
            }
        }
        for (var input : derivation.inputDerivations().entrySet()) {
            var below = read(input.getKey());
            if (below.isEmpty()) {
                want(input.getKey(), Kind.DERIVATION, at);
                continue;
            }
            for (String output : input.getValue()) {
                var made = made(input.getKey(), below.get(), output);
                if (isHere(made)) {
                    made.ifPresent(here::add);
                } else if (isBuildable(input.getKey())) {
                    build(input.getKey());
                } else {
                    wantOutput(input.getKey(), below.get(), output, at);
                }
            }
        }
    }

    private void build(StorePath derivation) {
        if (builds.add(derivation)) {
            open.add(derivation);
        }
    }

    private void want(StorePath path, Kind kind, StorePath neededBy) {
        if (wanted.add(path.toString())) {
            wants.add(
                    new Want(
                            Optional.of(path), kind, neededBy, Optional.empty(), Optional.empty()));
        }
    }

    private void wantOutput(
            StorePath path, Derivation derivation, String output, StorePath neededBy)
            throws IOException {
        if (!wanted.add(path + "!" + output)) {
            return;
        }
        var kind =
                switch (output(path, derivation, output)) {
                    case Output.Fixed _ -> Kind.FETCHED;
                    case Output.Impure _ -> Kind.IMPURE;
                    case Output.InputAddressed _, Output.Floating _, Output.Deferred _ ->
                            Kind.OUTPUT;
                };
        var made = made(path, derivation, output);
        made.ifPresent(known -> wanted.add(known.toString()));
        var id =
                made.isPresent() || kind == Kind.IMPURE
                        ? Optional.<Realisation.Id>empty()
                        : hasher.hash(path, derivation)
                                .map(hash -> new Realisation.Id(hash, output));
        wants.add(new Want(made, kind, neededBy, Optional.of(path), id));
    }

    /// Asks other stores; on any thread.
    private Reply ask(Want want) {
        var realisation =
                want.id.flatMap(id -> substituters.realisation(want.neededBy.folder(), id));
        var path = want.path.or(() -> realisation.map(Realisation::output));
        return new Reply(
                want,
                realisation,
                path.flatMap(it ->
                        substituters
                                .holder(it.hash())
                                .filter(holder -> holder.info().path().equals(it))));
    }

    private void take(Reply reply) throws IOException {
        var want = reply.want;
        if (reply.realisation.isPresent() && !engine.store().isReadOnly()) {
            learnt = realisations.put(reply.realisation.get(), false);
        }
        var path = want.path.or(() -> reply.realisation.map(Realisation::output));
        if (isHere(path)) {
            path.ifPresent(here::add);
            return;
        }
        boolean believed =
                reply.holder.filter(Substituters.Holder::believed).isPresent()
                        && path.filter(refused::contains).isEmpty();
        if (want.kind == Kind.OUTPUT) {
            if (!believed) {
                want.origin.ifPresent(this::build);
                return;
            }
            path.ifPresent(replaceable::add);
        }
        lacks.add(new Lack(path.orElse(want.name()), want.kind, want.neededBy, reply.holder, true));
        if (believed && path.isPresent()) {
            for (StorePath reference : reply.holder.get().info().dependencies()) {
                if (!isHere(Optional.of(reference))) {
                    want(reference, Kind.REFERENCE, path.get());
                }
            }
        }
    }

    /// Whether a derivation can be built of what is here, and of what can be built of that.
    private boolean isBuildable(StorePath root) throws IOException {
        var below = new ArrayDeque<>(List.of(root));
        var entered = new HashSet<StorePath>();
        while (!below.isEmpty()) {
            progress.check();
            StorePath path = below.element();
            if (buildable.containsKey(path)) {
                below.remove();
                continue;
            }
            var derivation = read(path);
            var inputs =
                    derivation.isPresent() && isBuiltHere(derivation.get())
                            ? lackingInputs(derivation.get())
                            : Optional.<List<StorePath>>empty();
            if (inputs.isPresent() && entered.add(path)) {
                inputs.get().forEach(below::push);
                if (!inputs.get().isEmpty()) {
                    continue;
                }
            }
            // What needs itself has been entered and is not known, so it cannot be built.
            buildable.put(
                    path,
                    inputs.isPresent()
                            && inputs.get().stream()
                                    .allMatch(input -> buildable.getOrDefault(input, false)));
            below.remove();
        }
        return buildable.getOrDefault(root, false);
    }

    /// The input derivations of which an output is not here; empty if a source is not.
    private Optional<List<StorePath>> lackingInputs(Derivation derivation) throws IOException {
        for (StorePath source : derivation.inputSources()) {
            if (!isHere(Optional.of(source))) {
                return Optional.empty();
            }
        }
        var lacking = new ArrayList<StorePath>();
        for (var input : derivation.inputDerivations().entrySet()) {
            var below = read(input.getKey());
            boolean all = below.isPresent();
            for (String output : input.getValue()) {
                all = all && isHere(made(input.getKey(), below.orElseThrow(), output));
            }
            if (!all) {
                lacking.add(input.getKey());
            }
        }
        return Optional.of(lacking);
    }

    /// Whether a derivation needs no network.
    private static boolean isBuiltHere(Derivation derivation) {
        return derivation.outputs().values().stream()
                .noneMatch(output ->
                        output instanceof Output.Fixed || output instanceof Output.Impure);
    }

    private boolean isHere(Optional<StorePath> path) throws IOException {
        return path.isPresent() && engine.catalog().path(path.get()).isPresent();
    }

    /// The path of an output, as far as it is known.
    private Optional<StorePath> made(StorePath path, Derivation derivation, String output)
            throws IOException {
        return switch (output(path, derivation, output)) {
            case Output.InputAddressed(var told) -> Optional.of(told);
            case Output.Fixed(var told, _) -> Optional.of(told);
            case Output.Impure _ -> Optional.empty();
            case Output.Floating _, Output.Deferred _ -> {
                var hash = hasher.hash(path, derivation);
                yield hash.isEmpty()
                        ? Optional.empty()
                        : realisations
                                .believed(path.folder(), new Realisation.Id(hash.get(), output))
                                .map(Realisation::output);
            }
        };
    }

    private static Output output(StorePath path, Derivation derivation, String name)
            throws FormatException {
        var output = derivation.outputs().get(name);
        if (output == null) {
            throw new FormatException("derivation", 0, path + " has no output " + name);
        }
        return output;
    }

    private Optional<Derivation> read(StorePath path) throws IOException {
        var found = known.get(path);
        if (found == null) {
            found = derivations.derivation(path);
            if (found.isEmpty()) {
                found = beside(path);
            }
            known.put(path, found);
        }
        return found;
    }

    private Optional<Derivation> beside(StorePath path) throws IOException {
        Path file = folder.resolve(path.base());
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        if (Files.size(file) > MAX_SIZE) {
            throw new FormatException("derivation", 0, path + ": larger than 16 MiB");
        }
        try {
            return Optional.of(Derivation.decode(Bytes.wrap(Files.readAllBytes(file))));
        } catch (FormatException e) {
            throw new FormatException(e.format(), e.offset(), path + ": " + e.problem());
        }
    }
}
