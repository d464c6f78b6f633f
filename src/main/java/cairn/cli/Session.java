package cairn.cli;

import cairn.engine.Engine;
import cairn.engine.Target;
import cairn.nix.StorePath;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a command works with: the engine of the home that was asked for, and where to print.
final class Session implements AutoCloseable {
    private final Globals globals;
    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;
    private @Nullable Engine engine;

    Session(Globals globals, Map<String, String> environment, PrintStream out, PrintStream err) {
        this.globals = globals;
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    boolean json() {
        return globals.json();
    }

    /// The home: `--home`, else `$CAIRN_HOME`, else the platform's folder for data.
    Path home() {
        if (globals.home().isPresent()) {
            return Path.of(globals.home().get());
        }
        String named = environment.getOrDefault("CAIRN_HOME", "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        String user = System.getProperty("user.home");
        String system = System.getProperty("os.name");
        if (system.startsWith("Mac")) {
            return Path.of(user, "Library", "Application Support", "Cairn");
        }
        if (system.startsWith("Windows")) {
            return Path.of(environment.getOrDefault("LOCALAPPDATA", user), "Cairn");
        }
        String data = environment.getOrDefault("XDG_DATA_HOME", "");
        return data.startsWith("/")
                ? Path.of(data, "cairn")
                : Path.of(user, ".local", "share", "cairn");
    }

    /// The engine of the home, opened when first asked for.
    Engine engine() throws IOException {
        if (engine == null) {
            engine = Engine.open(home());
        }
        return engine;
    }

    /// The store path that a text stands for.
    StorePath path(String text) throws IOException, Failure.Reported {
        return switch (engine().resolve(text)) {
            case Target.OfPath(var path) -> path;
            case Target.OfBlock(var cid) -> {
                var named = engine().catalog().named(cid);
                if (named.isEmpty()) {
                    throw new Failure.Reported(
                            ExitCode.NO, "%s names no path that is here".formatted(cid));
                }
                yield named.getFirst().info().path();
            }
            case Target.OfFile(var file) ->
                    throw new Failure.Reported(
                            ExitCode.USAGE, "%s is a file, not a store path".formatted(file));
            case Target.Ambiguous ambiguous -> throw ambiguous(ambiguous);
            case Target.Unknown(var unknown) ->
                    throw new Failure.Reported(
                            ExitCode.NO,
                            "'%s' is not in the store. Try: cairn paths".formatted(unknown));
        };
    }

    static Failure.Reported ambiguous(Target.Ambiguous ambiguous) {
        return new Failure.Reported(
                ExitCode.USAGE,
                "'%s' may be %s. Write more of the name, or the hash"
                        .formatted(
                                ambiguous.text(),
                                ambiguous.candidates().stream()
                                        .limit(5)
                                        .map(StorePath::base)
                                        .collect(Collectors.joining(", "))));
    }

    /// Prints one JSON document.
    void print(Object json) {
        Json.print(json, out);
    }

    /// Prints rows as columns, the last of which is not padded.
    void table(List<List<String>> rows) {
        int columns = rows.isEmpty() ? 0 : rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < columns - 1; i++) {
                line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
            }
            out.println(line.append(row.getLast()));
        }
    }

    @Override
    public void close() throws IOException {
        if (engine != null) {
            engine.close();
        }
    }
}
