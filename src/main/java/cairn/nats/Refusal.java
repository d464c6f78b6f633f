package cairn.nats;

import cairn.cid.FormatException;
import cairn.engine.RefusedException;
import cairn.store.MissingReferenceException;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/// Why a request was not answered as it was asked, as it stands in the header of the reply.
///
/// ```
/// Cairn-Error: kind " " text
/// ```
record Refusal(Wire.Problem.Kind kind, String text) {
    static final String HEADER = "Cairn-Error";
    private static final String SERVICE_ERROR = "Nats-Service-Error";
    private static final String SERVICE_CODE = "Nats-Service-Error-Code";
    private static final int LONGEST = 1000;

    Refusal {
        // One line, and short enough for any server's limit on headers.
        String line = text.replaceAll("\\p{Cntrl}", " ");
        text = line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    }

    static Refusal of(Throwable e) {
        String text = String.valueOf(e.getMessage());
        return switch (e) {
            case FormatException _ -> new Refusal(Wire.Problem.Kind.MALFORMED, text);
            case RefusedException refused -> new Refusal(kind(refused.reason()), text);
            case NoSuchFileException _ -> new Refusal(Wire.Problem.Kind.NOT_FOUND, text);
            case MissingReferenceException _ -> new Refusal(Wire.Problem.Kind.NOT_FOUND, text);
            case FileAlreadyExistsException there ->
                    new Refusal(
                            Wire.Problem.Kind.MISMATCH, there.getFile() + " " + there.getReason());
            case UncheckedIOException wrapped when wrapped.getCause() != null ->
                    of(wrapped.getCause());
            case IOException _ -> new Refusal(Wire.Problem.Kind.FAILED, text);
            default -> new Refusal(Wire.Problem.Kind.FAILED, e.toString());
        };
    }

    static Refusal of(Wire.Problem problem) {
        return new Refusal(problem.getKind(), problem.getText());
    }

    /// What a reply says, if it is none.
    static Optional<Refusal> in(Headers headers) {
        String line = headers.getLast(HEADER);
        if (line == null) {
            return Optional.empty();
        }
        int space = line.indexOf(' ');
        String word = space < 0 ? line : line.substring(0, space);
        var kind = Wire.Problem.Kind.OTHER;
        for (var each : Wire.Problem.Kind.values()) {
            if (word(each).equals(word)) {
                kind = each;
            }
        }
        return Optional.of(new Refusal(kind, space < 0 ? "" : line.substring(space + 1)));
    }

    Headers headers() {
        return new Headers()
                .add(HEADER, word(kind) + " " + text)
                .add(SERVICE_ERROR, text)
                .add(SERVICE_CODE, Integer.toString(code()));
    }

    Wire.Problem message() {
        return Wire.Problem.newBuilder().setKind(kind).setText(text).build();
    }

    /// The same as whoever asked may throw it.
    IOException exception() {
        return switch (kind) {
            case REFUSED -> new RefusedException(RefusedException.Reason.FORBIDDEN, text);
            case TOO_LARGE -> new RefusedException(RefusedException.Reason.TOO_LARGE, text);
            case MISMATCH -> new RefusedException(RefusedException.Reason.CONFLICT, text);
            case MALFORMED -> new RefusedException(RefusedException.Reason.WRONG, text);
            case NOT_FOUND, FAILED, OTHER, UNRECOGNIZED -> new IOException(text);
        };
    }

    private static Wire.Problem.Kind kind(RefusedException.Reason reason) {
        return switch (reason) {
            case WRONG -> Wire.Problem.Kind.MISMATCH;
            case FORBIDDEN -> Wire.Problem.Kind.REFUSED;
            case CONFLICT -> Wire.Problem.Kind.MISMATCH;
            case TOO_LARGE -> Wire.Problem.Kind.TOO_LARGE;
            case TOO_SLOW -> Wire.Problem.Kind.FAILED;
        };
    }

    /// As HTTP has it, for those who look at services.
    private int code() {
        return switch (kind) {
            case MALFORMED -> 400;
            case REFUSED -> 403;
            case NOT_FOUND -> 404;
            case MISMATCH -> 409;
            case TOO_LARGE -> 413;
            case FAILED, OTHER, UNRECOGNIZED -> 500;
        };
    }

    private static String word(Wire.Problem.Kind kind) {
        return switch (kind) {
            case MALFORMED -> "malformed";
            case NOT_FOUND -> "not-found";
            case REFUSED -> "refused";
            case MISMATCH -> "mismatch";
            case TOO_LARGE -> "too-large";
            case FAILED -> "failed";
            case OTHER, UNRECOGNIZED -> "other";
        };
    }
}
