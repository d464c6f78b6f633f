package cairn.remote;

import cairn.cid.FormatException;
import cairn.store.PathStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/// Opens the store that a URI names.
///
/// ```
/// local, local?root=DIR                   a Nix store on this machine
/// file:///DIR, http://…, https://…        a Nix binary cache
/// car:FILE                                a CAR archive
/// folder:DIR                              plain files, only written
/// ```
public final class Stores {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private Stores() {}

    /// Opens a store to read from, which has to be there; closing it is up to the caller.
    ///
    /// @param names knows PathNodes that an archive refers to and lacks
    /// @throws FormatException if no kind of store is named so
    public static PathStore open(String uri, CarStore.Names names) throws IOException {
        if (uri.equals("local") || uri.startsWith("local?")) {
            return NixStore.open(uri);
        }
        if (uri.startsWith("car:")) {
            return CarStore.open(existing(behind("car:", uri)), names);
        }
        if (uri.startsWith("folder:")) {
            throw new FormatException("store uri", 0, uri + " is only written, never read");
        }
        var cache = cache(uri);
        if (uri.startsWith("file:")) {
            String folder = uri.substring("file://".length()).split("\\?", 2)[0];
            Path _ = existing(StoreUri.unescape(folder));
        }
        return cache;
    }

    /// Opens a store to bring paths to; closing it is up to the caller.
    ///
    /// @throws FormatException if no kind of store is named so, or one that is only read
    public static PathStore target(String uri) throws IOException {
        if (uri.equals("local") || uri.startsWith("local?")) {
            throw new FormatException(
                    "store uri",
                    0,
                    "a Nix store is only read. Write a binary cache, file:///DIR, and let Nix take it:"
                            + " nix copy --from file:///DIR");
        }
        if (uri.startsWith("car:")) {
            return CarStore.open(StoreUri.path(behind("car:", uri)), CarStore.Names.NONE);
        }
        if (uri.startsWith("folder:")) {
            return new FolderStore(StoreUri.path(behind("folder:", uri)));
        }
        return cache(uri);
    }

    /// The name of a file or folder that stands behind a scheme.
    private static String behind(String scheme, String uri) throws FormatException {
        if (uri.equals(scheme)) {
            throw new FormatException(
                    "store uri", 0, "'%s' names no file; write one behind it".formatted(uri));
        }
        return uri.substring(scheme.length());
    }

    private static Path existing(String text) throws IOException {
        Path file = StoreUri.path(text);
        if (!Files.exists(file)) {
            throw new NoSuchFileException(text);
        }
        return file;
    }

    private static BinaryCache cache(String uri) throws FormatException {
        if (uri.startsWith("file:") || uri.startsWith("http:") || uri.startsWith("https:")) {
            return BinaryCache.open(uri, PATIENCE);
        }
        throw new FormatException(
                "store uri",
                0,
                ("'%s' names no store; known are local, local?root=DIR, file:///DIR, http://…,"
                                + " https://…, nats+ipld://host:port, car:FILE and folder:DIR")
                        .formatted(uri));
    }
}
