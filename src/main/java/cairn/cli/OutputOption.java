package cairn.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The option of commands that write bytes.
final class OutputOption {
    private static final int BUFFER = 1 << 16;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "writes to a file, not to standard output")
    private @Nullable Path file;

    /// Writes bytes.
    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out) throws Exception;
    }

    boolean isGiven() {
        return file != null;
    }

    /// Writes bytes that nobody can read to where it was asked for, which may not be a terminal.
    void write(Session session, Content content) throws Exception {
        if (file == null && session.streams().outIsTerminal()) {
            throw new Failure.Reported(
                    ExitCode.USAGE,
                    "this would write bytes to the terminal. Add -o FILE, or redirect the output");
        }
        writeAnything(session, content);
    }

    /// Writes to where it was asked for; a file gets its name when it is complete.
    void writeAnything(Session session, Content content) throws Exception {
        if (file != null && file.toString().isEmpty()) {
            throw new Failure.Reported(ExitCode.USAGE, "-o needs a file");
        }
        if (file == null) {
            content.writeTo(session.streams().bytes());
        } else if (Files.exists(file) && !Files.isRegularFile(file)) {
            fill(file, file, content);
        } else {
            replace(file, content);
        }
    }

    private static void replace(Path file, Content content) throws Exception {
        Path temporary =
                file.resolveSibling(".cairn-%s.tmp".formatted(ProcessHandle.current().pid()));
        temporary.toFile().deleteOnExit(); // where a signal ends the process
        try {
            fill(temporary, file, content);
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /// @param name what the file is called in the end
    private static void fill(Path file, Path name, Content content) throws Exception {
        try (OutputStream out = new BufferedOutputStream(open(file, name), BUFFER)) {
            content.writeTo(out);
        }
    }

    private static Outlet open(Path file, Path name) throws Failure.Reported {
        try {
            return new Outlet(name.toString(), Files.newOutputStream(file));
        } catch (IOException e) {
            Path folder = file.toAbsolutePath().getParent();
            throw new Failure.Reported(
                    ExitCode.UNREACHABLE,
                    "cannot write %s: %s"
                            .formatted(
                                    name,
                                    folder == null || Files.isDirectory(folder)
                                            ? Failure.of(e).sentence()
                                            : "there is no folder " + folder));
        }
    }
}
