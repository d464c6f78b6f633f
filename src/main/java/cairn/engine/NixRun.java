package cairn.engine;

import cairn.cid.FormatException;
import cairn.nix.StorePath;
import cairn.store.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Runs Nix once, and takes down what it says that it does. Belongs to one thread.
final class NixRun {
    private static final Pattern INSTANTIATED =
            Pattern.compile("instantiated '.*' -> '(/[^']+\\.drv)'", Pattern.DOTALL);
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");
    private static final int TAIL = 25;
    private static final long PATIENCE_SECONDS = 5;
    private static final long POLL_MILLIS = 50;

    private final NixCommand command;
    private final InstantSource clock;
    private final Map<Long, Ran> running = new HashMap<>();
    private final SequencedMap<StorePath, Ran> ran = new LinkedHashMap<>();
    private final SequencedMap<StorePath, Resolved> resolved = new LinkedHashMap<>();
    private final Set<StorePath> instantiated = new LinkedHashSet<>();
    private final List<String> errors = new ArrayList<>();

    NixRun(NixCommand command, InstantSource clock) {
        this.command = command;
        this.clock = clock;
        for (String word : command.words()) {
            if (word.endsWith(".drv")) {
                storePath(word).ifPresent(instantiated::add);
            }
        }
    }

    /// A builder that ran.
    static final class Ran {
        private final String name;
        private final Instant startedAt;
        private Instant finishedAt;
        private final Deque<String> tail = new ArrayDeque<>();

        private Ran(String name, Instant startedAt) {
            this.name = name.substring(0, name.length() - ".drv".length());
            this.startedAt = startedAt;
            finishedAt = startedAt;
        }

        Instant startedAt() {
            return startedAt;
        }

        Instant finishedAt() {
            return finishedAt;
        }

        /// The last lines of what it said.
        List<String> tail() {
            return List.copyOf(tail);
        }

        private void add(String line) {
            tail.add(line);
            if (tail.size() > TAIL) {
                tail.remove();
            }
        }
    }

    /// The derivation that another is with the content of its inputs put in.
    record Resolved(StorePath derivation, Instant at) {}

    /// What Nix printed, and its exit code.
    record Ended(int code, String output) {}

    /// Runs to the end; when that is cancelled, Nix is told to end and is waited for.
    ///
    /// @throws NoSuchFileException if there is no such program
    Ended run(Map<String, String> environment, BuildListener listener, Progress progress)
            throws IOException, InterruptedException {
        String program = command.words().getFirst();
        var words = new ArrayList<>(command.words());
        words.set(
                0,
                command.program(environment)
                        .orElseThrow(() ->
                                new NoSuchFileException(
                                        program,
                                        null,
                                        "is not on the PATH, and it is what builds; install Nix: https://nixos.org/download"))
                        .toString());
        var builder = new ProcessBuilder(words).redirectInput(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        var process = builder.start();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try (var lines = process.errorReader(StandardCharsets.UTF_8)) {
                var output =
                        threads.submit(() ->
                                new String(
                                        process.getInputStream().readAllBytes(),
                                        StandardCharsets.UTF_8));
                var watching = threads.submit(() -> watch(process, progress));
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    take(NixMessage.parse(line), listener);
                }
                watching.get();
                progress.check();
                return new Ended(process.exitValue(), output.get());
            } finally {
                boolean _ = process.toHandle().destroy();
            }
        } catch (ExecutionException e) {
            throw new IOException("what Nix prints cannot be read: " + e.getCause(), e);
        }
    }

    /// The builders that ran, in the order in which they began.
    SequencedMap<StorePath, Ran> ran() {
        return ran;
    }

    /// What derivations became when the content of their inputs was put in.
    SequencedMap<StorePath, Resolved> resolved() {
        return resolved;
    }

    /// The derivations that were made of what was asked for, or that were asked for themselves.
    Set<StorePath> instantiated() {
        return instantiated;
    }

    /// What went wrong, in Nix's words.
    List<String> errors() {
        return errors;
    }

    /// Ends Nix when the work is cancelled, by force if it does not end by itself. By its handle,
    /// because the process itself would close its streams, which others read.
    private static boolean watch(Process process, Progress progress) throws InterruptedException {
        while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            if (progress.isCancelled()) {
                boolean _ = process.toHandle().destroy();
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    boolean _ = process.toHandle().destroyForcibly();
                }
            }
        }
        return true;
    }

    private void take(NixMessage message, BuildListener listener) {
        switch (message) {
            case NixMessage.Said(var level, var text) -> {
                String plain = COLOUR.matcher(text).replaceAll("");
                var made = INSTANTIATED.matcher(plain);
                if (made.matches()) {
                    storePath(made.group(1)).ifPresent(instantiated::add);
                }
                if (plain.startsWith("error:")) {
                    errors.add(plain.substring("error:".length()).strip());
                }
                show(level, text, listener);
            }
            case NixMessage.Started(var id, var type, var level, var text, var fields) -> {
                show(level, text, listener);
                if (type == NixMessage.BUILD && !fields.isEmpty()) {
                    storePath(fields.getFirst()).ifPresent(path -> begin(id, path));
                }
                if (type == NixMessage.RESOLVED && fields.size() > 1) {
                    var from = storePath(fields.getFirst());
                    var to = storePath(fields.get(1));
                    if (from.isPresent() && to.isPresent()) {
                        resolved.put(from.get(), new Resolved(to.get(), clock.instant()));
                    }
                }
            }
            case NixMessage.Stopped(var id) -> {
                var stopped = running.remove(id);
                if (stopped != null) {
                    stopped.finishedAt = clock.instant();
                }
            }
            case NixMessage.Result(var id, var type, var fields) -> {
                var ran = running.get(id);
                if (type == NixMessage.LOG_LINE && ran != null && !fields.isEmpty()) {
                    ran.add(fields.getFirst());
                    if (command.showsLog()) {
                        listener.line(ran.name, fields.getFirst());
                    }
                }
            }
            case NixMessage.Other _ -> {}
        }
    }

    private void begin(long id, StorePath path) {
        // One that is built again, as a check does, goes on.
        var begun = ran.computeIfAbsent(path, _ -> new Ran(path.name(), clock.instant()));
        running.put(id, begun);
    }

    private void show(int level, String text, BuildListener listener) {
        if (level <= command.shownLevel() && !text.isEmpty()) {
            listener.said(text);
        }
    }

    private static Optional<StorePath> storePath(String text) {
        try {
            return Optional.of(StorePath.parse(text)).filter(StorePath::isDerivation);
        } catch (FormatException _) {
            return Optional.empty();
        }
    }
}
