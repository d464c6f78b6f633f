package cairn.engine;

import cairn.nix.Derivation;
import cairn.nix.Derivation.Output;
import cairn.nix.DerivationHasher;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import cairn.remote.NixStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the outputs of derivations became in a Nix store. Belongs to one thread.
final class Outputs {
    private final NixStore store;
    private final DerivationHasher hasher;

    Outputs(NixStore store, Derivations derivations) {
        this.store = store;
        hasher = new DerivationHasher(derivations);
    }

    /// Those outputs of a derivation that are there, by name.
    SortedMap<String, StorePath> of(StorePath path, Derivation derivation) throws IOException {
        var found = new TreeMap<String, StorePath>();
        for (var output : derivation.outputs().entrySet()) {
            var made =
                    switch (output.getValue()) {
                        case Output.InputAddressed(var known) -> Optional.of(known);
                        case Output.Fixed(var known, _) -> Optional.of(known);
                        case Output.Floating _, Output.Deferred _, Output.Impure _ ->
                                realisation(path, derivation, output.getKey())
                                        .map(Realisation::output);
                    };
            if (made.isPresent() && store.has(made.get())) {
                found.put(output.getKey(), made.get());
            }
        }
        return found;
    }

    /// What is known of those outputs of a derivation whose paths only a build tells.
    List<Realisation> realisations(StorePath path, Derivation derivation) throws IOException {
        var found = new ArrayList<Realisation>();
        for (var output : derivation.outputs().entrySet()) {
            if (isToldByBuild(output.getValue())) {
                realisation(path, derivation, output.getKey()).ifPresent(found::add);
            }
        }
        return found;
    }

    /// Whether only a build tells the paths of a derivation's outputs.
    static boolean areToldByBuild(Derivation derivation) {
        return derivation.outputs().values().stream().anyMatch(Outputs::isToldByBuild);
    }

    private static boolean isToldByBuild(Output output) {
        return switch (output) {
            case Output.InputAddressed _, Output.Fixed _ -> false;
            case Output.Floating _, Output.Deferred _, Output.Impure _ -> true;
        };
    }

    private Optional<Realisation> realisation(StorePath path, Derivation derivation, String output)
            throws IOException {
        var hash = hasher.hash(path, derivation);
        if (hash.isEmpty()) {
            return Optional.empty();
        }
        var json = store.realisation(new Realisation.Id(hash.get(), output).toString());
        return json.isEmpty()
                ? Optional.empty()
                : Optional.of(Realisation.decode(path.folder(), json.get()));
    }
}
