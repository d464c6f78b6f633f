package cairn.cid;

import java.io.IOException;
import java.io.Serial;

/// Thrown when bytes or text do not follow the format they claim to follow.
public final class FormatException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    private final String format;
    private final long offset;
    private final String problem;

    /// @param format the name of the format, as a user would say it: "cid", "nar", "dag-cbor"
    /// @param offset where the offending element starts, counted from the start of the input
    /// @param problem what is wrong, in words that fit behind a colon
    public FormatException(String format, long offset, String problem) {
        super("%s at byte %d: %s".formatted(format, offset, problem));
        this.format = format;
        this.offset = offset;
        this.problem = problem;
    }

    public String format() {
        return format;
    }

    public long offset() {
        return offset;
    }

    public String problem() {
        return problem;
    }
}
