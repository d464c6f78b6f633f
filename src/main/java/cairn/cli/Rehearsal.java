package cairn.cli;

import cairn.engine.CacheServer;
import cairn.engine.Configuration;
import cairn.engine.Engine;
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
import java.util.Map;

/// Runs several command lines one after the other, so that the launcher can record what they load.
///
/// They stand on lines of the standard input, words between single blanks; the arguments of the
/// program, `--home` and a folder, are put in front of each. Nothing is printed. A last line
/// `window` opens the explorer, and `headless` does so without a display, until all of it is there.
/// A line `serve` runs a node that is brought all paths of the home, and asked for them.
final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Main.tameLogs();
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
                case "serve" -> serve(home(args), streams);
                default -> {
                    run(streams, words.toArray(String[]::new));
                }
            }
        }
        System.exit(ExitCode.DONE);
    }

    private static void serve(Path home, Streams streams) throws IOException {
        try (var engine = Engine.open(home.resolveSibling("served"));
                var node =
                        Gateway.start(
                                engine,
                                CacheServer.Settings.of(
                                        Configuration.read(
                                                engine.store().home(),
                                                Map.of(
                                                        "CAIRN_GATEWAY_LISTEN", "127.0.0.1:0",
                                                        "CAIRN_GATEWAY_WRITABLE", "true"))))) {
            String address = node.address().toString();
            run(streams, "--home", home.toString(), "copy", "--to", address, "--all");
            var asked =
                    new ArrayList<>(
                            List.of(
                                    "--home",
                                    home.resolveSibling("pulled").toString(),
                                    "copy",
                                    "--from",
                                    address));
            for (var path : engine.store().catalog().paths()) {
                asked.add(path.info().path().toString());
            }
            run(streams, asked.toArray(String[]::new));
        }
    }

    private static void run(Streams streams, String... words) {
        int _ = Main.run(List.of(words), System.getenv(), streams);
    }

    private static Path home(String[] args) {
        return Path.of(args[args.length - 1]);
    }
}
