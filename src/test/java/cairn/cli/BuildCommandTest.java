package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import cairn.engine.BuildListener;
import cairn.engine.Builds.Filter;
import cairn.engine.Engine;
import cairn.engine.NixCommand;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import cairn.store.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the real Nix builds, in a store of its own that all tests share: each builds a chain of
/// another name.
class BuildCommandTest {
    /// Three derivations, of which each needs the one before.
    private static final String CHAIN =
            """
            { name, comment ? "", ca ? true, script ? "", end ? "" }:
            let
              tools = builtins.path { path = BUSYBOX; name = "busybox-tools"; };
              step = part: needs: more: derivation ({
                inherit needs;
                name = "${name}-${part}";
                system = builtins.currentSystem;
                builder = "${tools}/bin/busybox";
                args = [ "sh" "-c" ''
                  export PATH=${tools}/bin
                  echo "making $name"
                  ${if part == "lib" then script else ""}
                  mkdir $out
                  for need in $needs; do cat $need/file; done > $out/file
                  echo $name $needs >> $out/file
                '' ];
              } // more // (if !ca then { } else {
                __contentAddressed = true;
                outputHashMode = "recursive";
                outputHashAlgo = "sha256";
              }));
              lib = step "lib" [ ] { inherit comment; };
              tool = step "tool" [ lib ] { };
            in step "app" [ tool lib ] { inherit end; }
            """;

    @TempDir static Path folder;
    private static Nix nix;
    private static Map<String, String> environment = Map.of();
    private static Path chain;
    private static Cli cli;

    @BeforeAll
    static void writeTheChain() throws IOException {
        nix = Nix.in(folder.resolve("nix"));
        environment = nix.environment();
        Path busybox = Nix.closure().nix().root().resolve("busybox");
        chain =
                Files.writeString(
                        folder.resolve("chain.nix"), CHAIN.replace("BUSYBOX", busybox.toString()));
        cli = new Cli(folder.resolve("home"));
    }

    @Test
    void aCommentRebuildsOneDerivation() throws IOException {
        var first = built(command("comment"));
        assertEquals(
                Map.of("comment-lib", "built", "comment-tool", "built", "comment-app", "built"),
                outcomes(first));
        var second = built(command("comment", "--argstr", "comment", "x"));
        assertEquals(
                Map.of("comment-lib", "cut-off", "comment-tool", "saved", "comment-app", "saved"),
                outcomes(second));
        assertEquals(first.get("outputs"), second.get("outputs"));
        var lib = part(second, "comment-lib");
        assertEquals(
                List.of(derivation(second, "comment-tool"), derivation(second, "comment-app")),
                texts(lib.get("saved")));
        assertEquals(
                "[{\"what\":\"variable comment\",\"before\":\"\",\"after\":\"x\"}]",
                lib.get("changes").toString());
        assertEquals(
                "making comment-lib\n", cli.run("block", "get", "--raw", text(lib, "log")).out());
        for (String name : List.of("comment-lib", "comment-tool", "comment-app")) {
            var part = part(second, name);
            var record = cli.json("block", "get", text(part, "record"));
            assertEquals("cut-off", record.get("status").asString());
            assertEquals("shop", record.get("project").asString());
            assertEquals(text(part, "derivation"), record.get("drvPath").asString());
            assertEquals(
                    part.get("outputs").get("out").get("cid").asString(),
                    record.get("outputs").get("out").get("/").asString());
            assertEquals(name.equals("comment-lib"), !record.get("log").isNull());
        }
        var third = built(command("comment", "--argstr", "comment", "x"));
        assertEquals(Map.of("comment-app", "present"), outcomes(third));
        // Of each derivation, and of those that needs made another of: what was built here.
        try (var engine = Engine.open(cli.home())) {
            assertEquals(
                    List.of(true, true, true, true, true, true, true, true),
                    engine.catalog().realisations().stream()
                            .filter(known -> known.json().toUtf8().contains("-comment-"))
                            .map(known -> known.vouched())
                            .toList());
        }
        assertEquals(3, third.get("counts").get("present").asInt());
        assertEquals(first.get("outputs"), third.get("outputs"));
    }

    @Test
    void saysInWordsWhereAChangeStopped() {
        assertEquals(0, run(command("words")).code());
        var outcome = run(command("words", "--argstr", "comment", "x"));
        assertEquals(0, outcome.code(), outcome.err());
        var lines = outcome.lines();
        assertTrue(lines.getFirst().startsWith("cut-off  words-lib"), lines.getFirst());
        assertTrue(lines.getFirst().endsWith("changed: variable comment"), lines.getFirst());
        assertTrue(
                lines.contains(
                        "words-lib came out as it was before, so 2 derivations that need it were not built:"
                                + " words-tool, words-app"),
                outcome.out());
        assertTrue(outcome.err().contains("\nwords-lib> making words-lib\n"), outcome.err());
    }

