package cairn.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Shows which writers run, with locks that die with their process.
///
/// Byte `n` of the file `locks` is locked by whoever may append to or delete pack `n`. POSIX drops
/// all locks of a process on a file as soon as the process closes the file once, so all stores that
/// one process opens on one home share one open file.
final class Leases implements AutoCloseable {
    private static final Map<Path, Shared> OPEN = new HashMap<>();

    private final Path file;
    private final FileChannel channel;
    private boolean closed;

    private Leases(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    private static final class Shared {
        private final FileChannel channel;
        private int users;

        Shared(FileChannel channel) {
            this.channel = channel;
        }
    }

    static Leases open(Home home) throws IOException {
        Path file = home.leases().toRealPath().resolve("locks");
        synchronized (OPEN) {
            var shared = OPEN.get(file);
            if (shared == null) {
                shared =
                        new Shared(
                                FileChannel.open(
                                        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
                OPEN.put(file, shared);
            }
            shared.users++;
            return new Leases(file, shared.channel);
        }
    }

    /// Takes a pack for this writer alone, or returns empty if a running writer has it.
    Optional<FileLock> tryLock(long pack) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock(pack, 1, false));
        } catch (OverlappingFileLockException _) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (OPEN) {
            var shared = OPEN.get(file);
            if (shared != null && !closed && --shared.users == 0) {
                OPEN.remove(file);
                shared.channel.close();
            }
            closed = true;
        }
    }
}
