package cairn.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// All commands by name.
final class Commands {
    /// What runs when no command is named.
    static final String DEFAULT = "explore";

    /// One line about a command, and how it is made.
    private record Entry(String summary, Supplier<Command> command) {}

    private static final Map<String, Entry> ALL = new LinkedHashMap<>();

    static {
        add("explore", "opens the desktop explorer", ExploreCommand::new);
        add("shot", "renders a screen of the explorer", ShotCommand::new);
        add("copy", "brings paths from one store to another", CopyCommand::new);
        add("add", "adds a file or folder as a path", AddCommand::new);
        add("paths", "lists paths", PathsCommand::new);
        add("info", "tells what is known of paths and files", InfoCommand::new);
        add("ls", "lists the files of a path or archive", LsCommand::new);
        add("cat", "prints a file inside a path or archive", CatCommand::new);
        add("verify", "checks contents and signatures", VerifyCommand::new);
        add("nar", "writes the NAR of a path", NarCommand::new);
        add("car", "writes a CAR archive of a path or CID", CarCommand::new);
        add("pin", "keeps paths from being collected", PinCommand::new);
        add("unpin", "leaves paths to the next collection", UnpinCommand::new);
        add("gc", "removes what no pin keeps", GcCommand::new);
        add("repair", "rebuilds the index from the packs", RepairCommand::new);
        add("stats", "tells how much there is", StatsCommand::new);
        add("block", "reads and stores blocks", BlockCommand::new);
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
