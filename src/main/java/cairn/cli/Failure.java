package cairn.cli;

import cairn.cid.FormatException;
import cairn.store.DamagedIndexException;
import cairn.store.MissingReferenceException;
import cairn.unixfs.MissingBlockException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;

/// What went wrong, in one sentence, and the exit code that says what kind it was.
record Failure(int code, String sentence) {
    private static final int LONGEST = 2000;

    /// A failure that a command has put into words itself.
    static final class Reported extends Exception {
        @Serial private static final long serialVersionUID = 1;

        private final int code;

        Reported(int code, String sentence) {
            super(sentence);
            this.code = code;
        }
    }

    /// The same with the place where it happened, unless the sentence begins with that.
    Failure in(String place) {
        return sentence.startsWith(place + ":") || sentence.startsWith(place + " ")
                ? this
                : new Failure(code, "%s: %s".formatted(place, sentence));
    }

    /// The same with what to do about it.
    Failure with(String advice) {
        return new Failure(code, "%s. %s".formatted(sentence, advice));
    }

    /// The same as an exception.
    Reported thrown() {
        return new Reported(code, sentence);
    }

    static Failure of(Throwable e) {
        return switch (e) {
            case Reported reported -> new Failure(reported.code, text(reported));
            case FormatException damage when damage.format().equals("pack") ->
                    new Failure(ExitCode.MALFORMED, "the store is damaged: " + text(damage))
                            .with(
                                    "See what it concerns, and copy that again: cairn verify --all --deep");
            case FormatException format -> new Failure(ExitCode.MALFORMED, text(format));
            case Outlet.NobodyReads _ -> new Failure(ExitCode.UNREAD, "");
            case UncheckedIOException wrapped -> of(Objects.requireNonNull(wrapped.getCause()));
            case CancellationException _, InterruptedException _ ->
                    new Failure(ExitCode.CANCELLED, "cancelled; what was finished stays");
            case NoSuchFileException missing ->
                    new Failure(ExitCode.NO, about(missing, "does not exist"));
            case FileAlreadyExistsException there ->
                    new Failure(ExitCode.NO, about(there, "is there already"));
            case AccessDeniedException denied ->
                    new Failure(ExitCode.UNREACHABLE, about(denied, "may not be accessed"));
            case InvalidPathException path ->
                    new Failure(
                            ExitCode.USAGE, "a file cannot have this name: " + path.getReason());
            case MissingReferenceException missing -> new Failure(ExitCode.NO, text(missing));
            case MissingBlockException missing -> new Failure(ExitCode.MALFORMED, text(missing));
            case DamagedIndexException damaged -> new Failure(ExitCode.MALFORMED, text(damaged));
            case OutOfMemoryError _ ->
                    new Failure(
                            ExitCode.UNREACHABLE,
                            "not enough memory; give more: JAVA_TOOL_OPTIONS=-Xmx2g cairn …");
            case IOException io -> new Failure(ExitCode.UNREACHABLE, text(io));
            default ->
                    new Failure(
                            ExitCode.BUG,
                            "this is a mistake in Cairn, please report it: %s at %s"
                                    .formatted(
                                            e,
                                            e.getStackTrace().length == 0
                                                    ? "?"
                                                    : e.getStackTrace()[0]));
        };
    }

    /// Prints the sentence if there is one, as an object where JSON is asked for, and returns the
    /// exit code.
    int print(boolean json, PrintStream err) {
        if (sentence.isEmpty()) {
            return code;
        }
        if (json) {
            Json.print(Map.of("error", sentence), err);
        } else {
            err.println("cairn: " + Session.shown(sentence));
        }
        return code;
    }

    private static String about(FileSystemException e, String otherwise) {
        return e.getFile() + " " + Objects.requireNonNullElse(e.getReason(), otherwise);
    }

    /// The name of a file deep down may be longer than anybody reads.
    private static String shortened(String line) {
        return line.length() <= LONGEST
                ? line
                : line.substring(0, LONGEST / 2)
                        + " … "
                        + line.substring(line.length() - LONGEST / 2);
    }

    private static String text(Throwable e) {
        String message = e.getMessage();
        if (message == null || message.isBlank()) {
            return e.getClass()
                    .getSimpleName()
                    .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                    .toLowerCase(Locale.ROOT);
        }
        // What we say ourselves is one line, unless a stranger named a file so.
        return shortened(
                e instanceof FormatException || e instanceof Reported
                        ? message
                        : message.lines().findFirst().orElse(message));
    }
}
