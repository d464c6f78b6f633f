package cairn.cli;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.Target;
import cairn.nix.FileNames;
import cairn.nix.StorePath;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Says why a text stands for nothing.
final class Unresolved {
    private static final Pattern LIKE_CID =
            Pattern.compile("(ba[a-z0-9]|Qm|bB|BA|z[bd]|f01|F01|k[0-9]|uA).{20,}");
    private static final Pattern LIKE_ARCHIVE =
            Pattern.compile(".*\\.(nar(\\.[a-z0-9]+)?|car|narinfo|drv)");
    private static final Pattern LIKE_NAME_AND_PLACE = Pattern.compile("[^./][^/]*/.*");
    private static final Pattern STANDARD_INPUT =
            Pattern.compile("-|/dev/(stdin|fd/.*)|/proc/self/fd/.*");

    /// How much of a text is said again.
    private static final int LONG = 300;

    private Unresolved() {}

    static Failure.Reported unknown(String text, String uri) {
        String shown = shown(text);
        Optional<Failure.Reported> unnamed = unnamed(text);
        if (unnamed.isPresent()) {
            return unnamed.get();
        }
        if (LIKE_CID.matcher(text).matches()) {
            try {
                Cid _ = Cid.parse(text);
            } catch (FormatException e) {
                return malformed(shown, e);
            }
        }
        if (text.startsWith(StorePath.NIX_STORE + "/")) {
            Optional<Failure.Reported> inside = inside(text);
            if (inside.isPresent()) {
                return inside.get();
            }
            try {
                StorePath _ = StorePath.parse(text);
            } catch (FormatException e) {
                return malformed(shown, e);
            }
        }
        if (isThere(text)) {
            return new Failure.Reported(
                    ExitCode.USAGE,
                    Files.isDirectory(FileNames.path(text))
                            ? "%s is a folder. Add it as a path first: cairn add %s"
                                    .formatted(shown, shown)
                            : shown + " is no plain file");
        }
        if (isLikeFile(text)) {
            return new Failure.Reported(
                    ExitCode.NO,
                    "there is no file '%s'%s"
                            .formatted(
                                    shown,
                                    LIKE_NAME_AND_PLACE.matcher(text).matches()
                                                    && !LIKE_ARCHIVE.matcher(text).matches()
                                            ? "; for what is inside of a path: cairn ls " + shown
                                            : ""));
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
        String text = file.toString();
        return unnamed(text).or(() -> inside(text)).orElseGet(() -> plain(file));
    }

    /// The file that a text names, if it can be named so.
    static Path path(String text) throws Failure.Reported {
        Optional<Failure.Reported> unnamed = unnamed(text);
        if (unnamed.isPresent()) {
            throw unnamed.get();
        }
        return FileNames.path(text);
    }

    private static Failure.Reported plain(Path file) {
        return new Failure.Reported(
                ExitCode.USAGE,
                "%s is a file, not a store path or CID. Import it first: cairn copy %s"
                        .formatted(file, file));
    }

    private static String shown(String text) {
        return Session.shown(text.length() > LONG ? text.substring(0, LONG) + "…" : text);
    }

    /// Of nothing, and of what comes without a name, nobody can tell what it is.
    private static Optional<Failure.Reported> unnamed(String text) {
        if (text.isEmpty()) {
            return Optional.of(
                    new Failure.Reported(ExitCode.MALFORMED, "a target may not be empty"));
        }
        return STANDARD_INPUT.matcher(text).matches()
                ? Optional.of(
                        new Failure.Reported(
                                ExitCode.USAGE,
                                ("'%s' does not tell what it is. Write it to a file that is named"
                                                + " for it, such as x.nar or x.car")
                                        .formatted(Session.shown(text))))
                : Optional.empty();
    }

    /// What lies inside of a store path is no target of its own.
    private static Optional<Failure.Reported> inside(String text) {
        int end = text.indexOf('/', StorePath.NIX_STORE.length() + 1);
        try {
            StorePath path = StorePath.parse(text.substring(0, Math.max(0, end)));
            return Optional.of(
                    new Failure.Reported(
                            ExitCode.USAGE,
                            "this lies inside of %s. Look at it: cairn ls %s"
                                    .formatted(path, shown(text))));
        } catch (FormatException _) {
            return Optional.empty();
        }
    }

    private static boolean isLikeFile(String text) {
        return text.indexOf('/') >= 0 || LIKE_ARCHIVE.matcher(text).matches();
    }

    private static boolean isThere(String text) {
        try {
            return isLikeFile(text) && Files.exists(FileNames.path(text));
        } catch (InvalidPathException _) {
            return false;
        }
    }

    private static Failure.Reported malformed(String shown, FormatException e) {
        return new Failure.Reported(
                ExitCode.MALFORMED, "'%s' is malformed: %s".formatted(shown, e.getMessage()));
    }
}