    @Test
    void namesTheContentOfEachDerivation() throws IOException {
        var outcome = run(command("named"));
        var report = built(command("named"));
        var lines = outcome.lines().stream().limit(3).map(line -> line.split("  +")).toList();
        assertEquals(
                List.of("named-lib", "named-tool", "named-app"),
                lines.stream().map(line -> line[1]).toList());
        assertTrue(lines.stream().allMatch(line -> line[2].matches("\\d+ ms")), outcome.out());
        assertEquals(
                text(part(report, "named-app").get("outputs").get("out"), "cid"),
                lines.getLast()[3]);
    }

    @Test
    void pathsOfOutputsAreNoChanges() throws IOException {
        built(command("turned", "--arg", "ca", "false"));
        assertEquals(
                List.of("variable outputHashAlgo", "variable outputHashMode"),
                part(built(command("turned")), "turned-lib")
                        .get("changes")
                        .valueStream()
                        .map(change -> text(change, "what"))
                        .toList());
    }

    @Test
    void inputAddressedOnesAreAllBuiltAnew() throws IOException {
        var first = built(command("plain", "--arg", "ca", "false"));
        var second = built(command("plain", "--arg", "ca", "false", "--argstr", "comment", "x"));
        assertEquals(
                Map.of("plain-lib", "built", "plain-tool", "built", "plain-app", "built"),
                outcomes(second));
        assertEquals(outcomes(first), outcomes(second));
        String path = second.get("outputs").get(0).get("path").asString();
        assertEquals(nix.text("nix", "path-info", path), path);
        assertEquals(
                second.get("outputs").get(0).get("cid").asString(),
                cli.json("info", path).get(0).get("cid").asString());
    }

    @Test
    void tellsWhatWasSubstituted() throws IOException {
        var there = built(command("away", "--arg", "ca", "false"));
        String path = there.get("outputs").get(0).get("path").asString();
        String cache = "file://" + folder.resolve("cache");
        nix.text("nix", "copy", "--to", cache, path);
        var other = Nix.in(folder.resolve("other"));
        var words = new ArrayList<>(command("away", "--arg", "ca", "false"));
        words.set(words.indexOf("--store") + 1, other.root().toString());
        words.addAll(
                List.of("--option", "substituters", cache, "--option", "require-sigs", "false"));
        var here = built(words);
        assertEquals("substituted", text(part(here, "away-app"), "outcome"));
        assertEquals(there.get("outputs"), here.get("outputs"));
        assertEquals(0, here.get("counts").get("built").asInt());
    }

    @Test
    void vouchesForNothingThatStandsOnWhatASubstituterSaid() throws IOException {
        String cache = "file://" + folder.resolve("claims");
        built(command("claim"));
        nix.text("nix", "copy", "--to", cache, "-f", chain.toString(), "--argstr", "name", "claim");
        var other = Nix.in(folder.resolve("believer"));
        var words = new ArrayList<>(command("claim", "--argstr", "end", "x"));
        words.set(words.indexOf("--store") + 1, other.root().toString());
        words.addAll(
                List.of("--option", "substituters", cache, "--option", "require-sigs", "false"));
        var home = new Cli(folder.resolve("believer-home"));
        var here = home.run(environment, buildWords(words, "--json"));
        assertEquals(
                Map.of(
                        "claim-lib",
                        "substituted",
                        "claim-tool",
                        "substituted",
                        "claim-app",
                        "built"),
                outcomes(here.json()));
        try (var engine = Engine.open(home.home())) {
            var vouched = new ArrayList<String>();
            var claimed = new ArrayList<String>();
            for (var known : engine.catalog().realisations()) {
                var realisation = Realisation.decode(StorePath.NIX_STORE, known.json());
                (known.vouched() ? vouched : claimed).add(realisation.output().name());
            }
            claimed.sort(null);
            // Of its inputs' content it was built here; that these inputs have that content is not
            // known.
            assertEquals(List.of("claim-app"), vouched);
            assertEquals(List.of("claim-app", "claim-lib", "claim-tool"), claimed);
        }
    }

    @Test
    void keepsTheRecordOfAFailure() throws IOException {
        var outcome =
                run(
                        command(
                                "bad",
                                "--argstr",
                                "script",
                                "printf '\\033[31mout\\033[0m of \\007luck\\033]0;title\\007\\n'; exit 3"));
        assertEquals(ExitCode.NO, outcome.code());
        assertTrue(
                outcome.err()
                        .endsWith(
                                "cairn: bad-lib does not build; it said last: making bad-lib | out of \ufffdluck\n"),
                outcome.err());
        try (var engine = Engine.open(cli.home())) {
            var failed =
                    engine.builds()
                            .list(
                                    new Filter(Optional.empty(), "bad-", Optional.empty(), true),
                                    0,
                                    9);
            assertEquals(
                    List.of("bad-app failed", "bad-lib failed"),
                    failed.stream()
                            .map(build -> build.record().name() + " " + build.record().status())
                            .toList());
            var log = failed.getLast().record().log().orElseThrow();
            assertEquals(
                    "making bad-lib\n\u001b[31mout\u001b[0m of \u0007luck\u001b]0;title\u0007\n",
                    engine.store().block(log).orElseThrow().toUtf8());
        }
    }

