package cairn.remote;

import cairn.nix.NarSource;
import cairn.nix.StorePath;
import cairn.nix.TreeReader;
import cairn.nix.TreeWriter;
import cairn.store.PathInfo;
import cairn.store.PathStore;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A plain folder that paths are unpacked into, each under its hash and name: `folder:DIR`. It is
/// only written, because plain files do not say what they were.
///
/// Paths are unpacked beside their places, and moved there all together by [#commit()]; closing
/// without it leaves nothing. Writing belongs to one thread.
final class FolderStore implements PathStore {
    private final Path folder;
    private final List<Path> unpacked = new ArrayList<>();
    private @Nullable Room room;

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

    /// Unpacks a path beside its place, and checks what lies on the disk. What stands in its place
    /// already is left as it is.
    @Override
    public void put(PathInfo info, NarSource content) throws IOException {
        requireFree(folder.resolve(info.path().base()));
        if (room == null) {
            room = Room.open(folder);
        }
        Path tree = room.folder().resolve(info.path().base());
        content.writeTo(new TreeWriter(tree, info.narSize()));
        NarDigest.of(new TreeReader(tree)).require(info);
        unpacked.add(tree);
    }

    @Override
    public void commit() throws IOException {
        for (Path tree : unpacked) {
            requireFree(folder.resolve(tree.getFileName()));
        }
        for (Path tree : unpacked) {
            Files.move(tree, folder.resolve(tree.getFileName()));
        }
        unpacked.clear();
    }

    @Override
    public void close() throws IOException {
        if (room != null) {
            room.close();
            room = null;
        }
        unpacked.clear();
    }

    private static void requireFree(Path target) throws IOException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(
                    target.toString(), null, "is there already; nothing was written over it");
        }
    }
}
