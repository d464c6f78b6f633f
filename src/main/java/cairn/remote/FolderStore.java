package cairn.remote;

import cairn.nix.NarSource;
import cairn.nix.StorePath;
import cairn.nix.TreeReader;
import cairn.nix.TreeWriter;
import cairn.store.PathInfo;
import cairn.store.PathStore;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
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
    private @Nullable Path temporary;

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
        if (temporary == null) {
            Files.createDirectories(folder);
            temporary = Files.createTempDirectory(folder, ".cairn-");
        }
        Path tree = temporary.resolve(info.path().base());
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
        if (temporary != null) {
            deleteAll(temporary);
            temporary = null;
        }
        unpacked.clear();
    }

    private static void requireFree(Path target) throws IOException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(
                    target.toString(), null, "is there already; nothing was written over it");
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path emptied, @Nullable IOException e)
                            throws IOException {
                        Files.delete(emptied);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
