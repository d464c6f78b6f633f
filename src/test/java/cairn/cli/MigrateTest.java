package cairn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class MigrateTest {
    @TempDir private Path folder;
    private Cli cli = new Cli(Path.of(""));

    @BeforeEach
    void home() {
        cli = new Cli(folder.resolve("home"));
    }

    /// What was not committed when a process is killed comes again, so one path is larger than
    /// that.
    @ParameterizedTest
    @CsvSource({
        "KILL, 137, 17000000, ''",
        "INT, 130, 1, 'cairn: cancelled; what was finished stays\n'"
    })
    void goesOnWhereItWasCutOff(String signal, int code, int size, String said) throws Exception {
        var other = new Cli(folder.resolve("other"));
        Path first = Files.write(folder.resolve("first"), new byte[size]);
        Path second = Files.write(folder.resolve("second"), new byte[1 << 23]);
        String[] command = {
            "migrate",
            "--from",
            "",
            // Of paths that do not need each other the last comes first.
            other.json("add", second.toString()).get("path").asString(),
            other.json("add", first.toString()).get("path").asString()
        };
        Path cache = folder.resolve("cache");
        assertEquals(
                0,
                other.run("copy", "--to", "file://" + cache + "?compression=none", "--all").code());
        var asked = new CopyOnWriteArrayList<String>();
        var halfway = new CountDownLatch(1);
        var signalled = new CountDownLatch(1);
        var server = serve(cache, asked, halfway, signalled);
        try {
            command[2] = "http://127.0.0.1:" + server.getAddress().getPort();
            var process = cli.start(command);
            halfway.await();
            int _ = new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor();
            signalled.countDown();
            assertEquals(said, new String(process.getErrorStream().readAllBytes(), UTF_8));
            assertEquals(code, process.waitFor());
            String last = asked.getLast();
            asked.clear();
            var done = cli.json(command);
            assertEquals(List.of(last), asked);
            assertEquals(1, done.get("plan").get("here").get("paths").asInt());
            assertEquals(1, done.get("newPaths").asInt());
            assertEquals(2, done.get("verified").get("intact").asInt());
        } finally {
            server.stop(0);
        }
    }

    /// Serves a folder, and lists what archives are asked for; of the second only the first half
    /// until the signal was sent.
    private static HttpServer serve(
            Path cache, List<String> asked, CountDownLatch halfway, CountDownLatch signalled)
            throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    String name = exchange.getRequestURI().getPath().substring(1);
                    byte[] bytes = Files.readAllBytes(cache.resolve(name));
                    if (name.startsWith("nar/")) {
                        asked.add(name);
                    }
                    exchange.sendResponseHeaders(200, bytes.length);
                    try (var out = exchange.getResponseBody()) {
                        out.write(bytes, 0, bytes.length / 2);
                        if (asked.size() == 2) {
                            out.flush();
                            halfway.countDown();
                            signalled.await();
                        }
                        out.write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                });
        server.start();
        return server;
    }

    /// Two builds of the same thing by a real Nix.
    @Test
    void bringsANixStoreOverAndTellsWhatIsStoredOnce() throws Exception {
        var nix = Nix.in(folder.resolve("nix"));
        var built = build(nix);
        var done = cli.json("migrate", "--from", nix.uri());
        assertEquals(0, done.get("failed").size());
        assertEquals(
                nix.lines("nix", "path-info", "--all").size(),
                done.get("verified").get("intact").asInt());
        assertEquals(2, done.get("sharing").get("inputAddressed").asInt());
        assertEquals(2, done.get("logs").asInt());
        assertEquals(2, done.get("realisations").asInt());
        var alike = done.get("sharing").get("equalButForOwnHash");
        assertEquals(1, alike.size());
        assertEquals(built, texts(alike.get(0).get("paths")));
        // Each of both has the same file twice.
        assertEquals(3 * 38_893L, done.get("sharing").get("files").get("savedBytes").asLong());
    }

    @Test
    void namesWhatIsDamagedInACacheAndBringsTheOthers() throws Exception {
        var nix = Nix.in(folder.resolve("nix"));
        var built = List.copyOf(build(nix));
        Path cache = folder.resolve("cache");
        String uri = "file://" + cache;
        for (String path : built) {
            nix.text("nix", "copy", "--to", uri + "?compression=none", path);
        }
        Path archive = cache.resolve(url(cache, built.getFirst()));
        byte[] bytes = Files.readAllBytes(archive);
        bytes[bytes.length / 4] ^= 1; // in the first file
        Files.write(archive, bytes);
        var planned = cli.run("migrate", "--from", uri, "--plan");
        assertEquals("", planned.err());
        assertEquals(0, planned.code());
        assertEquals(
                List.of("from " + uri, "has", "is here", "comes", "stored once"),
                planned.lines().stream().limit(5).map(line -> line.split("  +", 2)[0]).toList());
        var done = cli.run("migrate", "--from", uri);
        assertEquals(4, done.code());
        assertTrue(
                done.err()
                        .startsWith(
                                "cairn: %s is damaged in the source: has "
                                        .formatted(built.getFirst())),
                done.err());
        assertEquals(1, done.err().lines().count());
        assertEquals(
                "Not all is here: let the source stay among the substituters, and migrate again.",
                done.lines().getLast());
        assertEquals(0, cli.run("verify", "--deep", built.getLast()).code());
        assertEquals(1, cli.run("info", built.getFirst()).code());
    }

    @Test
    void namesOnceWhatHoldsManyBack() throws Exception {
        var closure = Nix.closure();
        Path cache = folder.resolve("cache");
        String uri = "file://" + cache;
        closure.nix()
                .text("nix", "copy", "--to", uri + "?compression=none", closure.path("git-2.43.1"));
        String lost = closure.path("glibc-2.39");
        Files.delete(cache.resolve(url(cache, lost)));
        var done = cli.run("migrate", "--from", uri);
        assertEquals(1, done.code());
        var lines = done.err().lines().toList();
        assertTrue(lines.getFirst().startsWith("cairn: " + lost + " is in "), done.err());
        assertTrue(
                lines.getLast()
                        .matches(
                                "cairn: \\d+ paths do not come because what they refer to does not: .* and \\d+ more; --json names all"),
                done.err());
        assertEquals(2, lines.size());
    }

    @Test
    void saysHowToLiveWithBothOnlyAsLongAsSomethingComes() throws Exception {
        var other = new Cli(folder.resolve("other"));
        other.json("add", Files.writeString(folder.resolve("file"), "x").toString());
        String uri = "file://" + folder.resolve("cache");
        assertEquals(0, other.run("copy", "--to", uri, "--all").code());
        var first = cli.run("migrate", "--from", uri).lines();
        assertEquals(
                List.of(
                        "Until all of it is here, let the node ask the source for the rest; in %s:"
                                .formatted(cli.home().resolve("cairn.toml")),
                        "  substituters = [\"%s?priority=30\"]".formatted(uri),
                        "What nobody signed it takes only where the path follows from the content."),
                first.subList(8, 11));
        assertEquals("signed: 1 by nobody", first.get(7));
        assertEquals("trust: 1 trusted", first.get(first.size() - 2));
        var second = cli.run("migrate", "--from", uri).lines();
        assertEquals(List.of("signed: 1 by nobody", ""), second.subList(7, 9));
    }

    /// Builds two paths that differ by their own hashes alone.
    private Set<String> build(Nix nix) throws IOException {
        Path busybox = Files.createDirectories(folder.resolve("busybox/bin")).resolve("busybox");
        Files.copy(Path.of("/bin/busybox"), busybox);
        Path expression =
                Files.writeString(
                        folder.resolve("default.nix"),
                        """
                        let
                          tools = builtins.path { path = ./busybox; name = "tools"; };
                          build = comment: derivation {
                            inherit comment;
                            name = "thing";
                            system = builtins.currentSystem;
                            builder = "${tools}/bin/busybox";
                            args = [ "sh" "-c" "${tools}/bin/busybox mkdir $out; cd $out; echo I am $out | ${tools}/bin/busybox tee self
                              ${tools}/bin/busybox seq 1 8000 | ${tools}/bin/busybox tee one >two" ];
                          };
                        in [ (build "one") (build "another") ]
                        """);
        return new TreeSet<>(nix.lines("nix-build", "--no-out-link", expression.toString()));
    }

    private static String url(Path cache, String path) throws IOException {
        String hash = path.substring("/nix/store/".length()).split("-", 2)[0];
        return Files.readAllLines(cache.resolve(hash + ".narinfo")).stream()
                .filter(line -> line.startsWith("URL: "))
                .map(line -> line.substring("URL: ".length()))
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> texts(JsonNode list) {
        var texts = new TreeSet<String>();
        list.forEach(text -> texts.add(text.asString()));
        return texts;
    }
}
