package cairn.remote;

import cairn.cid.Bytes;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import cairn.nix.TreeWriter;
import cairn.store.PathInfo;
import cairn.store.PathStore;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// A plain folder that paths are unpacked into, each under its hash and name: `folder:DIR`. It is
/// only written, because plain files do not say what they were.
public final class FolderStore implements PathStore {
    private final Path folder;

    public FolderStore(Path folder) {
        this.folder = folder;
    }

    @Override
    public String uri() {
        return "folder:" + folder;
    }

    @Override
    public Optional<PathInfo> info(StorePath path) {
        return Optional.empty();
    }

    @Override
    public Optional<StorePath> find(String hash) {
        return Optional.empty();
    }

    @Override
    public Stream<StorePath> paths() {
        return Stream.empty();
    }

    @Override
    public NarSource nar(StorePath path) throws IOException {
        throw new IOException(uri() + " can only be written");
    }

    /// Unpacks a path; what stands in its place is left as it is.
    @Override
    public void put(PathInfo info, NarSource content) throws IOException {
        Files.createDirectories(folder);
        Path target = folder.resolve(info.path().base());
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(
                    target.toString(), null, "is there already; nothing was written over it");
        }
        content.writeTo(new TreeWriter(target));
    }

    @Override
    public Optional<Bytes> realisation(String id) {
        return Optional.empty();
    }

    @Override
    public Optional<Bytes> log(StorePath derivation) {
        return Optional.empty();
    }

    @Override
    public void close() {}
}
