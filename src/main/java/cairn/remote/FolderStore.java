package cairn.remote;

import cairn.cid.Bytes;
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
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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

    /// Unpacks a path beside its place, and moves it there once what lies on disk was checked; what
    /// stands in its place already is left as it is.
    @Override
    public void put(PathInfo info, NarSource content) throws IOException {
        Path target = folder.resolve(info.path().base());
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(
                    target.toString(), null, "is there already; nothing was written over it");
        }
        Files.createDirectories(folder);
        Path temporary = Files.createTempDirectory(folder, ".cairn-");
        try {
            Path tree = temporary.resolve(info.path().base());
            content.writeTo(new TreeWriter(tree, info.narSize()));
            NarDigest.of(new TreeReader(tree)).require(info);
            Files.move(tree, target);
        } finally {
            deleteAll(temporary);
        }
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
