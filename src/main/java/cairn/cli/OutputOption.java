package cairn.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
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
        void writeTo(OutputStream out) throws IOException, Failure.Reported;
    }

    /// Writes bytes that nobody can read to where it was asked for, which may not be a terminal.
    void write(Session session, Content content) throws IOException, Failure.Reported {
        if (file == null && session.streams().outIsTerminal()) {
            throw new Failure.Reported(
                    ExitCode.USAGE,
                    "this would write bytes to the terminal. Add -o FILE, or redirect the output");
        }
        writeAnything(session, content);
    }

    /// Writes to where it was asked for; a file gets its name when it is complete.
    void writeAnything(Session session, Content content) throws IOException, Failure.Reported {
        if (file == null) {
            try (OutputStream out = session.streams().bytes()) {
                content.writeTo(out);
            }
        } else if (Files.exists(file) && !Files.isRegularFile(file)) {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER)) {
                content.writeTo(out);
            }
        } else {
            replace(file, content);
        }
    }

    private static void replace(Path file, Content content) throws IOException, Failure.Reported {
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
        Path temporary = folder.resolve(".cairn-%s.tmp".formatted(ProcessHandle.current().pid()));
        try {
            try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(temporary), BUFFER)) {
                content.writeTo(out);
            }
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
