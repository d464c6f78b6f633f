package cairn.board;

import java.time.Instant;
import java.util.Optional;

/// A finding, which never changes.
///
/// @param id unique in its project
/// @param description JSON; what it names by a CID is kept
/// @param origin where it comes from: of a conclusion the id of the intent
/// @param expiresAt from when on it may go, once somebody asks for that
public record Fact(
        String id,
        String description,
        String creator,
        String origin,
        Instant at,
        Optional<Instant> expiresAt) {
    public Fact {
        Limits.id(id);
        Limits.json(description);
        Limits.name("creator", creator);
        Limits.name("origin", origin);
        at = Limits.time(at);
        expiresAt = expiresAt.map(Limits::time);
    }
}
