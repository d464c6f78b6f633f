package cairn.engine;

import cairn.cid.Cid;
import cairn.nix.StorePath;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a run of Nix did.
///
/// @param code the exit code of Nix
/// @param parts the derivations for which something happened, and those that were asked for; each
///   behind those that it needs
/// @param present for how many derivations nothing had to be done, because their outputs were there
/// @param outputs what Nix printed as the outputs of what was asked for, in its order
/// @param errors what went wrong, in Nix's words
public record BuildReport(
        int code,
        List<Part> parts,
        int present,
        List<Output> outputs,
        List<String> errors,
        Duration took) {
    /// What became of one derivation.
    ///
    /// @param asked whether it was asked for, not only needed
    /// @param record the BuildRecord; none where nothing happened
    /// @param ran whether its builder ran
    /// @param took how long
    /// @param tail the last lines that its builder said
    /// @param saved those that need not be built because this one came out as before
    /// @param changes how it differs from the derivation of its name that was built before
    public record Part(
            StorePath derivation,
            Outcome outcome,
            boolean asked,
            boolean ran,
            SortedMap<String, Output> outputs,
            Optional<Cid> record,
            Optional<Cid> log,
            Duration took,
            List<String> tail,
            List<StorePath> saved,
            List<Change> changes) {
        public Part {
            outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
            tail = List.copyOf(tail);
            saved = List.copyOf(saved);
            changes = List.copyOf(changes);
        }

        /// The name of what is built, such as `hello-2.12.1`.
        public String name() {
            return derivation.name().substring(0, derivation.name().length() - ".drv".length());
        }
    }

    /// A path that is here now.
    public record Output(StorePath path, Cid cid) {}

    public BuildReport {
        parts = List.copyOf(parts);
        outputs = List.copyOf(outputs);
        errors = List.copyOf(errors);
    }

    /// The derivations that came out so.
    public List<Part> parts(Outcome outcome) {
        return parts.stream().filter(part -> part.outcome == outcome).toList();
    }
}
