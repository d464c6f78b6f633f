package cairn;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/// A real NATS server on a free port of this machine, with a folder of its own. A test that asks
/// for one is skipped, with a word, where it is not installed.
public final class NatsServer implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 10;

    private final Process process;
    private final int port;
    private final Path log;

    private NatsServer(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /// Starts a server that lets everybody in.
    public static NatsServer start(Path folder) throws IOException {
        return start(folder, "127.0.0.1:-1", "");
    }

    /// Starts a server that keeps streams, at a free port or at one that it had.
    public static NatsServer withStreams(Path folder, int port) throws IOException {
        return start(
                folder,
                "127.0.0.1:" + port,
                "jetstream { store_dir: \"%s\" }%n".formatted(folder.resolve("streams")));
    }

    /// Starts a server.
    ///
    /// @param listen where; port -1 is a free one
    /// @param more lines of its configuration
    public static NatsServer start(Path folder, String listen, String more) throws IOException {
        Files.createDirectories(folder);
        Path config = folder.resolve("nats.conf");
        Files.writeString(config, "listen: \"%s\"\n%s".formatted(listen, more));
        return start(folder, Map.of(), "--config", config.toString());
    }

    /// Starts a server in a folder.
    ///
    /// @param arguments of which one says where to listen; port -1 is a free one
    public static NatsServer start(
            Path folder, Map<String, String> environment, String... arguments) throws IOException {
        Path program = program().orElse(null);
        assumeTrue(program != null, "nats-server is not installed: ./verify says how to get it");
        Path ports = Files.createTempDirectory(folder, "ports");
        Path log = folder.resolve("nats.log");
        var command = new ArrayList<>(List.of(String.valueOf(program)));
        command.addAll(List.of("--ports_file_dir", ports.toString()));
        command.addAll(List.of(arguments));
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .redirectInput(new File("/dev/null"));
        builder.environment().putAll(environment);
        var process = builder.start();
        try {
            return new NatsServer(process, port(process, ports, log), log);
        } catch (IOException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    public static Optional<Path> program() {
        return Stream.concat(
                        Arrays.stream(System.getenv("PATH").split(File.pathSeparator)),
                        Stream.of("/usr/sbin"))
                .map(folder -> Path.of(folder, "nats-server"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    public String url() {
        return "nats://127.0.0.1:" + port;
    }

    /// The nodes there as a store.
    public String uri() {
        return "nats+ipld://127.0.0.1:" + port;
    }

    /// Somebody who knows nothing of Cairn.
    public Client client() throws IOException {
        try {
            return new Client(Nats.connect(url()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /// A plain client of NATS.
    public record Client(Connection connection) implements AutoCloseable {
        private static final Duration PATIENCE = Duration.ofSeconds(5);

        public Message request(String subject, byte... payload) throws IOException {
            try {
                return Objects.requireNonNull(
                        connection.request(subject, payload, PATIENCE), "no reply to " + subject);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }

        /// Returns when the server has heard everything that was said before.
        public void flush() throws IOException {
            try {
                connection.flush(PATIENCE);
            } catch (TimeoutException | InterruptedException e) {
                throw new IOException(e);
            }
        }

        /// What came for a subscription.
        public List<Message> all(Subscription subscription) throws IOException {
            flush();
            var messages = new ArrayList<Message>();
            try {
                for (var next = subscription.nextMessage(1);
                        next != null;
                        next = subscription.nextMessage(1)) {
                    messages.add(next);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
            return messages;
        }

        @Override
        public void close() {
            try {
                connection.close();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    public String log() throws IOException {
        return Files.readString(log);
    }

    /// Ends the server without a word.
    public void kill() {
        process.destroyForcibly();
        await();
    }

    /// Has the server stop (`STOP`), or go on (`CONT`).
    public void signal(String name) {
        try {
            int code =
                    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                            .inheritIO()
                            .start()
                            .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill ends with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroy();
        await();
    }

    private void await() {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /// What the server writes into a file once it listens.
    private static int port(Process process, Path ports, Path log) throws IOException {
        long start = System.nanoTime();
        while (process.isAlive()
                && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
            try (Stream<Path> files = Files.list(ports)) {
                var file = files.filter(each -> each.toString().endsWith(".ports")).findFirst();
                if (file.isPresent() && Files.size(file.get()) > 0) {
                    String url =
                            JsonMapper.builder()
                                    .build()
                                    .readTree(Files.readAllBytes(file.get()))
                                    .path("nats")
                                    .path(0)
                                    .stringValue();
                    return Integer.parseInt(url.substring(url.lastIndexOf(':') + 1));
                }
            }
            Thread.onSpinWait();
        }
        throw new IOException("nats-server did not start: " + Files.readString(log));
    }
}
