package cairn.store;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Keeps what a writer relies on from being collected, for as long as the writer holds its pack.
///
/// A file named by the row of the pack tells since when, and what the writer found here and so did
/// not write:
///
/// ```
/// file = since:u64 { length:1 key }          ; since: the number of the last commit before it began
/// ```
///
/// What was committed after that is spared. A key is told before the writer relies on it. A sweep
/// announces itself in the index, then reads these files, then deletes. So a writer that told a key
/// and after that sees no sweep announced, nor one ended since before it found the block, will find
/// the block when it commits. Otherwise it writes the block again.
final class Lease implements AutoCloseable {
    private static final String FORMAT = "lease";

    private final Path file;
    private final OutputStream out;
    private final Store store;
    private final Set<Bytes> told = new HashSet<>();
    private long sweeps;

    private Lease(Path file, OutputStream out, Store store) {
        this.file = file;
        this.out = out;
        this.store = store;
    }

    /// Begins a lease for a writer that holds a pack.
    static Lease begin(Store store, long pack) throws IOException {
        Path file = file(store.home(), pack);
        long since = store.index().counter("sequence");
        var lease = new Lease(file, Files.newOutputStream(file), store);
        boolean done = false;
        try {
            lease.tell(new ByteWriter().littleEndian(since, Long.BYTES));
            lease.sweeps = Collector.sweeps(store);
            done = true;
            return lease;
        } finally {
            if (!done) {
                lease.close();
            }
        }
    }

    private static Path file(Home home, long pack) {
        return home.leases().resolve(Long.toString(pack));
    }

    /// The count of sweeps as it was when it was looked at last.
    synchronized long sweeps() {
        return sweeps;
    }

    /// Tells that the writer relies on blocks that are here.
    ///
    /// @param seen the count of [sweeps][#sweeps()] before the blocks were found
    /// @return false if it must not, because the blocks may be collected right now
    synchronized boolean rely(Set<Bytes> keys, long seen) throws IOException {
        var fresh = new ByteWriter();
        for (Bytes key : keys) {
            if (told.add(key.compact())) {
                fresh.u8(key.length()).bytes(key);
            }
        }
        tell(fresh);
        sweeps = Collector.sweeps(store);
        return sweeps % 2 == 0 && sweeps == seen;
    }

    private void tell(ByteWriter what) throws IOException {
        try {
            out.write(what.toBytes().toByteArray());
        } catch (IOException e) {
            throw PackAppender.failure(file, e);
        }
    }

    /// The writer is gone, or has committed all that it wants.
    @Override
    public void close() throws IOException {
        out.close();
        Files.deleteIfExists(file);
    }

    /// What a running writer relies on.
    record Claim(long since, Set<Bytes> keys) {}

    /// The claims of the writers that run.
    static List<Claim> live(Store store) throws IOException {
        var home = store.home();
        var live = new ArrayList<Claim>();
        try (var files = Files.newDirectoryStream(home.leases(), "[0-9]*")) {
            for (Path file : files) {
                var lock = store.leases().tryLock(Long.parseLong(file.getFileName().toString()));
                if (lock.isPresent()) {
                    if (!store.isReadOnly()) {
                        Files.deleteIfExists(file);
                    }
                    lock.get().release();
                } else {
                    read(Bytes.wrap(Files.readAllBytes(file))).ifPresent(live::add);
                }
            }
        }
        return live;
    }

    /// Empty if the lease is just beginning; its last key may still be being written, and then
    /// nobody relies on it.
    private static Optional<Claim> read(Bytes bytes) {
        var in = new ByteReader(FORMAT, bytes);
        var keys = new HashSet<Bytes>();
        try {
            long since = in.littleEndian(Long.BYTES);
            while (!in.atEnd() && in.remaining() > in.peek()) {
                keys.add(in.bytes(in.u8()).compact());
            }
            return Optional.of(new Claim(since, keys));
        } catch (FormatException _) {
            return Optional.empty();
        }
    }
}
