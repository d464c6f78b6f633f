package cairn.remote;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A folder for what is being written, beside where it goes; nobody else looks into it.
///
/// It holds a file that its writer has locked, so what a writer left behind that was killed is told
/// from what another one needs. The next writer in the same place removes that. POSIX drops all
/// locks of a process on a file as soon as the process closes it once, so the rooms of this process
/// are left alone.
final class Room implements AutoCloseable {
    private static final String PREFIX = ".cairn-";
    private static final Pattern NAME = Pattern.compile(Pattern.quote(PREFIX) + "\\d+");
    private static final String LOCK = "lock";
    private static final Set<Path> OWN = new HashSet<>();

    private final Path folder;
    private final FileChannel lock;

    private Room(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /// Makes a room inside a folder, which is made if it is not there.
    static Room open(Path parent) throws IOException {
        Files.createDirectories(parent);
        synchronized (OWN) {
            Path real = parent.toRealPath();
            try (var left = Files.newDirectoryStream(real, Room::isOurs)) {
                for (Path room : left) {
                    if (!OWN.contains(room)) {
                        removeIfLeft(room);
                    }
                }
            }
            while (true) {
                // Until it is locked, another writer may take it for one that was left.
                Path room = Files.createTempDirectory(real, PREFIX);
                try {
                    var lock =
                            FileChannel.open(
                                    room.resolve(LOCK),
                                    StandardOpenOption.CREATE_NEW,
                                    StandardOpenOption.WRITE);
                    if (lock.tryLock() != null && Files.exists(room.resolve(LOCK))) {
                        OWN.add(room);
                        return new Room(room, lock);
                    }
                    lock.close();
                } catch (NoSuchFileException _) {
                    // Another writer was faster: once more.
                }
            }
        }
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        synchronized (OWN) {
            if (OWN.remove(folder)) {
                try (lock) {
                    removeAll(folder);
                }
            }
        }
    }

    private static boolean isOurs(Path entry) {
        return NAME.matcher(entry.getFileName().toString()).matches()
                && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
    }

    private static void removeIfLeft(Path room) throws IOException {
        try (var lock = FileChannel.open(room.resolve(LOCK), StandardOpenOption.WRITE)) {
            if (lock.tryLock() != null) {
                removeAll(room);
            }
        } catch (NoSuchFileException _) {
            removeIfEmpty(room);
        } catch (AccessDeniedException _) {
            // It is another user's.
        }
    }

    /// Removes what a writer left that was killed before it made the lock, or after it removed it.
    private static void removeIfEmpty(Path room) throws IOException {
        try {
            Files.delete(room);
        } catch (NoSuchFileException | DirectoryNotEmptyException | AccessDeniedException _) {
            // Its writer is making or removing it, or it is another user's.
        }
    }

    /// Removes a room, its lock last.
    private static void removeAll(Path folder) throws IOException {
        Path lock = folder.resolve(LOCK);
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (!file.equals(lock)) {
                            Files.delete(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path emptied, @Nullable IOException e)
                            throws IOException {
                        if (emptied.equals(folder)) {
                            Files.deleteIfExists(lock);
                        }
                        Files.delete(emptied);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
