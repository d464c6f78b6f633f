package cairn.remote;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The files of a binary cache, by names relative to it. Safe for use by several threads.
interface CacheFiles extends AutoCloseable {
    /// Opens a file for reading, or returns empty if there is none.
    Optional<InputStream> open(String name) throws IOException;

    boolean has(String name) throws IOException;

    /// The names of the files in a folder, none of those below; of the topmost if it is empty.
    ///
    /// @throws IOException also where this cannot be told
    List<String> names(String folder) throws IOException;

    /// Writes a small file. Nobody sees it half written.
    void write(String name, Bytes content) throws IOException;

    /// A new file for content that is not named yet; on the same disk, where the files are on one.
    Path temporary() throws IOException;

    /// Makes a file of what a temporary one has, and removes that.
    void move(Path temporary, String name) throws IOException;

    /// Has everyone fail who waits, as [cairn.store.PathStore#giveUp()].
    default void giveUp() {}

    @Override
    default void close() throws IOException {}

    /// Reads a whole file that must not be longer than this.
    default Optional<Bytes> read(String name, int limit) throws IOException {
        var file = open(name);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try (var in = file.get()) {
            byte[] content = in.readNBytes(limit + 1);
            if (content.length > limit) {
                throw new FormatException(
                        "binary cache", limit, name + " is longer than " + limit + " bytes");
            }
            return Optional.of(Bytes.wrap(content));
        }
    }
}
