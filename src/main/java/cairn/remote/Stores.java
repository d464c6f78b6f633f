package cairn.remote;

import cairn.cid.FormatException;
import cairn.store.PathStore;
import java.io.IOException;
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

    /// Opens a store; closing it is up to the caller.
    ///
    /// @param names knows PathNodes that an archive refers to and lacks
    /// @throws FormatException if no kind of store is named so
    public static PathStore open(String uri, CarStore.Names names) throws IOException {
        if (uri.equals("local") || uri.startsWith("local?")) {
            return NixStore.open(uri);
        }
        if (uri.startsWith("car:")) {
            return CarStore.open(StoreUri.path(uri.substring("car:".length())), names);
        }
        if (uri.startsWith("folder:")) {
            return new FolderStore(StoreUri.path(uri.substring("folder:".length())));
        }
        if (uri.startsWith("file:") || uri.startsWith("http:") || uri.startsWith("https:")) {
            return BinaryCache.open(uri, PATIENCE);
        }
        throw new FormatException(
                "store uri",
                0,
                ("'%s' names no store; known are local, local?root=DIR, file:///DIR, http://…,"
                                + " https://…, car:FILE and folder:DIR")
                        .formatted(uri));
    }
}
