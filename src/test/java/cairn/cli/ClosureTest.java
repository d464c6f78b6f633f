package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The commands on a closure that the real Nix built, compared with what that says itself.
class ClosureTest {
    @TempDir static Path folder;
    private static Nix.Closure closure;
    private static Cli cli;

    @BeforeAll
    static void copyTheClosure() throws IOException {
        closure = Nix.closure();
        cli = new Cli(folder.resolve("home"));
        var copied = cli.json("copy", "--from", closure.nix().uri(), closure.top());
        assertEquals(closure.paths().size(), copied.get("paths").asInt());
        assertEquals(
                List.of("paths", "blocks", "newBlocks", "bytes", "newBytes", "seconds"),
                List.copyOf(copied.propertyNames()));
    }

    @Test
    void copySaysHowMuchOfWhatItBroughtWasNew() {
        var other = new Cli(folder.resolve("counted"));
        String[] words = {"copy", "--from", closure.nix().uri(), closure.top()};
        var first = other.json(words);
        var holds = other.json("stats");
        assertEquals(
                List.of(holds.get("blocks"), holds.get("blockBytes")),
                List.of(first.get("newBlocks"), first.get("newBytes")));
        assertEquals(
                List.of(first.get("blocks"), first.get("bytes")),
                List.of(first.get("newBlocks"), first.get("newBytes")),
                "what paths share is counted once");
        var again = other.json(words);
        assertEquals(first.get("paths"), again.get("paths"));
        for (String what : List.of("blocks", "newBlocks", "bytes", "newBytes")) {
            assertEquals(0, again.get(what).asLong(), what);
        }
    }

    @Test
    void infoSaysWhatNixSays() throws IOException {
        var ours = byPath(cli.json("info", "--closure", closure.top()));
        var theirs =
                byPath(
                        JsonMapper.shared()
                                .readTree(
                                        closure.nix()
                                                .output(
                                                        "nix",
                                                        "path-info",
                                                        "--json",
                                                        "--closure-size",
                                                        "--recursive",
                                                        closure.top())));
        assertEquals(theirs.keySet(), ours.keySet());
        for (var path : theirs.entrySet()) {
            var mine = Objects.requireNonNull(ours.get(path.getKey()));
            for (String field : List.of("narHash", "narSize", "closureSize", "references")) {
                assertEquals(path.getValue().get(field), mine.get(field), path.getKey());
            }
            assertEquals(
                    path.getValue().path("deriver").asString(""), mine.get("deriver").asString(""));
            assertEquals(texts(path.getValue().path("signatures")), texts(mine.get("signatures")));
            assertEquals(path.getValue().path("ca").asString(""), mine.get("ca").asString(""));
        }
    }

    @Test
    void narIsWhatNixDumps() throws IOException {
        String path = closure.path("bash-5.2");
        assertArrayEquals(closure.nix().dump(path), cli.run("nar", "bash-5.2").bytes());
        Path file = folder.resolve("bash.nar");
        assertEquals(0, cli.run("nar", path, "-o", file.toString()).code());
        assertArrayEquals(closure.nix().dump(path), Files.readAllBytes(file));
    }

    @Test
    void lsIsWhatNixLists() throws IOException {
        String path = closure.path("git-2.43.1");
        for (String place : List.of("", "/bin", "/bin/git", "/share")) {
            var theirs =
                    JsonMapper.shared()
                            .readTree(
                                    closure.nix()
                                            .output("nix", "store", "ls", "--json", path + place));
            assertEquals(theirs, cli.json("ls", path + place), place);
            assertEquals(
                    JsonMapper.shared()
                            .readTree(
                                    closure.nix()
                                            .output(
                                                    "nix",
                                                    "store",
                                                    "ls",
                                                    "--json",
                                                    "--recursive",
                                                    path + place)),
                    cli.json("ls", "-R", path + place));
        }
    }

    @Test
    void aNarInAFileIsListedAsNixListsIt() throws IOException {
        Path file = folder.resolve("git.nar");
        assertEquals(0, cli.run("nar", "git-2.43.1", "-o", file.toString()).code());
        assertEquals(
                JsonMapper.shared()
                        .readTree(
                                closure.nix()
                                        .output(
                                                "nix",
                                                "nar",
                                                "ls",
                                                "--json",
                                                "--recursive",
                                                file.toString(),
                                                "/")),
                cli.json("ls", "-R", file.toString()));
    }

