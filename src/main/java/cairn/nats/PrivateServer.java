package cairn.nats;

import cairn.cid.FormatException;
import cairn.engine.Programs;
import cairn.store.Home;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A NATS server of a home's own: on loopback, with JetStream in the folder `nats` of the home. It
/// is started anew when it ends, and ends when this is closed; where `setpriv` is installed also
/// when this process is killed.
///
/// Its port is a free one at first and then stays the same, so that others find it again, and so
/// that no two servers ever share the folder.
public final class PrivateServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PrivateServer.class.getName());
    private static final String PROGRAM = "nats-server";
    private static final String LOOPBACK = "127.0.0.1";
    private static final int ANY_PORT = -1;
    private static final Duration START = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(5);
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /// In the file that a server writes once it listens.
    private static final Pattern URL = Pattern.compile("nats://[^\"]*:([0-9]{1,5})\"");

    private final List<String> command;
    private final Path folder;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final Thread supervisor;
    private volatile @Nullable Process process;

    private PrivateServer(List<String> command, Path folder) {
        this.command = List.copyOf(command);
        this.folder = folder;
        // One of the platform: the kernel ends the server with the thread that started it.
        supervisor = Thread.ofPlatform().name("nats-server").daemon().unstarted(this::supervise);
    }

    static boolean isInstalled(Map<String, String> environment) {
        return Programs.find(PROGRAM, environment).isPresent();
    }

    /// Starts the server that is installed here, and returns when it listens.
    ///
    /// @param environment where programs are
    /// @throws NoSuchFileException if none is installed
    public static PrivateServer start(Home home, Map<String, String> environment)
            throws IOException {
        Path program =
                Programs.find(PROGRAM, environment)
                        .orElseThrow(() ->
                                new NoSuchFileException(
                                        "nats-server is not installed: apt install nats-server, or"
                                                + " https://nats.io/download"));
        var command = new ArrayList<String>();
        Programs.find("setpriv", environment)
                .ifPresent(setpriv ->
                        command.addAll(List.of(setpriv.toString(), "--pdeathsig", "TERM", "--")));
        command.add(program.toString());
        var server =
                new PrivateServer(command, Files.createDirectories(home.folder().resolve("nats")));
        server.supervisor.start();
        try {
            int _ = server.port.get();
            return server;
        } catch (InterruptedException e) {
            server.close();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while nats-server starts");
        } catch (ExecutionException e) {
            server.close();
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }

    /// Where clients find it, `nats://127.0.0.1:<port>`.
    public String url() {
        return "nats://%s:%d".formatted(LOOPBACK, port.join());
    }

    /// The server that runs now.
    Optional<ProcessHandle> process() {
        return Optional.ofNullable(process).map(Process::toHandle);
    }

    private void supervise() {
        try {
            Duration pause = PAUSE;
            while (closed.getCount() > 0) {
                long began = System.nanoTime();
                String why = run();
                if (closed.getCount() == 0 || port.isCompletedExceptionally()) {
                    return;
                }
                boolean lasted =
                        Duration.ofNanos(System.nanoTime() - began).compareTo(LONGEST_PAUSE) > 0;
                pause = lasted ? PAUSE : pause;
                LOG.log(Level.WARNING, why + "; starting it again");
                boolean _ = closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
                Duration twice = pause.multipliedBy(2);
                pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Runs the server until it ends or is ended.
    ///
    /// @return why it ended
    private String run() throws InterruptedException {
        try {
            Process started = launch();
            process = started;
            Path ports = folder.resolve("nats-server_%d.ports".formatted(started.pid()));
            try {
                int listening = listening(started, ports);
                keep(listening);
                boolean _ = port.complete(listening);
                return "nats-server has ended with code " + started.waitFor();
            } finally {
                stop(started);
                boolean _ = Files.deleteIfExists(ports);
            }
        } catch (IOException e) {
            boolean _ = port.completeExceptionally(e);
            return String.valueOf(e.getMessage());
        }
    }

    private Process launch() throws IOException {
        var words = new ArrayList<>(command);
        words.addAll(List.of("--addr", LOOPBACK, "--port", Integer.toString(kept())));
        words.addAll(List.of("--jetstream", "--store_dir", folder.toString()));
        words.addAll(List.of("--ports_file_dir", folder.toString()));
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .redirectInput(new File("/dev/null"))
                .start();
    }

    private Path log() {
        return folder.resolve("server.log");
    }

    private Path portFile() {
        return folder.resolve("port");
    }

    private int kept() throws IOException {
        if (!Files.exists(portFile())) {
            return ANY_PORT;
        }
        String text = Files.readString(portFile()).strip();
        if (!text.matches("[1-9][0-9]{0,4}")) {
            throw new FormatException(
                    portFile().toString(), 0, "has no number of a port; remove it for a free one");
        }
        return Integer.parseInt(text);
    }

    private void keep(int number) throws IOException {
        if (!Files.exists(portFile())) {
            Files.writeString(portFile(), number + "\n");
        }
    }

    private int listening(Process process, Path ports) throws IOException, InterruptedException {
        long began = System.nanoTime();
        while (closed.getCount() > 0
                && Duration.ofNanos(System.nanoTime() - began).compareTo(START) < 0) {
            var match = URL.matcher(Files.exists(ports) ? Files.readString(ports) : "");
            if (match.find()) {
                return Integer.parseInt(match.group(1));
            }
            if (process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new IOException(
                "nats-server does not start%s; it says why in %s"
                        .formatted(
                                Files.exists(portFile())
                                        ? " at port %d, where another cairn with this home may run one (if it is another program, remove %s)"
                                                .formatted(kept(), portFile())
                                        : "",
                                log()));
    }

    private static void stop(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
        }
    }

    /// Ends the server, and returns when it has ended.
    @Override
    public void close() {
        closed.countDown();
        var running = process;
        if (running != null) {
            running.destroy();
        }
        try {
            supervisor.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
