package cairn.board;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Something to be found out.
///
/// @param id unique in its project
/// @param sources the ids of the facts that it starts from, sorted
/// @param worker who claimed it, or concluded it
/// @param heartbeat when the worker was heard of last
/// @param fact what it concluded in
public record Intent(
        String id,
        List<String> sources,
        String description,
        String creator,
        Instant at,
        Status status,
        Optional<String> worker,
        Optional<Instant> heartbeat,
        Optional<String> fact) {
    public Intent {
        sources = List.copyOf(sources);
    }

    /// How far it is.
    public enum Status {
        SUBMITTED,
        CLAIMED,
        CONCLUDED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
