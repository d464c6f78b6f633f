package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.Derivation.Output;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Computes what the outputs of derivations are called.
///
/// An output is named after a hash of its derivation *modulo* fixed outputs: each input derivation
/// counts as its own such hash, and a derivation whose output is fixed by its content counts as
/// that content, however it is fetched. So the hash of one derivation asks for all derivations
/// below it; each is read and hashed once. Works through them without recursion, since a stranger
/// decides how deep they go. Belongs to one thread.
///
/// ```
/// modulo = SHA-256 of the derivation's text, with modulo in base 16 in the place of input paths
///        | SHA-256 of "fixed:out:" method ":" base16 ":" path           ; where the output is fixed
///        | SHA-256 of "impure"
/// ```
///
/// @see <a
///   href="https://nix.dev/manual/nix/latest/store/derivation/outputs/input-address.html">Input
///   addressing</a>
public final class DerivationHasher {
    private static final String FORMAT = "derivation";

    /// Finds derivations by their paths.
    @FunctionalInterface
    public interface Lookup {
        Optional<Derivation> derivation(StorePath path) throws IOException;
    }

    /// What is known of the paths of a derivation's outputs.
    public sealed interface Paths {
        /// The path of each output.
        record Known(SortedMap<String, StorePath> paths) implements Paths {}

        /// The paths depend on content that only a build gives.
        record Deferred() implements Paths {}

        /// An input derivation is needed that is not here.
        record Lacking(StorePath derivation) implements Paths {}
    }

    /// @param deferred tells that a content below is not known before it is built
    private record Modulo(NixHash hash, Set<String> outputs, boolean deferred) {}

    private final Lookup lookup;
    private final Map<StorePath, Modulo> known = new HashMap<>();

    public DerivationHasher(Lookup lookup) {
        this.lookup = lookup;
    }

    /// Computes the paths of a derivation's outputs, whatever the derivation says they are.
    ///
    /// @param path the derivation's own path, for the store's folder and the name
    public Paths outputs(StorePath path, Derivation derivation) throws IOException {
        String name = Derivation.nameOf(path);
        var paths = new TreeMap<String, StorePath>();
        switch (kind(derivation)) {
            case Output.Fixed(_, var address) ->
                    paths.put("out", address.path(path.folder(), name, Set.of(), false));
            case Output.Floating _, Output.Impure _ -> {
                return new Paths.Deferred();
            }
            case Output.InputAddressed _, Output.Deferred _ -> {
                var lacking = resolve(path, derivation);
                if (lacking.isPresent()) {
                    return new Paths.Lacking(lacking.get());
                }
                var modulo = modulo(path, derivation, true);
                if (modulo.deferred) {
                    return new Paths.Deferred();
                }
                for (String output : modulo.outputs) {
                    String full = output.equals("out") ? name : name + "-" + output;
                    StorePath.checkName(full);
                    paths.put(
                            output,
                            StorePath.make(path.folder(), "output:" + output, modulo.hash, full));
                }
            }
        }
        return new Paths.Known(Collections.unmodifiableSortedMap(paths));
    }

    /// The hash by which realisations name a derivation; empty if an input derivation is not here.
    public Optional<NixHash> hash(StorePath path, Derivation derivation) throws IOException {
        return resolve(path, derivation).isPresent()
                ? Optional.empty()
                : Optional.of(modulo(path, derivation, true).hash);
    }

    /// Hashes all that is below a derivation, deepest first, up to the first that is not here.
    private Optional<StorePath> resolve(StorePath path, Derivation derivation) throws IOException {
        var entered = new HashSet<StorePath>();
        Deque<Step> open = new ArrayDeque<>();
        open.push(new Step(path, derivation));
        entered.add(path);
        while (!open.isEmpty()) {
            var step = open.element();
            if (!step.inputs.isEmpty()) {
                StorePath input = step.inputs.remove();
                if (known.containsKey(input)) {
                    continue;
                }
                if (!entered.add(input)) {
                    throw new FormatException(FORMAT, 0, "needs itself: " + input);
                }
                var next = lookup.derivation(input);
                if (next.isEmpty()) {
                    return Optional.of(input);
                }
                open.push(new Step(input, next.get()));
                continue;
            }
            open.remove();
            if (!open.isEmpty()) {
                known.put(step.path, modulo(step.path, step.derivation, false));
            }
        }
        return Optional.empty();
    }

    private Modulo modulo(StorePath path, Derivation derivation, boolean masked)
            throws FormatException {
        var names = derivation.outputs().keySet();
        return switch (kind(derivation)) {
            case Output.Fixed(_, var address) -> {
                StorePath output =
                        address.path(path.folder(), Derivation.nameOf(path), Set.of(), false);
                yield new Modulo(
                        NixHash.sha256Of(
                                Bytes.utf8(
                                        String.join(
                                                ":",
                                                "fixed:out",
                                                address.methodAlgorithm(),
                                                address.hash().digest().toHex(),
                                                output.toString()))),
                        names,
                        false);
            }
            case Output.Impure _ -> new Modulo(NixHash.sha256Of(Bytes.utf8("impure")), names, true);
            case Output.Floating _ -> overInputs(derivation, masked, true);
            case Output.InputAddressed _, Output.Deferred _ ->
                    overInputs(derivation, masked, false);
        };
    }

    private Modulo overInputs(Derivation derivation, boolean masked, boolean floating)
            throws FormatException {
        var inputs = new TreeMap<String, SortedSet<String>>();
        boolean deferred = floating;
        for (var input : derivation.inputDerivations().entrySet()) {
            var modulo = known.get(input.getKey());
            if (modulo == null) {
                throw new IllegalStateException("not resolved: " + input.getKey());
            }
            if (!modulo.outputs.containsAll(input.getValue())) {
                throw new FormatException(
                        FORMAT,
                        0,
                        "asks for outputs %s of %s, which has %s"
                                .formatted(input.getValue(), input.getKey(), modulo.outputs));
            }
            deferred |= modulo.deferred;
            if (!input.getValue().isEmpty()) {
                inputs.computeIfAbsent(modulo.hash.digest().toHex(), _ -> new TreeSet<>())
                        .addAll(input.getValue());
            }
        }
        var hash = NixHash.sha256Of(DerivationText.encode(derivation, inputs, masked));
        return new Modulo(hash, derivation.outputs().keySet(), deferred);
    }

    /// One output that stands for all: they must be of one kind.
    private static Output kind(Derivation derivation) throws FormatException {
        var outputs = derivation.outputs().values();
        if (outputs.isEmpty()) {
            throw new FormatException(FORMAT, 0, "has no output");
        }
        Output first = outputs.iterator().next();
        if (outputs.stream().anyMatch(output -> output.getClass() != first.getClass())) {
            throw new FormatException(FORMAT, 0, "has outputs of different kinds");
        }
        if (first instanceof Output.Fixed && !derivation.outputs().keySet().equals(Set.of("out"))) {
            throw new FormatException(FORMAT, 0, "has a fixed output that is not its only 'out'");
        }
        return first;
    }

    /// A derivation whose inputs are being hashed.
    ///
    /// @param inputs what is left of them
    private record Step(StorePath path, Derivation derivation, Deque<StorePath> inputs) {
        Step(StorePath path, Derivation derivation) throws FormatException {
            this(
                    path,
                    derivation,
                    switch (kind(derivation)) {
                        case Output.Fixed _, Output.Impure _ -> new ArrayDeque<>();
                        case Output.InputAddressed _, Output.Floating _, Output.Deferred _ ->
                                new ArrayDeque<>(derivation.inputDerivations().keySet());
                    });
        }
    }
}
