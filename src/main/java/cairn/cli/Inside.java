package cairn.cli;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.Target;
import cairn.nix.StorePath;
import cairn.remote.CarStore;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A place in a tree of files, as `TARGET/PATH` tells it.
///
/// @param source to be closed when the tree is not needed any more
record Inside(Closeable source, Tree tree, List<Bytes> place, Optional<Outside> file)
        implements AutoCloseable {

    /// Finds a tree and a place in it. TARGET is as short as can be, except that a file on disk
    /// goes before a name.
    static Inside find(String text, StoreOption store, Session session)
            throws IOException, Failure.Reported {
        if (!store.isGiven()) {
            for (int end = end(text, 0); end >= 0; end = end(text, end + 1)) {
                var file = Outside.find(text.substring(0, end));
                if (file.isPresent()) {
                    return in(file.get(), place(text.substring(end)));
                }
            }
        }
        for (int end = end(text, 1); text.startsWith("/") && end >= 0; end = end(text, end + 1)) {
            if (isStorePath(text.substring(0, end))) {
                return in(store.open(session), text, end);
            }
        }
        if (text.matches("\\.\\.?/.*")) {
            throw Unresolved.unknown(text, "");
        }
        return in(store.open(session), text, text.startsWith("/") ? text.length() : end(text, 0));
    }

    private static Inside in(Source source, String text, int end)
            throws IOException, Failure.Reported {
        List<Bytes> place = place(text.substring(end));
        Target target = source.resolve(text.substring(0, end));
        return new Inside(source, source.tree(target), place, Optional.empty());
    }

    private static Inside in(Outside file, List<Bytes> place) throws IOException, Failure.Reported {
        return switch (file) {
            case Outside.Archive archive ->
                    new Inside(
                            () -> {},
                            new Tree.OfArchive(archive.content()),
                            place,
                            Optional.of(file));
            case Outside.Car car -> {
                CarStore opened = file.read(car::open);
                yield in(Source.of(opened), opened, place, file);
            }
            case Outside.Narinfo _, Outside.DerivationFile _ ->
                    throw new Failure.Reported(
                            ExitCode.USAGE,
                            "%s holds no files. Try: cairn info %s"
                                    .formatted(file.file(), file.file()));
        };
    }

    /// In an archive of blocks a place begins with a CID, else it is in the first root.
    private static Inside in(Source source, CarStore car, List<Bytes> place, Outside file)
            throws IOException, Failure.Reported {
        Optional<Cid> named = place.isEmpty() ? Optional.empty() : cid(place.getFirst().toUtf8());
        Cid root =
                named.or(() -> car.roots().stream().findFirst())
                        .orElseThrow(() ->
                                new Failure.Reported(ExitCode.NO, file.file() + " names no root"));
        return new Inside(
                source,
                source.tree(new Target.OfBlock(root)),
                named.isPresent() ? place.subList(1, place.size()) : place,
                Optional.of(file));
    }

    /// Reads in the tree; malformed data is told with the file's name.
    <T> T read(Outside.Reading<T> reading) throws IOException, Failure.Reported {
        return file.isPresent() ? file.get().read(reading) : reading.run();
    }

    /// Whether the tree is that of a NAR in a file.
    boolean isArchive() {
        return file.isPresent() && file.get() instanceof Outside.Archive;
    }

    /// Says that there is nothing at this place.
    Failure.Reported nothing(String text) {
        String name = place.isEmpty() ? text : place.getLast().toEscaped();
        return new Failure.Reported(
                ExitCode.NO,
                "there is no '%s' in %s"
                        .formatted(
                                Session.shown(name),
                                Session.shown(
                                        text.substring(
                                                0, Math.max(0, text.lastIndexOf(name) - 1)))));
    }

    private static Optional<Cid> cid(String text) {
        try {
            return Optional.of(Cid.parse(text));
        } catch (FormatException _) {
            return Optional.empty();
        }
    }

    private static List<Bytes> place(String text) throws Failure.Reported {
        var names = new ArrayList<Bytes>();
        for (String name : text.split("/", -1)) {
            if (name.equals("..")) {
                throw new Failure.Reported(
                        ExitCode.USAGE, "'..' leads nowhere in a path inside a target");
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(Bytes.ofEscaped(name).orElse(Bytes.utf8(name)));
            }
        }
        return names;
    }

    private static boolean isStorePath(String text) {
        try {
            StorePath _ = StorePath.parse(text);
            return true;
        } catch (FormatException _) {
            return false;
        }
    }

    /// Where the part of a text that is not shorter than `from` and stands before a slash ends.
    private static int end(String text, int from) {
        if (from > text.length()) {
            return -1;
        }
        int slash = text.indexOf('/', from);
        return slash < 0 ? text.length() : slash;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
