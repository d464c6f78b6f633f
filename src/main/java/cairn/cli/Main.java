package cairn.cli;

import cairn.nix.FileNames;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Where the program starts.
///
/// Only the command that is called is built: to look at all of them takes longer than most of them
/// run.
public final class Main {
    /// So wide that no line of a description or an example is broken.
    private static final int HELP_WIDTH = 100;

    private Main() {}

    public static void main(String[] args) {
        tameLogs();
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT); // numbers look alike everywhere
        int code = run(Words.of(args), System.getenv(), Streams.standard());
        // An exit looks for a logger in every library first, so the end is left to come by itself.
        if (code != ExitCode.DONE || !isAlone()) {
            System.exit(code);
        }
    }

    /// Whether no other thread keeps the process alive.
    private static boolean isAlone() {
        var threads = new Thread[Thread.activeCount() + 16];
        int count = Thread.enumerate(threads);
        for (Thread thread : Arrays.copyOf(threads, count)) {
            if (!thread.isDaemon() && !thread.equals(Thread.currentThread())) {
                return false;
            }
        }
        return true;
    }

    /// SQLite's driver throws what it logs; else its first line would start the logging of the JDK.
    /// What Cairn logs looks like what a command says.
    static void tameLogs() {
        System.setProperty("java.util.logging.SimpleFormatter.format", "cairn: %5$s%6$s%n");
        System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
        System.setProperty("slf4j.internal.verbosity", "WARN");
    }

    /// Runs one command line and returns its exit code.
    static int run(List<String> args, Map<String, String> environment, Streams streams) {
        var words = new ArrayList<>(args);
        boolean json = words.contains("--json");
        var interrupt = new Interrupt();
        try {
            var globals = Globals.take(words);
            json = globals.json();
            if (globals.version()) {
                streams.out().println("cairn " + Version.TEXT);
                streams.flush();
                return ExitCode.DONE;
            }
            String name = words.isEmpty() ? Commands.DEFAULT : words.removeFirst();
            if (name.equals("help") && !words.isEmpty()) {
                name = words.removeFirst();
                words.add(0, "--help");
            }
            if (globals.help() || name.equals("help")) {
                streams.out().print(Commands.overview());
                streams.flush();
                return ExitCode.DONE;
            }
            try (var session = new Session(globals, environment, streams, interrupt)) {
                int code = run(name, words, session);
                streams.flush();
                return code;
            }
        } catch (Exception | OutOfMemoryError | StackOverflowError e) {
            streams.out().flush();
            return Failure.of(e).print(json, streams.err());
        } finally {
            interrupt.finish();
        }
    }

    /// Whether a word may be an option, or the name of a file with more words.
    private static boolean isForParser(String word) {
        return word.startsWith("-") || word.startsWith("@");
    }

    private static int run(String name, List<String> words, Session session) throws Exception {
        Command named = Commands.named(name);
        if (words.stream().noneMatch(Main::isForParser) && named.takes(words)) {
            return named.run(session);
        }
        var line = new CommandLine(named).setCommandName("cairn " + name);
        line.registerConverter(Path.class, FileNames::path);
        line.getCommandSpec()
                .addOption(
                        OptionSpec.builder("-h", "--help")
                                .usageHelp(true)
                                .description("shows this text")
                                .build());
        try {
            line.parseArgs(words.toArray(String[]::new));
        } catch (ParameterException e) {
            String problem = String.valueOf(e.getMessage());
            if (e instanceof UnmatchedArgumentException excess && !excess.isUnknownOption()) {
                problem = problem.replaceFirst(".* index [0-9]+: ", "too many words: ");
            }
            if (name.equals("build") && e instanceof UnmatchedArgumentException) {
                problem += "; what is for Nix stands behind --";
            }
            throw new Failure.Reported(
                    ExitCode.USAGE, "%s. See: cairn %s --help".formatted(problem, name));
        }
        if (line.isUsageHelpRequested()) {
            line.setUsageHelpWidth(HELP_WIDTH);
            line.usage(
                    session.out(),
                    session.isColourful() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF);
            return ExitCode.DONE;
        }
        Command command = line.getCommand();
        return command.run(session);
    }
}
