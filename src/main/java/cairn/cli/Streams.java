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
final class Streams {
    private static final int BUFFER = 1 << 16;

    private final Outlet outlet;
    private final OutputStream buffer;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean outIsTerminal;
    private final boolean errIsTerminal;

    Streams(OutputStream out, PrintStream err, boolean outIsTerminal, boolean errIsTerminal) {
        outlet = new Outlet("standard output", out);
        buffer = new BufferedOutputStream(outlet, BUFFER);
        this.out = new PrintStream(buffer, false, StandardCharsets.UTF_8);
        this.err = err;
        this.outIsTerminal = outIsTerminal;
        this.errIsTerminal = errIsTerminal;
    }

    /// Streams that nobody looks at.
    Streams(OutputStream out, PrintStream err) {
        this(out, err, false, false);
    }

    /// Those of the process.
    static Streams standard() {
        return new Streams(
                new FileOutputStream(FileDescriptor.out),
                new PrintStream(
                        new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                isTerminal(1),
                isTerminal(2));
    }

    /// Takes data, and nothing else.
    PrintStream out() {
        return out;
    }

    /// Takes everything else.
    PrintStream err() {
        return err;
    }

    boolean outIsTerminal() {
        return outIsTerminal;
    }

    boolean errIsTerminal() {
        return errIsTerminal;
    }

    /// Standard output as a stream of bytes, which fails when nobody reads on. Stays open.
    OutputStream bytes() {
        return buffer;
    }

    /// Sends on what is buffered.
    ///
    /// @throws IOException also if something before could not be written
    void flush() throws IOException {
        out.flush();
        outlet.check();
    }

    /// Java tells only whether all of its streams are terminals; Linux tells of each.
    private static boolean isTerminal(int descriptor) {
        try {
            String device =
                    Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(descriptor)))
                            .toString();
            return device.startsWith("/dev/pts/")
                    || device.startsWith("/dev/tty")
                    || device.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException _) {
            return false;
        }
    }
}
