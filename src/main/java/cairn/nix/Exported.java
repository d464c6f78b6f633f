package cairn.nix;

import java.util.List;
import java.util.Optional;

/// What an export says of a path, besides its archive.
///
/// @param references the path itself among them if it refers to itself
public record Exported(StorePath path, List<StorePath> references, Optional<StorePath> deriver) {
    public Exported {
        references = List.copyOf(references);
    }
}
