package cairn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.nix.FileNames;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The program as a process of its own.
class ProcessTest {
    @TempDir private Path folder;

    @Test
    void printsDataOnStandardOutputAndAnswersByItsExitCode() throws Exception {
        Path file = Files.writeString(folder.resolve("notes.txt"), "hello");
        var added = start("add", file.toString());
        String path = new String(added.getInputStream().readAllBytes(), UTF_8).strip();
        assertEquals(0, added.waitFor());
        var listed = start("paths");
        assertEquals(
                "120 B  " + path + "\n", new String(listed.getInputStream().readAllBytes(), UTF_8));
        assertEquals(0, listed.waitFor());
        var failed = start("--json", "info", "nothing");
        assertEquals("[{\"target\"", new String(failed.getInputStream().readNBytes(10), UTF_8));
        assertEquals(
                "{\"error\":\"'nothing' is not in the store. See what is: cairn paths\"}",
                new String(failed.getErrorStream().readAllBytes(), UTF_8)
                        .lines()
                        .toList()
                        .getLast());
        assertEquals(1, failed.waitFor());
    }

    /// As a shell gives them; Java has no way to.
    @Test
    void namesOfFilesNeedNotBeUtf8() throws Exception {
        var cli = new Cli(folder.resolve("home"));
        String script =
                """
                at=$1 && shift
                mkdir "$at"/$'d\\xfe' && echo hello >"$at"/$'d\\xfe/f\\xff'
                path=$("$@" add --name demo "$at"/$'d\\xfe') &&
                    "$@" cat $path/$'f\\xff' -o "$at"/$'x\\xff'
                """;
        var command = new ArrayList<>(List.of("bash", "-c", script, "sh", folder.toString()));
        command.addAll(cli.command());
        var done = new ProcessBuilder(command).inheritIO().start();
        assertEquals(0, done.waitFor());
        Path written = FileNames.path(folder + "/x\0ff");
        assertEquals("hello\n", Files.readString(written));
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void aSignalEndsACopyBetweenTwoSteps(String signal, int code) throws Exception {
        var cli = new Cli(folder.resolve("other"));
        Path tree = Files.createDirectories(folder.resolve("tree"));
        for (int i = 0; i < 64; i++) {
            Files.write(tree.resolve("file" + i), new byte[1 << 18]);
        }
        Path note = Files.writeString(folder.resolve("note"), "hello");
        String first = cli.json("add", note.toString()).get("path").asString();
        String second = cli.json("add", tree.toString()).get("path").asString();
        Path cache = folder.resolve("cache");
        assertEquals(
                0,
                cli.run("copy", "--to", "file://" + cache + "?compression=none", "--all").code());
        var halfway = new CountDownLatch(1);
        var signalled = new CountDownLatch(1);
        var server = serve(cache, halfway, signalled);
        try {
            String uri = "http://127.0.0.1:" + server.getAddress().getPort();
            // Of paths that do not need each other the last comes first.
            var copying = start("copy", "--from", uri, second, first);
            halfway.await();
            int _ = new ProcessBuilder("kill", "-" + signal, "" + copying.pid()).start().waitFor();
            signalled.countDown();
            assertEquals(code, copying.waitFor());
            assertEquals(
                    "cairn: cancelled; what was finished stays\n",
                    new String(copying.getErrorStream().readAllBytes(), UTF_8));
        } finally {
            server.stop(0);
        }
        var home = new Cli(folder.resolve("home"));
        assertEquals(1, home.json("verify", "--all", "--deep").size());
        var resumed = home.run("copy", "--from", "file://" + cache, first, second);
        assertTrue(resumed.err().startsWith("2 paths, 1 of them new; 16.0 MiB, "), resumed.err());
        assertEquals(
                "intact", home.json("verify", "--deep", second).get(0).get("content").asString());
    }

    @Test
    void aSignalLeavesNoHalfOfAFile() throws Exception {
        var cli = new Cli(folder.resolve("other"));
        Path file = Files.write(folder.resolve("file"), new byte[4 << 20]);
        String path = cli.json("add", file.toString()).get("path").asString();
        Path cache = folder.resolve("cache");
        String to = "file://" + cache + "?compression=none";
        assertEquals(0, cli.run("copy", "--to", to, path).code());
        Path out = Files.createDirectories(folder.resolve("out"));
        var halfway = new CountDownLatch(1);
        var signalled = new CountDownLatch(1);
        var server = serve(cache, halfway, signalled);
        try {
            String uri = "http://127.0.0.1:" + server.getAddress().getPort();
            var writing = start("nar", "--store", uri, path, "-o", out.resolve("x").toString());
            halfway.await();
            int _ = new ProcessBuilder("kill", "-INT", "" + writing.pid()).start().waitFor();
            assertEquals(130, writing.waitFor());
        } finally {
            signalled.countDown();
            server.stop(0);
        }
        try (var left = Files.list(out)) {
            assertEquals(List.of(), left.toList());
        }
    }

    /// Serves a folder; of an archive the second half only when the signal was sent.
    private static HttpServer serve(Path cache, CountDownLatch halfway, CountDownLatch signalled)
            throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    Path file = cache.resolve(exchange.getRequestURI().getPath().substring(1));
                    if (!Files.isRegularFile(file)) {
                        exchange.sendResponseHeaders(404, -1);
                        return;
                    }
                    byte[] bytes = Files.readAllBytes(file);
                    exchange.sendResponseHeaders(200, bytes.length);
                    try (var out = exchange.getResponseBody()) {
                        if (bytes.length > 1 << 20) {
                            out.write(bytes, 0, bytes.length / 2);
                            out.flush();
                            halfway.countDown();
                            signalled.await();
                            out.write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
                        } else {
                            out.write(bytes);
                        }
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                });
        server.start();
        return server;
    }

    private Process start(String... words) throws IOException {
        return new Cli(folder.resolve("home")).start(words);
    }
}
