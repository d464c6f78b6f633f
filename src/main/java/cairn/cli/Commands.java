package cairn.cli;

import java.util.List;
import java.util.Locale;

/// All commands by name.
final class Commands {
    /// What runs when no command is named.
    static final String DEFAULT = "explore";

    /// In the order in which they are listed.
    static final List<String> NAMES =
            List.of(
                    "explore",
                    "copy",
                    "migrate",
                    "add",
                    "paths",
                    "info",
                    "ls",
                    "cat",
                    "why",
                    "closure",
                    "referrers",
                    "diff",
                    "verify",
                    "nar",
                    "car",
                    "block",
                    "dag",
                    "cid",
                    "pin",
                    "unpin",
                    "gc",
                    "repair",
                    "build",
                    "node",
                    "stats",
                    "config",
                    "shot",
                    "doctor",
                    "completion");

    private Commands() {}

    /// Makes the one command that is asked for.
    static Command named(String name) throws Failure.Reported {
        return switch (name) {
            case "explore" -> new ExploreCommand();
            case "copy" -> new CopyCommand();
            case "migrate" -> new MigrateCommand();
            case "add" -> new AddCommand();
            case "paths" -> new PathsCommand();
            case "info" -> new InfoCommand();
            case "ls" -> new LsCommand();
            case "cat" -> new CatCommand();
            case "why" -> new WhyCommand();
            case "closure" -> new ClosureCommand();
            case "referrers" -> new ReferrersCommand();
            case "diff" -> new DiffCommand();
            case "verify" -> new VerifyCommand();
            case "nar" -> new NarCommand();
            case "car" -> new CarCommand();
            case "block" -> new BlockCommand();
            case "dag" -> new DagCommand();
            case "cid" -> new CidCommand();
            case "pin" -> new PinCommand();
            case "unpin" -> new UnpinCommand();
            case "gc" -> new GcCommand();
            case "repair" -> new RepairCommand();
            case "build" -> new BuildCommand();
            case "node" -> new NodeCommand();
            case "stats" -> new StatsCommand();
            case "config" -> new ConfigCommand();
            case "shot" -> new ShotCommand();
            case "doctor" -> new DoctorCommand();
            case "completion" -> new CompletionCommand();
            default ->
                    throw new Failure.Reported(
                            ExitCode.USAGE,
                            "there is no %s '%s'. See: cairn --help"
                                    .formatted(
                                            name.startsWith("-") ? "option" : "command",
                                            Session.shown(name)));
        };
    }

    static String overview() throws Failure.Reported {
        var text = new StringBuilder();
        text.append(
                """
                Usage: cairn [--home DIR] [--json] COMMAND
                Explores content-addressed Nix stores, and keeps one.

                """);
        for (String name : NAMES) {
            text.append("  %-11s%s%n".formatted(name, summary(named(name))));
        }
        return text.append(
                        """

                        A TARGET is a CID, a store path, its 32 characters, the beginning of its name, or
                        a file: .nar, .nar.xz, .car, .narinfo, .drv. Each command explains itself by
                        examples: cairn COMMAND --help

                        Exit codes: 0 yes or done, 1 a negative answer, 2 usage, 3 not to be reached,
                        4 damaged or malformed data, 130 cancelled.
                        """)
                .toString();
    }

    /// What a command says of itself, as the end of a line.
    private static String summary(Command command) {
        String description =
                command.getClass()
                        .getAnnotation(picocli.CommandLine.Command.class)
                        .description()[0];
        String first = description.split("[.:;]( |$)", 2)[0];
        return first.substring(0, 1).toLowerCase(Locale.ROOT) + first.substring(1);
    }
}
