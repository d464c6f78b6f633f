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
    private final String place;

    /// @param format the name of the format, as a user would say it: "cid", "nar", "dag-cbor"
    /// @param offset where the offending element starts, counted from the start of the input
    /// @param problem what is wrong, in words that fit behind a colon
    public FormatException(String format, long offset, String problem) {
        this(format, offset, shown(problem), "");
    }

    private FormatException(String format, long offset, String problem, String place) {
        super("%s at byte %d: %s%s".formatted(format, offset, problem, place));
        this.format = format;
        this.offset = offset;
        this.problem = problem;
        this.place = place;
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

    /// Where it was found, in words that follow the problem; empty if that goes without saying.
    public String place() {
        return place;
    }

    /// The same with the place where it was found, unless its words tell that already.
    public FormatException in(String where) {
        return (problem + place).contains(where)
                ? this
                : new FormatException(format, offset, problem, place + ", in " + shown(where));
    }

    private static String shown(String problem) {
        String start =
                problem.length() <= MAX_PROBLEM
                        ? problem
                        : problem.substring(0, MAX_PROBLEM - 1) + "…";
        return CONTROL.matcher(start).replaceAll("\ufffd");
    }
}
