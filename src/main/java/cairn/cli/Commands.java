package cairn.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// All commands by name.
final class Commands {
    /// What runs when no command is named.
    static final String DEFAULT = "help";

    /// One line about a command, and how it is made.
    private record Entry(String summary, Supplier<Command> command) {}

    private static final Map<String, Entry> ALL = new LinkedHashMap<>();

    static {
        add("paths", "lists paths", PathsCommand::new);
        add("cid", "takes a CID apart", CidCommand::new);
    }

    private Commands() {}

    static Command named(String name) throws Failure.Reported {
        var entry = ALL.get(name);
        if (entry == null) {
            throw new Failure.Reported(
                    ExitCode.USAGE, "there is no command '%s'. See: cairn --help".formatted(name));
        }
        return entry.command.get();
    }

    static String overview() {
        var text = new StringBuilder();
        text.append(
                """
                Usage: cairn [--home DIR] [--json] COMMAND
                Explores content-addressed Nix stores, and keeps one.

                """);
        ALL.forEach((name, entry) -> text.append("  %-10s %s%n".formatted(name, entry.summary)));
        return text.append("\nEach command explains itself: cairn COMMAND --help\n").toString();
    }

    private static void add(String name, String summary, Supplier<Command> command) {
        ALL.put(name, new Entry(summary, command));
    }
}
