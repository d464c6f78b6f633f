package cairn.cid;

import java.io.IOException;
import java.io.Serial;
import java.util.regex.Pattern;

/// Thrown when bytes or text do not follow the format they claim to follow.
///
/// Its words may quote what a stranger wrote: control characters in them become U+FFFD, since they
/// could steer a terminal, and only so many characters are kept.
public final class FormatException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    private static final Pattern CONTROL = Pattern.compile("\\p{Cc}");
    private static final int MAX_PROBLEM = 1000;

    private final String format;
    private final long offset;
    private final String problem;

    /// @param format the name of the format, as a user would say it: "cid", "nar", "dag-cbor"
    /// @param offset where the offending element starts, counted from the start of the input
    /// @param problem what is wrong, in words that fit behind a colon
    public FormatException(String format, long offset, String problem) {
        String shown = shown(problem);
        super("%s at byte %d: %s".formatted(format, offset, shown));
        this.format = format;
        this.offset = offset;
        this.problem = shown;
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

    private static String shown(String problem) {
        String start =
                problem.length() <= MAX_PROBLEM
                        ? problem
                        : problem.substring(0, MAX_PROBLEM - 1) + "…";
        return CONTROL.matcher(start).replaceAll("\ufffd");
    }
}
