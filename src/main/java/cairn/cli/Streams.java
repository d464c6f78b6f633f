package cairn.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where a command prints, and whether a person looks at it.
///
/// @param out takes data, and nothing else
/// @param err takes everything else
record Streams(PrintStream out, PrintStream err, boolean outIsTerminal, boolean errIsTerminal) {
    private static final int BUFFER = 1 << 16;

    /// Streams that nobody looks at.
    Streams(PrintStream out, PrintStream err) {
        this(out, err, false, false);
    }

    /// Those of the process.
    static Streams standard() {
        return new Streams(
                new PrintStream(
                        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER),
                        false,
                        StandardCharsets.UTF_8),
                new PrintStream(
                        new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                isTerminal(1),
                isTerminal(2));
    }

    /// Standard output as a stream of bytes that fails when nobody reads on. Closing flushes it.
    OutputStream bytes() {
        return new BufferedOutputStream(
                new OutputStream() {
                    @Override
                    public void write(int value) throws IOException {
                        out.write(value);
                        check();
                    }

                    @Override
                    public void write(byte[] source, int offset, int length) throws IOException {
                        out.write(source, offset, length);
                        check();
                    }

                    @Override
                    public void flush() throws IOException {
                        check();
                    }

                    private void check() throws IOException {
                        if (out.checkError()) {
                            throw new IOException("standard output was closed");
                        }
                    }
                },
                BUFFER);
    }

    /// Java tells only whether all of its streams are terminals; Linux tells of each.
    private static boolean isTerminal(int descriptor) {
        try {
            String device =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return device.startsWith("/dev/pts/")
                    || device.startsWith("/dev/tty")
                    || device.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException _) {
            return false;
        }
    }
}
