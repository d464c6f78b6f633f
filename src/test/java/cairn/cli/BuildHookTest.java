package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import cairn.engine.Builds;
import cairn.engine.Builds.Filter;
import cairn.engine.Engine;
import cairn.engine.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// A stock `nix-build` that knows nothing of Cairn but the hook that it calls.
class BuildHookTest {
    private static final Path HOOK = Path.of("packaging/nix/post-build-hook").toAbsolutePath();
    private static final String PAIR =
            """
            { comment ? "", ca ? true }:
            let
              tools = builtins.path { path = BUSYBOX; name = "busybox-tools"; };
              step = name: needs: more: derivation ({
                inherit name needs;
                system = builtins.currentSystem;
                builder = "${tools}/bin/busybox";
                args = [ "sh" "-c" "echo making $name; echo $name $needs > $out" ];
              } // more // (if !ca then { } else {
                __contentAddressed = true;
                outputHashMode = "recursive";
                outputHashAlgo = "sha256";
              }));
            in step "app" [ (step "lib" [ ] { inherit comment; }) ] { }
            """;

    @TempDir Path folder;
    private Nix nix;
    private Path pair;
    private Cli cli;

    @BeforeEach
    void writeThePair() throws IOException {
        nix = Nix.in(folder.resolve("nix"));
        Path busybox = Nix.closure().nix().root().resolve("busybox");
        pair =
                Files.writeString(
                        folder.resolve("pair.nix"), PAIR.replace("BUSYBOX", busybox.toString()));
        cli = new Cli(folder.resolve("home"));
    }

    @Test
    void recordsWhatCairnItselfWouldRecord() throws IOException {
        String output = build();
        var first = taken();
        assertEquals(Map.of("lib", "built", "app", "built"), outcomes(first));
        assertEquals(output, build("--argstr", "comment", "x"));
        var second = taken();
        assertEquals(Map.of("lib", "cut-off", "app", "saved"), outcomes(second));
        try (var engine = Engine.open(cli.home())) {
            var app = find(engine, "app", Outcome.SAVED);
            assertEquals("hooked", app.record().project());
            var chain = engine.builds().chain(app);
            assertEquals(
                    List.of("lib", "app"),
                    chain.steps().stream().map(step -> step.build().record().name()).toList());
            assertEquals(
                    List.of(app),
                    chain.savedBy(chain.steps().getFirst().build().record().drvPath()));
            var log = find(engine, "lib", Outcome.CUT_OFF).record().log().orElseThrow();
            assertEquals("making lib\n", engine.store().block(log).orElseThrow().toUtf8());
        }
        assertEquals(output, cli.json("info", output).get(0).get("path").asString());
        assertTrue(taken().get("derivations").isEmpty());
    }

    @Test
    void recordsInputAddressedBuilds() throws IOException {
        build("--arg", "ca", "false");
        assertEquals(Map.of("lib", "built", "app", "built"), outcomes(taken()));
    }

    @Test
    void setsAsideWhatIsMalformed() throws IOException {
        Path queue = Files.createDirectories(cli.home().resolve("queue"));
        Files.writeString(queue.resolve("1.build"), "derivation=/etc/passwd\n");
        var outcome = cli.run("build", "--queue");
        assertEquals(ExitCode.NO, outcome.code());
        assertTrue(outcome.err().contains("1.build: "), outcome.err());
        assertTrue(Files.exists(queue.resolve("1.build.bad")));
        assertEquals(ExitCode.DONE, cli.run("build", "--queue").code());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "store=/a\0b",
                "store=local?root=/a%00b",
                "finished=-1",
                "finished=31556889864403199",
                "finished=soon",
                "project=a b",
                "outputs=/nix/store/no-path"
            })
    void setsAsideWhatNoHookWrites(String line) throws IOException {
        Path queue = Files.createDirectories(cli.home().resolve("queue"));
        var lines = new TreeMap<String, String>();
        lines.put("derivation", "/nix/store/" + "a".repeat(32) + "-x.drv");
        lines.put("outputs", "");
        lines.put("project", "default");
        lines.put("run", "1");
        lines.put("finished", "1700000000");
        lines.put("store", "/nix/store");
        lines.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
        var text = new StringBuilder();
        lines.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
        Files.writeString(queue.resolve("1.build"), text);
        var outcome = cli.run("build", "--queue");
        assertEquals(ExitCode.NO, outcome.code(), outcome.err());
        assertTrue(outcome.err().contains("1.build: "), outcome.err());
        assertTrue(Files.exists(queue.resolve("1.build.bad")));
    }

    @Test
    void noBuildFailsForWantOfAHome() throws IOException {
        Files.writeString(folder.resolve("home"), "no folder");
        assertTrue(build().endsWith("-app"));
    }

    /// Runs `nix-build` while there is no Cairn: what was built waits.
    private String build(String... more) throws IOException {
        var words =
                new ArrayList<>(
                        List.of(
                                "env",
                                "CAIRN=/bin/false",
                                "CAIRN_HOME=" + cli.home(),
                                "CAIRN_PROJECT=hooked",
                                "CAIRN_NIX_STORE=" + nix.root(),
                                "nix-build",
                                pair.toString(),
                                "--no-out-link",
                                "--option",
                                "post-build-hook",
                                HOOK.toString()));
        words.addAll(List.of(more));
        return nix.text(words.toArray(String[]::new));
    }

    private JsonNode taken() {
        return cli.json("build", "--queue");
    }

    private static Map<String, String> outcomes(JsonNode taken) {
        var outcomes = new TreeMap<String, String>();
        taken.get("derivations")
                .forEach(part ->
                        outcomes.put(part.get("name").asString(), part.get("outcome").asString()));
        return outcomes;
    }

    private static Builds.Build find(Engine engine, String name, Outcome outcome)
            throws IOException {
        return engine
                .builds()
                .list(new Filter(Optional.empty(), name, Optional.empty(), true), 0, 9)
                .stream()
                .filter(build -> build.outcome() == outcome)
                .findFirst()
                .orElseThrow();
    }
}
