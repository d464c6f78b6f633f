package cairn.store;

import cairn.cid.Bytes;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/// A place that store paths can come from or go to: the local engine, a Nix store on disk, a binary
/// cache, an archive, another node. Safe for use by several threads.
///
/// Everything that a store other than the local one says is a claim; whoever imports checks it.
public interface PathStore extends AutoCloseable {
    /// The URI that names this store.
    String uri();

    /// Tells whether the store has a path.
    default boolean has(StorePath path) throws IOException {
        return info(path).isPresent();
    }

    /// What the store knows of a path, or empty if it does not have it.
    Optional<PathInfo> info(StorePath path) throws IOException;

    /// The path with these 32 characters, if the store has it.
    Optional<StorePath> find(String hash) throws IOException;

    /// What the store knows of the path with these 32 characters.
    default Optional<PathInfo> info(String hash) throws IOException {
        var path = find(hash);
        return path.isPresent() ? info(path.get()) : Optional.empty();
    }

    /// All paths, in no particular order. The caller closes the stream.
    ///
    /// @throws IOException also where a store cannot list what it has, as a binary cache over HTTP
    Stream<StorePath> paths() throws IOException;

    /// The 32 characters of each path, in no particular order; what stands behind one of them is
    /// not looked at where that can be had. The caller closes the stream.
    ///
    /// @throws IOException as [#paths()]
    default Stream<String> hashes() throws IOException {
        return paths().map(StorePath::hash);
    }

    /// The path's content. Nothing is read before the source is used.
    ///
    /// @throws java.nio.file.NoSuchFileException if the store does not have the path
    NarSource nar(StorePath path) throws IOException;

    /// The same for one who brings several paths into the local store: a store of blocks does not
    /// give again what they share.
    ///
    /// @param here what was brought so far
    default NarSource nar(StorePath path, StoreWriter here) throws IOException {
        return nar(path);
    }

    /// Takes a path whose references are all here already. The content is checked against size and
    /// hash before the path is visible; writing a path that is there changes nothing.
    ///
    /// @throws IOException also if the store is only read
    void put(PathInfo info, NarSource content) throws IOException;

    /// Ends a series of puts. What some stores make of all of them together is there only now, and
    /// never if they are closed before; in the others each path is there since it was put.
    default void commit() throws IOException {}

    /// The realisation of a derivation's output, as JSON, by its id `sha256:<hex>!<output>`.
    default Optional<Bytes> realisation(String id) throws IOException {
        return Optional.empty();
    }

    /// The ids of all realisations, as far as the store can list them. The caller closes the
    /// stream.
    default Stream<String> realisations() throws IOException {
        return Stream.empty();
    }

    /// The build log of a derivation, uncompressed.
    default Optional<Bytes> log(StorePath derivation) throws IOException {
        return Optional.empty();
    }

    /// Waits until what it asks can be reached, if a connection was lost that may come back.
    ///
    /// @throws IOException if it does not come back in that time
    default void awaitConnection(Duration patience) throws IOException {}

    /// Has everyone fail at once who waits for an answer of this store, and whoever asks it later;
    /// called from any thread. It is still to be closed.
    default void giveUp() {}

    @Override
    void close() throws IOException;
}