    @Test
    void understandsNixBuildOfTheNewKind() throws IOException {
        var words =
                List.of(
                        "nix",
                        "build",
                        "-f",
                        chain.toString(),
                        "--no-link",
                        "--argstr",
                        "name",
                        "new",
                        "--store",
                        nix.root().toString());
        assertEquals(
                Map.of("new-lib", "built", "new-tool", "built", "new-app", "built"),
                outcomes(built(words)));
        assertEquals(Map.of("new-app", "present"), outcomes(built(words)));
    }

    @Test
    void cancellingEndsNixAndKeepsNothing() throws IOException {
        var command =
                NixCommand.of(
                        command(
                                "endless",
                                "--argstr",
                                "script",
                                "echo go; while true; do sleep 1; done"),
                        environment,
                        folder);
        var cancelled = new AtomicBoolean();
        var processes = new ArrayList<ProcessHandle>();
        var listener =
                new BuildListener() {
                    @Override
                    public void line(String name, String text) {
                        if (text.equals("go")) {
                            ProcessHandle.current().descendants().forEach(processes::add);
                            cancelled.set(true);
                        }
                    }

                    @Override
                    public void said(String text) {}
                };
        var progress =
                new Progress() {
                    @Override
                    public void step(String what, long done, long total) {}

                    @Override
                    public boolean isCancelled() {
                        return cancelled.get();
                    }
                };
        try (var engine = Engine.open(folder.resolve("cancelled"))) {
            assertThrows(
                    CancellationException.class,
                    () -> engine.build(command, "shop", environment, listener, progress));
            assertEquals(0, engine.builds().count());
            assertEquals(List.of(), engine.catalog().storePaths());
        }
        assertTrue(processes.size() > 1, "Nix and its builder");
        assertEquals(List.of(), processes.stream().filter(ProcessHandle::isAlive).toList());
    }

    @Test
    void saysWhatIsMissing() {
        var bare = new HashMap<>(environment);
        bare.put("PATH", folder.toString());
        var missing = cli.run(bare, "build", "--", chain.toString());
        assertEquals(ExitCode.UNREACHABLE, missing.code());
        assertEquals(
                "cairn: nix-build is not on the PATH, and it is what builds; install Nix: https://nixos.org/download\n",
                missing.err());
        var nothing = run(List.of());
        assertEquals(ExitCode.USAGE, nothing.code());
        var far = run(List.of(chain.toString(), "--store", "ssh://example.org"));
        assertEquals(ExitCode.USAGE, far.code());
        assertEquals(
                "cairn: what is built in 'ssh://example.org' cannot be looked at: only stores on this machine can\n",
                far.err());
        var wrong = run(List.of("no-such.nix", "--store", nix.root().toString()));
        assertEquals(ExitCode.NO, wrong.code());
        assertTrue(wrong.err().contains("nix-build ended with exit code 1: "), wrong.err());
        var unknown = run(command("none", "--arg", "end", "nobody"));
        assertTrue(
                unknown.err()
                        .endsWith(
                                "\ncairn: nix-build ended with exit code 1: undefined variable 'nobody'\n"),
                unknown.err());
        assertEquals(
                "cairn: Unknown option: '-A'; what is for Nix stands behind --. See: cairn build --help\n",
                cli.run("build", "default.nix", "-A", "hello").err());
    }

    /// Words for `nix-build` that build the chain of a name.
    private static List<String> command(String name, String... more) {
        var words =
                new ArrayList<>(
                        List.of(
                                chain.toString(),
                                "--no-out-link",
                                "--argstr",
                                "name",
                                name,
                                "--store",
                                nix.root().toString()));
        words.addAll(List.of(more));
        return words;
    }

    private static Cli.Outcome run(List<String> words, String... options) {
        return cli.run(environment, buildWords(words, options));
    }

    private static String[] buildWords(List<String> words, String... options) {
        var all = new ArrayList<>(List.of(options));
        all.addAll(List.of("build", "--project", "shop", "--"));
        all.addAll(words);
        return all.toArray(String[]::new);
    }

    private static JsonNode built(List<String> words) {
        var outcome = run(words, "--json");
        assertEquals(0, outcome.code(), outcome.err());
        return outcome.json();
    }

    private static Map<String, String> outcomes(JsonNode report) {
        var outcomes = new HashMap<String, String>();
        report.get("derivations")
                .forEach(part -> outcomes.put(text(part, "name"), text(part, "outcome")));
        return outcomes;
    }

    private static JsonNode part(JsonNode report, String name) {
        for (JsonNode part : report.get("derivations")) {
            if (text(part, "name").equals(name)) {
                return part;
            }
        }
        return JsonMapper.shared().nullNode();
    }

    private static String derivation(JsonNode report, String name) {
        return text(part(report, name), "derivation");
    }

    private static String text(JsonNode object, String field) {
        return Objects.requireNonNull(object.get(field), field).asString();
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).toList();
    }
}
