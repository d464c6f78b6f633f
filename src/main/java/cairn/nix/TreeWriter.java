package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/// Makes the files it is told, as `nix-store --restore` does.
///
/// Nothing may be where it writes, and it writes nowhere else: every file, folder and link is made
/// new, and names that could lead away are refused. Permissions are what the umask leaves, with
/// execution for everyone added where a file is executable. After a failure, what was made stays.
public final class TreeWriter implements NarSink {
    private static final int BUFFER = 1 << 16;
    private static final Set<PosixFilePermission> EXECUTE =
            Set.of(
                    PosixFilePermission.OWNER_EXECUTE,
                    PosixFilePermission.GROUP_EXECUTE,
                    PosixFilePermission.OTHERS_EXECUTE);

    private final Deque<Path> open = new ArrayDeque<>();
    private final byte[] buffer = new byte[BUFFER];

    /// Checks what is told, and knows where it would stand in an archive.
    private final NarSize position;

    private Path path;

    /// @param target what to make: a path that does not exist, in a folder that does
    /// @param limit the most bytes that the tree's archive may have; more is refused before it is
    ///   written
    public TreeWriter(Path target, long limit) {
        path = target;
        position = new NarSize(limit);
    }

    @Override
    public void directory() throws IOException {
        position.directory();
        Files.createDirectory(path);
        open.push(path);
    }

    @Override
    public void entry(Bytes name) throws IOException {
        position.entry(name);
        path = FileNames.resolve(open.element(), name);
    }

    @Override
    public void endDirectory() throws IOException {
        position.endDirectory();
        open.remove();
    }

    @Override
    public void regular(boolean executable, long size, InputStream contents) throws IOException {
        long offset = position.regular(executable, size);
        long count = 0;
        try (var out =
                Files.newOutputStream(
                        path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int read = contents.read(buffer); read >= 0; read = contents.read(buffer)) {
                count += read;
                if (count > size) {
                    break;
                }
                out.write(buffer, 0, read);
            }
        }
        if (count != size) {
            throw new FormatException(
                    "nar", offset, "a file is not of the %d bytes promised".formatted(size));
        }
        if (executable) {
            var permissions = Files.getPosixFilePermissions(path);
            permissions.addAll(EXECUTE);
            Files.setPosixFilePermissions(path, permissions);
        }
    }

    @Override
    public void symlink(Bytes target) throws IOException {
        position.symlink(target);
        FileNames.createSymbolicLink(path, target);
    }
}
