package cairn.engine;

import cairn.cid.Bytes;
import cairn.store.PathInfo;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A path that is coming in, whose archive any number of readers are given while it comes.
///
/// The archive passes through a file without a name, so each reads as fast as he likes; it is made
/// of the very blocks that are stored. Its end is held back until everything agrees with what was
/// promised, so that nobody takes for whole what is not. Safe for use by several threads.
public final class Incoming {
    private static final int HELD_BACK = 1 << 16;
    private static final int PIECE = 1 << 17;

    private final PathInfo info;
    private final FileChannel file;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private long written;
    private boolean checked;
    private boolean ended;
    private @Nullable IOException failure;
    private int holders = 1;

    /// Whether nothing more can come of it, whoever gives it. Belongs to the thread that writes.
    private boolean failed;

    private Incoming(PathInfo info, FileChannel file) {
        this.info = info;
        this.file = file;
    }

    /// Begins one. Whoever does holds it until [#end].
    static Incoming begin(PathInfo info, Path folder) throws IOException {
        Path name = Files.createTempFile(folder, "incoming-", ".nar");
        return new Incoming(
                info,
                FileChannel.open(
                        name,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE));
    }

    PathInfo info() {
        return info;
    }

    /// Somebody who reads the archive; he closes it when he has done.
    public final class Reader implements AutoCloseable {
        private Reader() {}

        public PathInfo info() {
            return info;
        }

        /// Waits for the first bytes.
        ///
        /// @throws IOException if none come
        public void await() throws IOException {
            long _ = readable(0);
        }

        /// Writes a part of the archive, as far as it has come, and so on. A part that is not the
        /// whole is written once everything is checked.
        ///
        /// @throws IOException if no more comes, or what came is not what was promised; then the
        ///   end of the archive was not written
        public void writeTo(OutputStream out, long from, long to) throws IOException {
            if (from > 0 || to < info.narSize()) {
                awaitChecked();
            }
            byte[] piece = new byte[PIECE];
            for (long at = from; at < to; ) {
                int count = (int) Math.min(piece.length, Math.min(to, readable(at)) - at);
                read(piece, count, at);
                out.write(piece, 0, count);
                at += count;
            }
        }

        /// Waits until the path is stored.
        public void awaitStored() throws IOException {
            lock.lock();
            try {
                while (!ended) {
                    changed.awaitUninterruptibly();
                }
                requireHope();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() throws IOException {
            letGo();
        }
    }

    /// A reader more; null if this is over and its file gone.
    @Nullable Reader join() {
        lock.lock();
        try {
            if (holders == 0 || ended) {
                return null;
            }
            holders++;
            return new Reader();
        } finally {
            lock.unlock();
        }
    }

    /// Whether writing failed, as on a full disk, or the beginning was wrong.
    boolean hasFailed() {
        return failed;
    }

    /// Where the archive is written to, from its beginning. If it was begun before, what comes must
    /// be the same as far as it came.
    OutputStream sink() {
        return new Sink();
    }

    /// Gives the readers the end, too.
    void check() {
        lock.lock();
        try {
            checked = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// It is stored, or will never be.
    void end(@Nullable IOException problem) throws IOException {
        lock.lock();
        try {
            ended = true;
            failure = problem;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        letGo();
    }

    private void letGo() throws IOException {
        lock.lock();
        try {
            holders--;
            if (holders == 0) {
                file.close();
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitChecked() throws IOException {
        lock.lock();
        try {
            while (!checked) {
                requireHope();
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until more than so many bytes may be read, and tells how many may.
    private long readable(long beyond) throws IOException {
        lock.lock();
        try {
            while (limit() <= beyond) {
                requireHope();
                changed.awaitUninterruptibly();
            }
            return limit();
        } finally {
            lock.unlock();
        }
    }

    private void requireHope() throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    private long limit() {
        return checked ? info.narSize() : Math.min(written, info.narSize() - HELD_BACK);
    }

    private void read(byte[] target, int count, long at) throws IOException {
        var buffer = ByteBuffer.wrap(target, 0, count);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, at + buffer.position()) < 0) {
                throw new IOException("the file through which " + info.path() + " comes is cut");
            }
        }
    }

    private final class Sink extends OutputStream {
        private long position;

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int count) throws IOException {
            // Only the one thread that writes changes it.
            int known = Math.clamp(written - position, 0, count);
            if (known > 0) {
                byte[] before = new byte[known];
                read(before, known, position);
                if (!Bytes.wrap(before).equals(Bytes.copyOf(source, offset, known))) {
                    failed = true;
                    throw new IOException("one store gives something else than another began to");
                }
            }
            var buffer = ByteBuffer.wrap(source, offset + known, count - known);
            long at = position + known;
            failed = true;
            while (buffer.hasRemaining()) {
                at += file.write(buffer, at);
            }
            failed = false;
            position += count;
            lock.lock();
            try {
                written = Math.max(written, position);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
