package cairn.cli;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.nats.NatsNetwork;
import cairn.nix.FileNames;
import cairn.nix.StorePath;
import cairn.store.Home;
import cairn.store.PathStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a command works with: the engine of the home that was asked for, and where to print.
final class Session implements AutoCloseable {
    private static final Pattern STRANGE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private final Globals globals;
    private final Map<String, String> environment;
    private final Streams streams;
    private final Interrupt interrupt;
    private @Nullable Engine engine;

    /// @param interrupt stops long work
    Session(
            Globals globals,
            Map<String, String> environment,
            Streams streams,
            Interrupt interrupt) {
        this.interrupt = interrupt;
        this.globals = globals;
        this.environment = environment;
        this.streams = streams;
    }

    PrintStream out() {
        return streams.out();
    }

    PrintStream err() {
        return streams.err();
    }

    boolean json() {
        return globals.json();
    }

    /// The home: `--home`, else `$CAIRN_HOME`, else the platform's folder for data.
    Path home() {
        if (globals.home().isPresent()) {
            return FileNames.path(globals.home().get());
        }
        String named = environment.getOrDefault("CAIRN_HOME", "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        // Java asks the system who the user is, and not the environment as all others do.
        String told = environment.getOrDefault("HOME", "");
        String user = told.startsWith("/") ? told : System.getProperty("user.home");
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
    Engine engine() throws IOException, Failure.Reported {
        if (engine == null) {
            try {
                engine =
                        Engine.open(home(), InstantSource.system(), environment, new NatsNetwork());
            } catch (FormatException e) {
                throw isSetting(e) ? wrong(e) : Failure.of(e).thrown();
            } catch (FileAlreadyExistsException e) {
                throw new Failure.Reported(
                        ExitCode.UNREACHABLE,
                        "the home %s cannot be used: %s is no folder"
                                .formatted(home(), e.getFile()));
            } catch (FileSystemException e) {
                String reason = e.getReason();
                boolean aboutHome = reason != null && home().toString().equals(e.getFile());
                throw new Failure.Reported(
                        ExitCode.UNREACHABLE,
                        "the home %s cannot be used: %s"
                                .formatted(home(), aboutHome ? reason : Failure.of(e).sentence()));
            }
        }
        return engine;
    }

    /// What is set for the home.
    Configuration configuration() throws IOException, Failure.Reported {
        try {
            return Configuration.read(new Home(home()), environment);
        } catch (FormatException e) {
            throw wrong(e);
        }
    }

    private static boolean isSetting(FormatException e) {
        return e.format().equals("cairn.toml") || e.format().startsWith("CAIRN_");
    }

    private Failure.Reported wrong(FormatException e) {
        return new Failure.Reported(
                ExitCode.MALFORMED,
                "%s: %s%s. Correct it, or take it out; what can be set: cairn config --help"
                        .formatted(
                                e.format().startsWith("CAIRN_")
                                        ? e.format()
                                        : new Home(home()).configuration(),
                                e.problem(),
                                e.offset() == 0 ? "" : " at byte " + e.offset()));
    }

    /// The local engine, to read from.
    Source source() throws IOException, Failure.Reported {
        return Source.of(engine());
    }

    /// The store that a URI names, to read from.
    Source source(String uri) throws IOException, Failure.Reported {
        return Source.of(open(uri, engine()::open));
    }

    /// Long work that is shown and can be interrupted; close it before anything else is printed.
    ProgressLine progress(ProgressLine.Unit unit) {
        interrupt.listen();
        boolean shown =
                streams.errIsTerminal() && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        return new ProgressLine(err(), shown, unit, interrupt);
    }

    /// Tells when the user wants the command to end.
    Interrupt interrupt() {
        interrupt.listen();
        return interrupt;
    }

    /// Whether whoever reads standard output sees colours, and likes to.
    boolean isColourful() {
        return streams.outIsTerminal()
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    }

    /// The store that a URI names, to bring paths to.
    PathStore target(String uri) throws IOException, Failure.Reported {
        return open(uri, engine()::target);
    }

    /// Opens what a URI names.
    @FunctionalInterface
    private interface Opening {
        PathStore open(String uri) throws IOException;
    }

    private static PathStore open(String uri, Opening opening)
            throws IOException, Failure.Reported {
        try {
            return opening.open(uri);
        } catch (FormatException e) {
            throw e.format().equals("store uri")
                    ? new Failure.Reported(ExitCode.USAGE, e.problem())
                    : Failure.of(e).in(uri).thrown();
        } catch (NoSuchFileException e) {
            throw new Failure.Reported(ExitCode.UNREACHABLE, Failure.of(e).sentence());
        } catch (IOException e) {
            throw Failure.of(e).in(uri).thrown();
        }
    }

    Streams streams() {
        return streams;
    }

    /// A text that a stranger chose, fit for one line of a terminal: with nothing in it that moves
    /// the cursor, or changes the order or the look of what stands around it.
    static String shown(String text) {
        String plain =
                text.indexOf(0) < 0 ? text : Bytes.ofEscaped(text).map(Bytes::toUtf8).orElse(text);
        return STRANGE.matcher(plain).replaceAll("\ufffd");
    }

    /// Tells what went wrong with one of several things, and returns its exit code.
    int report(Failure failure) {
        return failure.print(json(), err());
    }

    /// Tells what the user should know of an answer that is given all the same.
    void note(String sentence) {
        if (json()) {
            Json.print(Map.of("note", sentence), err());
        } else {
            err().println("note: " + shown(sentence));
        }
    }

    /// Finds what a text stands for.
    @FunctionalInterface
    interface Finder<T> {
        T find(String text) throws Exception;
    }

    /// Finds what each of some targets stands for, of which nothing is to be copied unless all
    /// stand for something; tells of every one that does not.
    <T> List<T> each(List<String> targets, Finder<T> finder) throws Exception {
        var found = new ArrayList<T>();
        int bad = 0;
        int code = ExitCode.DONE;
        for (String target : targets) {
            try {
                found.add(finder.find(target));
            } catch (Exception e) {
                var failure = Failure.of(e);
                boolean goesOn =
                        failure.code() != ExitCode.CANCELLED
                                && failure.code() != ExitCode.UNREACHABLE;
                if (targets.size() == 1 || !goesOn) {
                    throw e;
                }
                code = Math.max(code, report(failure));
                bad++;
            }
        }
        if (bad > 0) {
            throw new Failure.Reported(
                    code,
                    "nothing is copied, for %d of these %d targets are bad"
                            .formatted(bad, targets.size()));
        }
        return found;
    }

    /// Prints one JSON document.
    void print(Object json) {
        Json.print(json, out());
    }

    /// Prints paths a line each, or as JSON.
    void printPaths(List<StorePath> paths) {
        if (json()) {
            print(paths);
        } else {
            paths.forEach(out()::println);
        }
    }

    Map<String, String> environment() {
        return environment;
    }

    /// Prints rows as columns, the last of which is not padded.
    void table(List<List<String>> rows) {
        table(rows, -1);
    }

    /// The same with one column set to the right, as numbers are.
    void table(List<List<String>> rows, int right) {
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
                int room = widths[i] - row.get(i).length();
                line.repeat(' ', i == right ? room : 0)
                        .append(row.get(i))
                        .repeat(' ', i == right ? 2 : room + 2);
            }
            out().println(line.append(row.getLast()).toString().stripTrailing());
        }
    }

    @Override
    public void close() throws IOException {
        if (engine != null) {
            engine.close();
        }
    }
}
