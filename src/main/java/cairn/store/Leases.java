package cairn.store;

import cairn.nix.StorePath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Shows which writers run, with locks that die with their process.
///
/// Byte `n` of the file `locks` is locked by whoever may append to or delete pack `n`, and others
/// far behind by those who bring a path. POSIX drops all locks of a process on a file as soon as
/// the process closes the file once, so all stores that one process opens on one home share one
/// open file.
final class Leases implements AutoCloseable {
    /// Locked by every process that uses the home, and alone by one that repairs it.
    private static final long HOME = Long.MAX_VALUE - 1;

    /// What stands for paths begins behind all packs.
    private static final long CLAIMS = 1L << 62;

    private static final String LOCKS = "locks";
    private static final Map<Path, Shared> OPEN = new HashMap<>();

    private final Path file;
    private final boolean looks;
    private @Nullable FileChannel channel;
    private boolean closed;

    private Leases(Path file, @Nullable FileChannel channel, boolean looks) {
        this.file = file;
        this.channel = channel;
        this.looks = looks;
    }

    private static final class Shared {
        private final FileChannel channel;
        private int users;

        Shared(FileChannel channel) {
            this.channel = channel;
        }
    }

    /// Says that a process uses a home, which keeps others from repairing it.
    static Leases open(Home home) throws IOException {
        Path file = file(home);
        synchronized (OPEN) {
            var shared = OPEN.get(file);
            if (shared == null) {
                shared = new Shared(lockHome(home, file, true));
                OPEN.put(file, shared);
            }
            shared.users++;
            return new Leases(file, shared.channel, false);
        }
    }

    /// Has a home alone.
    static Leases exclusive(Home home) throws IOException {
        Path file = file(home);
        synchronized (OPEN) {
            if (OPEN.containsKey(file)) {
                throw new IOException(home.folder() + " is open; close it first");
            }
            var shared = new Shared(lockHome(home, file, false));
            shared.users++;
            OPEN.put(file, shared);
            return new Leases(file, shared.channel, false);
        }
    }

    /// Only looks who writes, in a home that cannot be written.
    static Leases look(Home home) {
        return new Leases(home.leases().resolve(LOCKS), null, true);
    }

    private static Path file(Home home) throws IOException {
        return home.leases().toRealPath().resolve(LOCKS);
    }

    private static FileChannel lockHome(Home home, Path file, boolean shared) throws IOException {
        var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        if (channel.tryLock(HOME, 1, shared) == null) {
            channel.close();
            throw new IOException(
                    home.folder()
                            + (shared
                                    ? " is being repaired; try again later"
                                    : " is in use by another process; stop that first"));
        }
        return channel;
    }

    /// Takes a pack for this writer alone, or returns empty if a running writer has it. Who only
    /// looks shares it with others who look.
    Optional<FileLock> tryLock(long pack) throws IOException {
        try {
            return Optional.ofNullable(channel().tryLock(pack, 1, looks));
        } catch (OverlappingFileLockException _) {
            return Optional.empty();
        }
    }

    /// Claims a path for this import alone, or returns empty if one that runs has it. Paths with
    /// the same beginning may be taken for each other.
    Optional<FileLock> tryClaim(StorePath path) throws IOException {
        return tryLock(CLAIMS + Long.parseLong(path.hash(), 0, 11, Character.MAX_RADIX));
    }

    private FileChannel channel() throws IOException {
        synchronized (OPEN) {
            if (channel == null) {
                channel = FileChannel.open(file, StandardOpenOption.READ);
            }
            return channel;
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (OPEN) {
            if (looks && channel != null) {
                channel.close();
            }
            var shared = OPEN.get(file);
            if (!looks && shared != null && !closed && --shared.users == 0) {
                OPEN.remove(file);
                shared.channel.close();
            }
            closed = true;
        }
    }
}
