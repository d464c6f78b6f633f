package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page for those who have Nix says what is so.
class NixPageTest {
    private static final Path PAGE = Path.of("packaging/nix/README.md");
    private static final Pattern CONSOLE = Pattern.compile("```console\n(.*?)```", Pattern.DOTALL);
    private static final String NODE = "http://127.0.0.1:8087";

    @TempDir private Path folder;
    private String address = NODE;

    /// A command and what it prints to standard output, with … for anything.
    private record Step(String command, String printed) {}

    @Test
    void everyCommandPrintsWhatThePageShows() throws Exception {
        var nix = Nix.in(folder.resolve("nix"));
        var cli = new Cli(folder.resolve("first"));
        var steps = steps(Files.readString(PAGE));
        assertTrue(steps.size() > 12);
        Process node = null;
        try {
            for (Step step : steps) {
                String command =
                        step.command
                                .replace(NODE, address)
                                .replace("/tmp/", folder.toString() + "/");
                String[] words = command.split(" ", -1);
                String printed;
                if (step.command.equals("cairn node")) {
                    node = cli.start("node", "--port", "0");
                    printed = node.inputReader().readLine();
                    address = printed.substring(printed.indexOf("http://")).split("[, ]", 2)[0];
                } else if (words[0].equals("cairn")) {
                    var outcome = cli.run(Arrays.copyOfRange(words, 1, words.length));
                    assertEquals(0, outcome.code(), () -> command + ": " + outcome.err());
                    printed = outcome.out();
                } else {
                    printed = nix.elsewhere(words);
                }
                assertPrinted(step, printed.replace(folder.toString() + "/", "/tmp/"));
            }
        } finally {
            if (node != null) {
                node.destroy();
                node.waitFor();
            }
        }
    }

    private static void assertPrinted(Step step, String printed) {
        String plain = printed.replaceAll("\u001b\\[[0-9;]*m", "").strip();
        String pattern =
                Arrays.stream(step.printed.strip().split("…", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*"));
        assertTrue(
                Pattern.compile(pattern, Pattern.DOTALL).matcher(plain).matches(),
                () -> "$ %s\n%s".formatted(step.command, plain));
    }

    private static List<Step> steps(String page) {
        var steps = new ArrayList<Step>();
        for (Matcher block = CONSOLE.matcher(page); block.find(); ) {
            for (String part : block.group(1).split("(^|\n)\\$ ", -1)) {
                if (!part.isBlank()) {
                    String[] lines = part.split("\n", 2);
                    steps.add(new Step(lines[0], lines.length > 1 ? lines[1] : ""));
                }
            }
        }
        return steps;
    }
}
