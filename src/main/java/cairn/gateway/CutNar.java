package cairn.gateway;

import cairn.nix.NarFilter;
import cairn.nix.NarSink;
import cairn.nix.NarWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serial;
import java.util.Arrays;

/// Writes a part of an archive. What is in files in front of it is not read.
final class CutNar {
    private final OutputStream out;
    private final ByteRange part;
    private final NarWriter nar = new NarWriter(new Cut());
    private long position;

    CutNar(OutputStream out, ByteRange part) {
        this.out = out;
        this.part = part;
    }

    /// Thrown when all that is asked for is written.
    static final class Done extends IOException {
        @Serial private static final long serialVersionUID = 1;

        Done() {
            super("the part is written");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /// Takes the tree; throws [Done] when it need not be told further.
    NarSink sink() {
        return part.from() == 0 ? nar : new Skipping();
    }

    private final class Cut extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int count) throws IOException {
            long from = Math.clamp(part.from() - position, 0, count);
            long to = Math.clamp(part.to() - position, 0, count);
            if (to > from) {
                out.write(source, (int) (offset + from), (int) (to - from));
            }
            position += count;
            if (position > part.to()) {
                throw new Done();
            }
        }
    }

    private final class Skipping extends NarFilter {
        Skipping() {
            super(nar);
        }

        @Override
        public void regular(boolean executable, long size, InputStream contents)
                throws IOException {
            // The contents begin somewhat later than here, so this much of them is not wanted.
            long unwanted = Math.clamp(part.from() - nar.position() - MARGIN, 0, size);
            super.regular(executable, size, new Zeros(contents.skip(unwanted), contents));
        }
    }

    /// More than an archive has between the end of a node and the contents of the next.
    private static final int MARGIN = 4096;

    /// Stands for contents of which the first part was skipped.
    private static final class Zeros extends InputStream {
        private long zeros;
        private final InputStream rest;

        Zeros(long zeros, InputStream rest) {
            this.zeros = zeros;
            this.rest = rest;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            if (zeros == 0) {
                return rest.read(target, offset, count);
            }
            int written = (int) Math.min(zeros, count);
            Arrays.fill(target, offset, offset + written, (byte) 0);
            zeros -= written;
            return written;
        }
    }
}
