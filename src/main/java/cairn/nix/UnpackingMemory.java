package cairn.nix;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// What one stream takes of the memory in which this process unpacks.
///
/// Who packs chooses how much unpacking takes: 64 MiB for `xz -9`, 128 MiB for `zstd --long`. So
/// much is there for all streams together, because that much memory there is, whoever opened them;
/// those that find too little wait for their turn, and one that takes more has it alone. Belongs to
/// one thread.
final class UnpackingMemory implements AutoCloseable {
    private static final int MAX_KIB = 64 << 10;

    private static final Semaphore FREE_KIB = new Semaphore(MAX_KIB, true);

    private final Duration patience;
    private int heldKib;

    /// @param patience how long to wait for a turn
    UnpackingMemory(Duration patience) {
        this.patience = patience;
    }

    /// Waits until so much is free.
    ///
    /// @throws BusyException if that takes too long
    void take(long bytes) throws BusyException, InterruptedIOException {
        int kib = (int) Math.min(MAX_KIB, Math.ceilDiv(bytes, 1 << 10));
        try {
            if (!FREE_KIB.tryAcquire(kib, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new BusyException(
                        "there is no memory left to unpack in, as too much is being unpacked; try"
                                + " again later");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for memory to unpack in");
        }
        heldKib += kib;
    }

    /// Gives everything back.
    @Override
    public void close() {
        FREE_KIB.release(heldKib);
        heldKib = 0;
    }
}
