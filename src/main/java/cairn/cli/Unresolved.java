package cairn.cli;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.Target;
import cairn.nix.FileNames;
import cairn.nix.StorePath;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Says why a text stands for nothing.
final class Unresolved {
    private static final Pattern LIKE_CID =
            Pattern.compile("(ba[a-z0-9]|Qm|bB|BA|z[bd]|f01|F01|k[0-9]|uA).{20,}");
    private static final Pattern LIKE_FILE =
            Pattern.compile(".*(/.*|\\.(nar(\\.[a-z0-9]+)?|car|narinfo|drv))");

    /// How much of a text is said again.
    private static final int LONG = 300;

    private Unresolved() {}

    static Failure.Reported unknown(String text, String uri) {
        String shown = shown(text);
        if (text.isEmpty()) {
            return new Failure.Reported(ExitCode.USAGE, "a target may not be empty");
        }
        if (LIKE_CID.matcher(text).matches()) {
            try {
                Cid _ = Cid.parse(text);
            } catch (FormatException e) {
                return malformed(shown, e);
            }
        }
        if (text.startsWith(StorePath.NIX_STORE + "/")) {
            try {
                StorePath _ = StorePath.parse(text);
            } catch (FormatException e) {
                return malformed(shown, e);
            }
        }
        if (isFolder(text)) {
            return new Failure.Reported(
                    ExitCode.USAGE,
                    "%s is a folder. Add it as a path first: cairn add %s".formatted(shown, shown));
        }
        if (LIKE_FILE.matcher(text).matches()) {
            return new Failure.Reported(ExitCode.NO, "there is no file '%s'".formatted(shown));
        }
        try {
            StorePath.checkName(text);
        } catch (FormatException _) {
            return new Failure.Reported(
                    ExitCode.MALFORMED,
                    "'%s' is no CID, store path, hash, name or file".formatted(shown));
        }
        return new Failure.Reported(
                ExitCode.NO,
                "'%s' is not in %s. See what is: cairn paths%s"
                        .formatted(
                                shown,
                                Source.name(uri),
                                uri.isEmpty() ? "" : " --store '" + uri + "'"));
    }

    static Failure.Reported notHere(StorePath path, String uri) {
        return new Failure.Reported(
                ExitCode.NO,
                uri.isEmpty()
                        ? "%s is not in the store. Bring it in: cairn copy --from URI %s"
                                .formatted(path, path)
                        : "%s is not in %s".formatted(path, uri));
    }

    static Failure.Reported ambiguous(Target.Ambiguous ambiguous) {
        return new Failure.Reported(
                ExitCode.USAGE,
                "'%s' may be %s. Write more of the name, or the hash"
                        .formatted(
                                ambiguous.text(),
                                ambiguous.candidates().stream()
                                        .limit(5)
                                        .map(StorePath::base)
                                        .collect(Collectors.joining(", "))));
    }

    static Failure.Reported file(Path file) {
        return new Failure.Reported(
                ExitCode.USAGE,
                "%s is a file, not a store path or CID. Import it first: cairn copy %s"
                        .formatted(file, file));
    }

    private static String shown(String text) {
        return Session.shown(text.length() > LONG ? text.substring(0, LONG) + "…" : text);
    }

    private static boolean isFolder(String text) {
        try {
            return LIKE_FILE.matcher(text).matches() && Files.isDirectory(FileNames.path(text));
        } catch (InvalidPathException _) {
            return false;
        }
    }

    private static Failure.Reported malformed(String shown, FormatException e) {
        return new Failure.Reported(
                ExitCode.MALFORMED, "'%s' is malformed: %s".formatted(shown, e.getMessage()));
    }
}
