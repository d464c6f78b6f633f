package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.HashFunction;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/// Hashes what is written to it on other threads, so that whoever writes can go on.
///
/// Writing waits while those threads are far behind. Belongs to one thread.
final class DigestLane extends OutputStream {
    private static final int PIECE = 1 << 17;
    private static final int MAX_QUEUED = 16;

    private final Executor threads;
    private final MessageDigest digest = HashFunction.sha256();
    private final ConcurrentLinkedQueue<byte[]> full = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<byte[]> spare = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final Semaphore room = new Semaphore(MAX_QUEUED);
    private byte[] piece = new byte[PIECE];
    private int length;

    DigestLane(Executor threads) {
        this.threads = threads;
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int count) {
        for (int done = 0; done < count; ) {
            if (length == PIECE) {
                hand();
            }
            int part = Math.min(count - done, PIECE - length);
            System.arraycopy(source, offset + done, piece, length, part);
            length += part;
            done += part;
        }
    }

    /// The SHA-256 of all that was written; the lane is spent.
    Bytes digest() {
        room.acquireUninterruptibly(MAX_QUEUED);
        digest.update(piece, 0, length);
        return Bytes.wrap(digest.digest());
    }

    private void hand() {
        room.acquireUninterruptibly();
        full.add(piece);
        if (queued.getAndIncrement() == 0) {
            threads.execute(this::drain);
        }
        byte[] used = spare.poll();
        piece = used == null ? new byte[PIECE] : used;
        length = 0;
    }

    /// Runs on one thread at a time, which is the one that finds the queue empty.
    private void drain() {
        do {
            byte[] next = full.remove();
            digest.update(next, 0, PIECE);
            spare.add(next);
            room.release();
        } while (queued.decrementAndGet() > 0);
    }
}
