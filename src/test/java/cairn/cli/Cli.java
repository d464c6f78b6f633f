package cairn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The command line on a home, with captured streams.
record Cli(Path home) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// What a command did.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Outcome(int code, byte[] bytes, String err) {
        String out() {
            return new String(bytes, UTF_8);
        }

        List<String> lines() {
            return out().lines().toList();
        }

        /// Standard output as the one JSON document that it must be.
        JsonNode json() {
            return JSON.readTree(bytes);
        }

        /// Each line of standard error as an object.
        List<JsonNode> errors() {
            return err.lines().map(JSON::readTree).toList();
        }
    }

    Outcome run(String... words) {
        return run(Map.of(), words);
    }

    Outcome run(Map<String, String> environment, String... words) {
        var args = new ArrayList<>(List.of("--home", home.toString()));
        args.addAll(List.of(words));
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code;
        try (var outs = new PrintStream(out, false, UTF_8);
                var errs = new PrintStream(err, true, UTF_8)) {
            code = Main.run(args, environment, new Streams(outs, errs));
        }
        return new Outcome(code, out.toByteArray(), err.toString(UTF_8));
    }

    /// Runs a command that must succeed, and returns its JSON.
    JsonNode json(String... words) {
        var all = new ArrayList<>(List.of("--json"));
        all.addAll(List.of(words));
        var outcome = run(all.toArray(String[]::new));
        if (outcome.code != ExitCode.DONE) {
            throw new AssertionError(
                    words[0] + " exited with " + outcome.code + ": " + outcome.err);
        }
        return outcome.json();
    }

    /// Starts the command line as a process of its own.
    Process start(String... words) throws IOException {
        var builder = new ProcessBuilder(command(words));
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }

    /// What starts the command line as a process of its own.
    List<String> command(String... words) {
        var command =
                new ArrayList<>(
                        List.of(
                                // A shell starts what runs in the background deaf to Ctrl-C.
                                "env",
                                "--default-signal=INT",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "--home",
                                home.toString()));
        command.addAll(List.of(words));
        return command;
    }
}