    @Test
    void catGivesTheBytesOfAFile() throws IOException {
        String path = closure.path("bash-5.2");
        assertArrayEquals(
                Files.readAllBytes(closure.nix().files(path).resolve("bin/bash")),
                cli.run("cat", "bash-5.2/bin/bash").bytes());
        var link = cli.run("cat", path + "/bin/sh");
        assertEquals(
                List.of(1, "cairn: " + path + "/bin/sh is a symlink to bash"),
                List.of(link.code(), link.err().strip()));
        assertEquals(1, cli.run("cat", path + "/bin/none").code());
    }

    @Test
    void closureAndReferrersAreThoseOfNix() throws IOException {
        assertEquals(
                new TreeSet<>(closure.paths()),
                new TreeSet<>(texts(cli.json("closure", closure.top()))));
        String glibc = closure.path("glibc-2.39");
        var theirs =
                new TreeSet<>(closure.nix().lines("nix-store", "--query", "--referrers", glibc));
        theirs.retainAll(closure.paths());
        theirs.remove(glibc);
        assertEquals(theirs, new TreeSet<>(texts(cli.json("referrers", glibc))));
        assertTrue(
                texts(cli.json("referrers", "--all", glibc)).contains(closure.top()),
                "the top needs it through others");
    }

    @Test
    void whyLeadsFromOneToTheOther() {
        String glibc = closure.path("glibc-2.39");
        var chain = texts(cli.json("why", closure.top(), glibc).get(0));
        assertEquals(List.of(closure.top(), glibc), List.of(chain.getFirst(), chain.getLast()));
        var few = cli.run("--json", "why", closure.top(), glibc, "--all", "--limit", "2");
        assertEquals(2, few.json().size());
        assertEquals(
                "more than 2 chains; --limit N shows more",
                few.errors().getFirst().get("note").asString());
        var all = cli.json("why", closure.top(), glibc, "--all", "--limit", "20");
        assertEquals(chain.size(), all.get(0).size(), "the shortest is first");
        var none = cli.run("--json", "why", glibc, closure.top());
        assertEquals(List.of(1, "[]"), List.of(none.code(), none.out().strip()));
    }

    @Test
    void preciseWhyNamesTheFiles() {
        var step =
                cli.json("why", "--precise", closure.path("bash-5.2"), closure.path("glibc-2.39"))
                        .get(0)
                        .get(0);
        assertTrue(texts(step.get("files")).contains("bin/bash"), step.toString());
    }

    @Test
    void everyPathIsIntact() {
        var checks = cli.json("verify", "--all", "--deep");
        assertEquals(closure.paths().size(), checks.size());
        for (JsonNode check : checks) {
            assertEquals("intact", check.get("content").asString(), check.toString());
        }
    }

    @Test
    void trustDecidesOnlyWhereKeysAreGiven() throws IOException {
        assertEquals(0, cli.run("verify", "--all").code());
        assertEquals(1, cli.run("verify", "--all", "--trusted-key", closure.publicKey()).code());
        int trusted = 0;
        var checks =
                cli.run("--json", "verify", "--all", "--trusted-key", closure.publicKey()).json();
        for (JsonNode check : checks) {
            trusted += check.get("trust").asString().equals("trusted") ? 1 : 0;
        }
        assertTrue(trusted > 20 && trusted < 49, trusted + " of 49");

        Path configuration = cli.home().resolve("cairn.toml");
        Files.writeString(configuration, "trusted-keys = ['" + closure.publicKey() + "']");
        assertEquals(checks, cli.run("--json", "verify", "--all").json());
        assertEquals(0, cli.run("verify", "--all").code());
        Files.writeString(configuration, "trusted-keys = 'all'");
        var refused = cli.run("verify", "--all");
        assertEquals(4, refused.code());
        assertTrue(refused.err().contains("cairn.toml"), refused.err());
        Files.delete(configuration);
    }

