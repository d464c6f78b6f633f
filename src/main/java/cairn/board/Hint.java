package cairn.board;

import java.time.Instant;

/// A constraint that is only read.
///
/// @param id unique in its project
public record Hint(String id, String description, String creator, Instant at) {
    public Hint {
        Limits.id(id);
        Limits.text(description);
        Limits.name("creator", creator);
        at = Limits.time(at);
    }
}
