package cairn.store;

import cairn.cid.FormatException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What rebuilding an index found.
///
/// @param aside where the old index is now, if there was one
/// @param damages what could not be used
public record Repaired(long paths, long blocks, Optional<Path> aside, List<Damage> damages) {
    public Repaired {
        damages = List.copyOf(damages);
    }

    /// A part of a pack that could not be used, and was left as it is.
    ///
    /// @param pack the pack's file
    /// @param problem tells the offset as well
    public record Damage(Path pack, FormatException problem) {}
}
