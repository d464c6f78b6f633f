package cairn.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// A way out for bytes. What fails is told with the name of where they go, and remembered, since a
/// PrintStream in front of it tells nobody.
final class Outlet extends FilterOutputStream {
    private final String name;
    private @Nullable IOException failure;

    /// Thrown where the other end of a pipe has gone, as `head` does when it has enough.
    static final class NobodyReads extends IOException {
        @Serial private static final long serialVersionUID = 1;

        private NobodyReads(IOException cause) {
            super("nobody reads on", cause);
        }
    }

    Outlet(String name, OutputStream out) {
        super(out);
        this.name = name;
    }

    /// Throws again what failed before.
    void check() throws IOException {
        if (failure != null) {
            // One that is thrown twice could not be suppressed beside itself.
            throw failure instanceof NobodyReads
                    ? new NobodyReads(failure)
                    : new IOException(failure.getMessage(), failure);
        }
    }

    @Override
    public void write(int value) throws IOException {
        attempt(() -> out.write(value));
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        attempt(() -> out.write(source, offset, length));
    }

    @Override
    public void flush() throws IOException {
        attempt(out::flush);
    }

    @Override
    public void close() throws IOException {
        if (failure == null) {
            attempt(out::close);
        } else {
            out.close();
        }
    }

    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }

    private void attempt(Writing writing) throws IOException {
        check();
        try {
            writing.run();
        } catch (IOException e) {
            failure =
                    "Broken pipe".equals(e.getMessage())
                            ? new NobodyReads(e)
                            : new IOException(
                                    "cannot write %s: %s".formatted(name, e.getMessage()), e);
            throw failure;
        }
    }
}
