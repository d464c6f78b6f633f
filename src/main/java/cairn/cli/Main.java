package cairn.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// Where the program starts.
@Command(
        name = "cairn",
        mixinStandardHelpOptions = true,
        description = "Explores content-addressed Nix stores, and keeps one.")
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
