package cairn.store;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The folder that one store lives in; only its owner can look inside.
///
/// ```
/// index.db      where every block is, and what is known of paths
/// packs/        the blocks
/// leases/       what running writers rely on, and the locks that show that they run
/// keys/         private keys
/// cairn.toml    the configuration; need not be there
/// ```
public record Home(Path folder) {
    /// What tells that a folder is a home, or is to be one.
    private static final Set<String> OWN =
            Set.of(
                    "index.db",
                    "packs",
                    "leases",
                    "cairn.toml",
                    "policy.toml",
                    "keys",
                    "queue",
                    "nats");

    Path index() {
        return folder.resolve("index.db");
    }

    Path packs() {
        return folder.resolve("packs");
    }

    Path leases() {
        return folder.resolve("leases");
    }

    public Path keys() {
        return folder.resolve("keys");
    }

    public Path configuration() {
        return folder.resolve("cairn.toml");
    }

    boolean exists() {
        return Files.exists(index());
    }

    boolean hasPacks() throws IOException {
        if (!Files.isDirectory(packs())) {
            return false;
        }
        try (var files = Files.newDirectoryStream(packs(), Packs.fileName("*"))) {
            return files.iterator().hasNext();
        }
    }

    /// Makes the folders that are not there yet, but nothing in a folder that is something else.
    void create() throws IOException {
        if (!exists() && Files.isDirectory(folder) && isSomethingElse()) {
            throw new FileSystemException(
                    folder.toString(),
                    null,
                    "it holds other things and no store. Name an empty folder, or one that is not there");
        }
        createFolder(folder);
        createFolder(packs());
        createFolder(leases());
        createFolder(keys());
    }

    private boolean isSomethingElse() throws IOException {
        boolean other = false;
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (OWN.contains(name)) {
                    return false;
                }
                other |= !name.startsWith(".") && !name.equals("lost+found");
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return other;
    }

    private static void createFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, ownerOnly());
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }
}
