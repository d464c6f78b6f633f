package cairn.cli;

import cairn.gateway.Gateway;
import cairn.ui.Explorer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs several command lines one after the other, so that the launcher can record what they load.
///
/// They stand on lines of the standard input, words between single blanks; the arguments of the
/// program, `--home` and a folder, are put in front of each. Nothing is printed. A last line
/// `window` opens the explorer, and `headless` does so without a display, until all of it is there.
final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Main.muteLibraries();
        var nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        var streams = new Streams(nowhere, nowhere);
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            var words = new ArrayList<>(List.of(args));
            words.addAll(List.of(line.split(" ")));
            switch (words.getLast()) {
                case "window" -> Explorer.rehearse(home(args), false, Gateway::start);
                case "headless" -> Explorer.rehearse(home(args), true, Gateway::start);
                default -> {
                    int _ = Main.run(words, System.getenv(), streams);
                }
            }
        }
        System.exit(ExitCode.DONE);
    }

    private static Path home(String[] args) {
        return Path.of(args[args.length - 1]);
    }
}
