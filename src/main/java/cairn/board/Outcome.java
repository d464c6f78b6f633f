package cairn.board;

import java.util.Locale;

/// What came of a write.
///
/// @param id of what was written about
/// @param reason for people; empty if it was done
public record Outcome(Kind kind, String id, String reason) {
    /// Whether it was done, and else why not.
    public enum Kind {
        DONE,
        /// It was there already, so nothing changed.
        KNOWN,
        /// It waits for others to hear of it.
        QUEUED,
        /// Somebody else was first.
        CONFLICT,
        /// What it is about is not here.
        MISSING;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Outcome done(String id) {
        return new Outcome(Kind.DONE, id, "");
    }

    static Outcome known(String id) {
        return new Outcome(Kind.KNOWN, id, "");
    }

    static Outcome conflict(String id, String reason) {
        return new Outcome(Kind.CONFLICT, id, reason);
    }

    static Outcome missing(String id, String what) {
        return new Outcome(Kind.MISSING, id, what + " " + id + " is not here");
    }

    /// Whether the board is as the writer wanted it.
    public boolean isSuccess() {
        return kind == Kind.DONE || kind == Kind.KNOWN;
    }
}
