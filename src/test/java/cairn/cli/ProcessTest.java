package cairn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void aSignalEndsACopyBetweenTwoSteps() throws Exception {
        var cli = new Cli(folder.resolve("other"));
        Path tree = Files.createDirectories(folder.resolve("tree"));
        for (int i = 0; i < 64; i++) {
            Files.write(tree.resolve("file" + i), new byte[1 << 18]);
        }
        cli.json("add", "--name", "demo", tree.toString());
        Path cache = folder.resolve("cache");
        assertEquals(
                0, cli.run("copy", "--to", "file://" + cache + "?compression=none", "demo").code());
        var halfway = new CountDownLatch(1);
        var signalled = new CountDownLatch(1);
        var server = serve(cache, halfway, signalled);
        try {
            String uri = "http://127.0.0.1:" + server.getAddress().getPort();
            var copying = start("copy", "--from", uri, "demo-never", "--all");
            assertEquals(2, copying.waitFor(), "names and --all exclude each other");
            String path = cli.json("info", "demo").get(0).get("path").asString();
            copying = start("copy", "--from", uri, path);
            halfway.await();
            copying.destroy();
            signalled.countDown();
            assertEquals(128 + 15, copying.waitFor());
            var home = new Cli(folder.resolve("home"));
            assertEquals(0, home.run("verify", "--all", "--deep").code());
            assertEquals(0, home.run("copy", "--from", "file://" + cache, "--all").code());
            assertEquals(
                    "intact", home.json("verify", "--deep", path).get(0).get("content").asString());
        } finally {
            server.stop(0);
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
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "--home",
                                folder.resolve("home").toString()));
        command.addAll(Arrays.asList(words));
        var builder = new ProcessBuilder(command);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }
}
