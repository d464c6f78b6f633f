package cairn.store;

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

    /// Something that could not be used, and was left as it is, or that is lost.
    ///
    /// @param place the pack, all packs, or the old index that tells of what is lost
    /// @param problem what is wrong there, in words
    public record Damage(Path place, String problem) {}
}