    @Test
    void aCacheInAFolderGivesTheSamePathsBack() throws IOException {
        Path cache = Files.createDirectories(folder.resolve("cache"));
        String uri = "file://" + cache;
        assertEquals(0, cli.run("copy", "--to", uri, closure.path("bash-5.2")).code());
        var other = new Cli(folder.resolve("other"));
        assertEquals(0, other.run("copy", "--from", uri, "--all").code());
        assertEquals(
                cli.json("info", "bash-5.2").get(0).get("cids"),
                other.json("info", "bash-5.2").get(0).get("cids"));
        assertEquals(
                cli.json("info", "bash-5.2").get(0).get("closureSize"),
                cli.json("info", "--store", uri, "bash-5.2").get(0).get("closureSize"));
        try (var narinfos = Files.list(cache)) {
            Path narinfo =
                    narinfos.filter(file -> file.toString().endsWith(".narinfo"))
                            .min(Comparator.naturalOrder())
                            .orElseThrow();
            assertEquals(
                    "/nix/store/" + narinfo.getFileName().toString().substring(0, 32),
                    cli.json("info", narinfo.toString())
                            .get(0)
                            .get("path")
                            .asString()
                            .substring(0, 43));
        }
    }

    @Test
    void anArchiveOfAPathHasItsTreeAndItsNode() {
        Path car = folder.resolve("bash.car");
        assertEquals(0, cli.run("car", "bash-5.2", "-o", car.toString()).code());
        var cids = cli.json("info", "bash-5.2").get(0).get("cids");
        var roots = cli.json("ls", car.toString()).get("entries");
        assertEquals(
                List.of(cids.get("tree").asString(), cids.get("path").asString()),
                List.copyOf(roots.propertyNames()));
        assertEquals(cli.json("ls", "-R", "bash-5.2"), roots.get(cids.get("tree").asString()));
        assertEquals(cli.json("ls", "bash-5.2/bin"), cli.json("ls", car + "/bin"));
        assertEquals(0, cli.run("verify", car.toString()).code());
        assertTrue(cli.run("cat", car + "/bin/sh").err().contains("symlink"));
    }

    @Test
    void aPathWithoutWhatItRefersToIsRefused() {
        Path car = folder.resolve("alone.car");
        assertEquals(0, cli.run("car", "bash-5.2", "-o", car.toString()).code());
        var refused = new Cli(folder.resolve("empty")).run("copy", car.toString());
        assertEquals(1, refused.code());
        assertTrue(
                refused.err().startsWith("cairn: " + closure.path("bash-5.2") + " refers to "),
                refused.err());
    }

    @Test
    void aClosureOfWhichPathsAreLackingIsNoAnswer() {
        Path car = folder.resolve("lacking.car");
        assertEquals(0, cli.run("car", "bash-5.2", "-o", car.toString()).code());
        String store = "car:" + car;
        assertEquals(1, cli.run("closure", "--store", store, "bash-5.2").code());
        assertEquals(1, cli.run("diff", "--store", store, "bash-5.2", "bash-5.2").code());
        var alone = cli.json("info", "--store", store, "bash-5.2").get(0);
        assertTrue(alone.get("closureSize").isNull(), alone.toString());
    }

    @Test
    void dagTellsBlocksAndLinks() {
        var dag = cli.json("dag", "--depth", "1", "bash-5.2");
        assertEquals("path", dag.get("nodes").get(0).get("kind").asString());
        assertEquals(dag.get("nodes").size() - 1, dag.get("links").size(), "one level is a star");
        assertTrue(cli.run("dag", "--dot", "--depth", "1", "bash-5.2").out().startsWith("digraph"));
    }

    @Test
    void diffTellsWhatIsShared() {
        var same = cli.json("diff", "bash-5.2", "bash-5.2");
        assertEquals(0, same.get("added").size() + same.get("removed").size());
        assertEquals(same.get("before").get("blocks"), same.get("shared").get("blocks"));
        var other = cli.json("diff", "bash-5.2", closure.top());
        assertFalse(other.get("added").isEmpty());
        assertEquals(0, other.get("removed").size());
        assertEquals(other.get("before").get("blocks"), other.get("shared").get("blocks"));
        var elsewhere = cli.json("diff", "--store", closure.nix().uri(), "bash-5.2", closure.top());
        assertEquals(other.get("added"), elsewhere.get("added"));
    }

    private static Map<String, JsonNode> byPath(JsonNode entries) {
        var found = new HashMap<String, JsonNode>();
        entries.forEach(entry -> found.put(entry.get("path").asString(), entry));
        return found;
    }

    private static List<String> texts(JsonNode array) {
        var texts = new ArrayList<String>();
        array.forEach(item -> texts.add(item.asString()));
        return texts;
    }
}
