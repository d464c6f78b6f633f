package cairn.engine;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.nix.FileNames;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.Catalog;
import cairn.store.PathStore;
import cairn.store.StoredPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Finds out what a text stands for.
///
/// In this order: a store path in full or without its folder; a file that exists and has a folder
/// before its name; a CID; the 32 characters of a path, as `<hash>.narinfo` too; a NAR hash; the
/// name of a path, or the beginning of one; any file that exists. Where a name begins several
/// paths, an exact name goes first, then the one that is not a derivation.
public final class Targets {
    private static final int CANDIDATES = 20;
    private static final Comparator<StorePath> BY_NAME =
            (one, other) -> {
                int byName = one.name().compareTo(other.name());
                return byName == 0 ? one.compareTo(other) : byName;
            };

    private Targets() {}

    /// Paths by the beginning of their name.
    @FunctionalInterface
    private interface Names {
        List<StorePath> beginning(String prefix) throws IOException;
    }

    /// What a text stands for in the local engine.
    public static Target resolve(Catalog catalog, PathStore local, String text) throws IOException {
        Target target = resolve(local, text, prefix -> beginning(catalog, prefix));
        if (target instanceof Target.Unknown && text.startsWith("sha256")) {
            List<StoredPath> same = withNar(catalog, text);
            if (same.size() == 1) {
                return new Target.OfPath(same.getFirst().info().path());
            }
            if (!same.isEmpty()) {
                return new Target.Ambiguous(
                        text, same.stream().map(path -> path.info().path()).toList());
            }
        }
        return target;
    }

    /// What a text stands for in any store.
    public static Target resolve(PathStore store, String text) throws IOException {
        return resolve(
                store,
                text,
                prefix -> {
                    try (Stream<StorePath> paths = store.paths()) {
                        return paths.filter(path -> path.name().startsWith(prefix))
                                .sorted(BY_NAME)
                                .limit(CANDIDATES)
                                .toList();
                    }
                });
    }

    private static Target resolve(PathStore store, String text, Names names) throws IOException {
        StorePath written = storePath(text);
        if (written != null && (store.info(written).isPresent() || !isFile(text))) {
            return new Target.OfPath(written);
        }
        if (text.indexOf('/') >= 0 && isFile(text)) {
            return new Target.OfFile(FileNames.path(text));
        }
        try {
            return new Target.OfBlock(Cid.parse(text));
        } catch (FormatException _) {
            // Then it is something else, or nothing.
        }
        String hash = text.endsWith(".narinfo") ? text.substring(0, text.length() - 8) : text;
        if (StorePath.isHash(hash)) {
            return store.find(hash)
                    .<Target>map(Target.OfPath::new)
                    .orElseGet(() -> new Target.Unknown(text));
        }
        if (text.isEmpty() || text.indexOf('/') >= 0) {
            return new Target.Unknown(text);
        }
        Target named = named(text, names.beginning(text));
        return named instanceof Target.Unknown && isFile(text)
                ? new Target.OfFile(FileNames.path(text))
                : named;
    }

    private static Target named(String text, List<StorePath> found) {
        for (List<StorePath> some :
                List.of(
                        found.stream().filter(path -> path.name().equals(text)).toList(),
                        found.stream().filter(path -> !path.isDerivation()).toList(),
                        found)) {
            if (some.size() == 1) {
                return new Target.OfPath(some.getFirst());
            }
        }
        return found.isEmpty() ? new Target.Unknown(text) : new Target.Ambiguous(text, found);
    }

    private static List<StorePath> beginning(Catalog catalog, String prefix) throws IOException {
        return catalog.beginning(prefix, CANDIDATES).stream()
                .map(stored -> stored.info().path())
                .toList();
    }

    private static List<StoredPath> withNar(Catalog catalog, String text) throws IOException {
        try {
            return catalog.withNar(NixHash.parse(text));
        } catch (FormatException _) {
            return List.of();
        }
    }

    private static @Nullable StorePath storePath(String text) {
        try {
            return text.startsWith("/")
                    ? StorePath.parse(text)
                    : StorePath.parse(StorePath.NIX_STORE, text);
        } catch (FormatException _) {
            return null;
        }
    }

    private static boolean isFile(String text) {
        try {
            return !text.isEmpty() && Files.isRegularFile(FileNames.path(text));
        } catch (InvalidPathException _) {
            return false;
        }
    }
}
