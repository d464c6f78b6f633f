package cairn.ui.model;

import cairn.cid.FormatException;
import cairn.engine.RefusedException;
import cairn.nix.StorePath;
import cairn.unixfs.MissingBlockException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.concurrent.ExecutionException;

/// Turns exceptions into words.
public final class Problems {
    /// The format of what names a store.
    private static final String ADDRESS = "store uri";

    private Problems() {}

    public static Problem describe(Exception cause) {
        if (cause instanceof ExecutionException && cause.getCause() instanceof Exception inner) {
            return describe(inner);
        }
        return new Problem(sentence(cause), advice(cause), cause);
    }

    private static String sentence(Exception cause) {
        return switch (cause) {
            case MissingBlockException e ->
                    Words.text("problem.missing-block", Figures.shortened(e.cid().toString()));
            case FormatException e when isOurs(e) ->
                    Words.text("problem.damaged", e.problem(), e.format(), e.offset());
            case FormatException e when e.format().equals(ADDRESS) ->
                    Words.text("problem.address", e.problem());
            case FormatException e ->
                    Words.text("problem.format", e.format(), e.offset(), e.problem() + e.place());
            case NoSuchFileException e when e.getReason() != null ->
                    Words.text("problem.named", e.getFile(), e.getReason());
            case NoSuchFileException e when isOnDisk(e.getFile()) ->
                    Words.text("problem.no-file", e.getFile());
            case NoSuchFileException e -> Words.text("problem.not-here", e.getFile());
            case AccessDeniedException e -> Words.text("problem.denied", e.getFile());
            case FileSystemException e ->
                    Words.text(
                            "problem.file",
                            e.getFile(),
                            Objects.requireNonNullElse(e.getReason(), ""));
            case RefusedException e ->
                    Words.text("problem.refused", Objects.requireNonNullElse(e.getMessage(), ""));
            default ->
                    Words.text(
                            "problem.other",
                            Objects.requireNonNullElse(
                                    cause.getMessage(), cause.getClass().getSimpleName()));
        };
    }

    /// Whether it is this store that is damaged rather than something that comes in.
    private static boolean isOurs(FormatException cause) {
        return cause.format().equals("pack") || cause.format().equals("frame");
    }

    /// Whether a name is that of a file rather than of something in a store.
    private static boolean isOnDisk(String name) {
        return name.startsWith("/") && !name.startsWith(StorePath.NIX_STORE);
    }

    private static String advice(Exception cause) {
        return switch (cause) {
            case MissingBlockException _ -> Words.text("advice.missing-block");
            case FormatException e when isOurs(e) -> Words.text("advice.damaged");
            case FormatException e when e.format().equals(ADDRESS) -> Words.text("advice.named");
            case FormatException _ -> Words.text("advice.format");
            case NoSuchFileException e when e.getReason() != null -> Words.text("advice.named");
            case NoSuchFileException e when isOnDisk(e.getFile()) -> Words.text("advice.no-file");
            case NoSuchFileException _ -> Words.text("advice.not-here");
            case AccessDeniedException _ -> Words.text("advice.denied");
            case RefusedException e when e.reason() == RefusedException.Reason.FORBIDDEN ->
                    Words.text("advice.forbidden");
            case RefusedException _ -> Words.text("advice.refused");
            case IOException _ -> Words.text("advice.world");
            default -> Words.text("advice.other");
        };
    }
}
