package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Writes the tree that it is told as a Nix archive.
///
/// Bytes reach the stream in large pieces, the last of them when the root has ended; the stream is
/// neither flushed nor closed. What could not stand in an archive is a [FormatException]: names out
/// of order or forbidden, a file whose contents are not as long as promised.
///
/// @see NarReader
public final class NarWriter implements NarSink {
    private static final int BUFFER = 1 << 16;

    /// Pieces of more bytes are not worth a copy.
    private static final int LONG = 1 << 13;

    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER];
    private final NarOrder order = new NarOrder();
    private int length;
    private long flushed;

    public NarWriter(OutputStream out) {
        this.out = out;
        raw(NarTokens.START);
    }

    /// How many bytes the archive has so far.
    public long position() {
        return flushed + length;
    }

    /// Tells whether the root has ended, and the archive is whole.
    public boolean isComplete() {
        return order.isComplete();
    }

    @Override
    public void directory() throws IOException {
        order.directory(position());
        put(NarTokens.DIRECTORY);
    }

    @Override
    public void entry(Bytes name) throws IOException {
        order.entry(position(), name);
        put(NarTokens.ENTRY);
        data(name);
        put(NarTokens.NODE);
    }

    @Override
    public void endDirectory() throws IOException {
        order.endDirectory();
        endNode();
    }

    @Override
    public void regular(boolean executable, long size, InputStream contents) throws IOException {
        order.regular(position(), size);
        put(executable ? NarTokens.EXECUTABLE : NarTokens.REGULAR);
        number(size);
        var body = new Body(size);
        contents.transferTo(body);
        if (body.left > 0) {
            throw unkept(size, "%d came".formatted(size - body.left));
        }
        pad(size);
        endNode();
    }

    @Override
    public void symlink(Bytes target) throws IOException {
        order.symlink(position(), target);
        put(NarTokens.SYMLINK);
        data(target);
        endNode();
    }

    private FormatException unkept(long size, String instead) {
        return new FormatException(
                "nar", position(), "a file of %d bytes was promised, %s".formatted(size, instead));
    }

    /// Takes the contents of one file: short pieces by way of the buffer, long ones past it.
    private final class Body extends OutputStream {
        private final long size;
        private long left;

        Body(long size) {
            this.size = size;
            left = size;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int count) throws IOException {
            if (count > left) {
                throw unkept(size, "more came");
            }
            left -= count;
            if (count > LONG) {
                room(BUFFER);
                out.write(source, offset, count);
                flushed += count;
            } else {
                room(count);
                System.arraycopy(source, offset, buffer, length, count);
                length += count;
            }
        }
    }

    private void endNode() throws IOException {
        put(NarTokens.END);
        if (order.isComplete()) {
            flush();
        } else {
            put(NarTokens.END);
        }
    }

    private void data(Bytes bytes) throws IOException {
        number(bytes.length());
        put(bytes);
        pad(bytes.length());
    }

    private void number(long value) throws IOException {
        room(Long.BYTES);
        for (int i = 0; i < Long.BYTES; i++) {
            buffer[length++] = (byte) (value >>> (8 * i));
        }
    }

    private void pad(long size) throws IOException {
        room(Long.BYTES);
        for (int zeros = NarTokens.padding(size); zeros > 0; zeros--) {
            buffer[length++] = 0;
        }
    }

    private void put(Bytes bytes) throws IOException {
        room(bytes.length());
        raw(bytes);
    }

    private void raw(Bytes bytes) {
        bytes.copyTo(0, buffer, length, bytes.length());
        length += bytes.length();
    }

    private void room(int count) throws IOException {
        if (BUFFER - length < count) {
            flush();
        }
    }

    private void flush() throws IOException {
        out.write(buffer, 0, length);
        flushed += length;
        length = 0;
    }
}
