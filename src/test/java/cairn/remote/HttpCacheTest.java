package cairn.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A cache behind a server that does what servers do.
class HttpCacheTest {
    private static final StorePath NOTE = Samples.path("1", "note");
    private static final NarSource HELLO = Samples.file("hello");
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir private Path folder;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch finished = new CountDownLatch(1);
    private HttpServer server;
    private String address;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/cache/", exchange -> file(exchange, "/cache/"));
        server.start();
        address = "http://127.0.0.1:" + server.getAddress().getPort();
        try (var cache = BinaryCache.open("file://" + folder, LONG)) {
            cache.put(Samples.info(NOTE, HELLO), HELLO);
        }
    }

    @AfterEach
    void stop() {
        finished.countDown();
        server.stop(0);
        threads.close();
    }

    @Test
    void readsPathsAndArchives() throws IOException {
        try (var cache = BinaryCache.open(address + "/cache/", LONG)) {
            assertEquals(Optional.of(Samples.info(NOTE, HELLO)), cache.info(NOTE));
            assertEquals(Optional.of(NOTE), cache.find(NOTE.hash()));
            assertEquals(Samples.archive(HELLO), Samples.archive(cache.nar(NOTE)));
            assertEquals(Optional.empty(), cache.find("2".repeat(32)));
            var e = assertThrows(IOException.class, cache::paths);
            assertEquals(
                    address
                            + "/cache does not tell what it has: name paths in full, or by their"
                            + " hashes",
                    e.getMessage());
        }
    }

    @Test
    void asksForANarInfoOnce() throws IOException {
        try (var cache = BinaryCache.open(address + "/cache/", LONG)) {
            assertEquals(Optional.of(Samples.info(NOTE, HELLO)), cache.info(NOTE));
            Files.delete(folder.resolve(NOTE.hash() + ".narinfo"));
            assertEquals(Samples.archive(HELLO), Samples.archive(cache.nar(NOTE)));
        }
    }

    @Test
    void writesWhereTheServerTakesIt() throws IOException {
        var other = new StorePath(StorePath.NIX_STORE, "2".repeat(32), "other");
        var info =
                new PathInfo(
                        other,
                        Samples.info(NOTE, HELLO).narHash(),
                        Samples.info(NOTE, HELLO).narSize(),
                        List.of(NOTE),
                        Optional.empty(),
                        List.of("key:sig"),
                        Optional.empty());
        try (var cache = BinaryCache.open(address + "/cache", LONG)) {
            cache.put(info, HELLO);
        }
        try (var cache = BinaryCache.open("file://" + folder, LONG)) {
            assertEquals(Optional.of(info), cache.info(other));
            assertEquals(Samples.archive(HELLO), Samples.archive(cache.nar(other)));
        }
    }

    @Test
    void followsARedirect() throws IOException {
        redirect(
                "/moved/",
                exchange ->
                        address
                                + exchange.getRequestURI()
                                        .toString()
                                        .replace("/moved/", "/cache/"));
        try (var cache = BinaryCache.open(address + "/moved", LONG)) {
            assertEquals(Optional.of(Samples.info(NOTE, HELLO)), cache.info(NOTE));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "ftp://127.0.0.1/x",
                "http://[",
                "http:///x",
                "http://a:65536/"
            })
    void followsNoRedirectOutOfTheWeb(String target) throws IOException {
        redirect("/away/", _ -> target);
        try (var cache = BinaryCache.open(address + "/away", LONG)) {
            assertThrows(IOException.class, () -> cache.info(NOTE));
        }
    }

    @Test
    void leavesACircleOfRedirects() throws IOException {
        redirect("/round/", exchange -> exchange.getRequestURI().toString());
        try (var cache = BinaryCache.open(address + "/round", LONG)) {
            var e = assertThrows(IOException.class, () -> cache.info(NOTE));
            assertEquals(
                    "too many redirects from " + address + "/round/nix-cache-info", e.getMessage());
        }
    }

    @Test
    void showsWhatAFailingServerSays() throws IOException {
        server.createContext("/failing/", exchange -> answer(exchange, 500, "out of\norder"));
        try (var cache = BinaryCache.open(address + "/failing", LONG)) {
            var e = assertThrows(IOException.class, () -> cache.info(NOTE));
            assertEquals(
                    address + "/failing/nix-cache-info answers 500: out of order", e.getMessage());
        }
    }

    @Test
    void doesNotWaitForEverForAnAnswer() throws IOException {
        server.createContext("/silent/", _ -> await());
        try (var cache = BinaryCache.open(address + "/silent", Duration.ofMillis(100))) {
            assertThrows(HttpTimeoutException.class, () -> cache.info(NOTE));
        }
    }

    @Test
    void doesNotWaitForEverForTheRestOfAnAnswer() throws IOException {
        server.createContext(
                "/stalled/",
                exchange -> {
                    exchange.sendResponseHeaders(200, 100);
                    exchange.getResponseBody().write('x');
                    exchange.getResponseBody().flush();
                    await();
                });
        try (var cache = BinaryCache.open(address + "/stalled", Duration.ofMillis(100))) {
            assertThrows(HttpTimeoutException.class, () -> cache.info(NOTE));
        }
    }

    @Test
    void tellsAnAnswerThatBreaksOff() throws IOException {
        server.createContext(
                "/broken/",
                exchange -> {
                    exchange.sendResponseHeaders(200, 100);
                    exchange.getResponseBody().write('x');
                    exchange.getResponseBody().flush();
                    throw new IOException("gone");
                });
        try (var cache = BinaryCache.open(address + "/broken", LONG)) {
            assertThrows(IOException.class, () -> cache.info(NOTE));
        }
    }

    @Test
    void refusesAnAnswerWithoutEnd() throws IOException {
        server.createContext(
                "/endless/",
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    try (var out = exchange.getResponseBody()) {
                        while (finished.getCount() > 0) {
                            out.write(new byte[8192]);
                        }
                    }
                });
        try (var cache = BinaryCache.open(address + "/endless", LONG)) {
            assertThrows(FormatException.class, () -> cache.info(NOTE));
        }
    }

    @Test
    void unpacksWhatTheServerPacked() throws IOException {
        server.createContext(
                "/packed/",
                exchange -> {
                    exchange.getResponseHeaders().add("Content-Encoding", "gzip");
                    exchange.sendResponseHeaders(200, 0);
                    try (var out = new GZIPOutputStream(exchange.getResponseBody())) {
                        out.write(
                                Files.readAllBytes(
                                        file(exchange.getRequestURI().getPath(), "/packed/")));
                    }
                });
        try (var cache = BinaryCache.open(address + "/packed", LONG)) {
            assertEquals(Optional.of(Samples.info(NOTE, HELLO)), cache.info(NOTE));
        }
    }

    @Test
    void tellsThatNobodyListens() throws IOException {
        int port = server.getAddress().getPort();
        server.stop(0);
        try (var cache = BinaryCache.open("http://127.0.0.1:" + port, LONG)) {
            assertThrows(IOException.class, () -> cache.info(NOTE));
        }
    }

    @FunctionalInterface
    private interface Target {
        String of(HttpExchange exchange);
    }

    private void redirect(String context, Target target) {
        server.createContext(
                context,
                exchange -> {
                    exchange.getResponseHeaders().add("Location", target.of(exchange));
                    answer(exchange, 302, "");
                });
    }

    private Path file(String path, String context) {
        return folder.resolve(path.substring(context.length()));
    }

    private void file(HttpExchange exchange, String context) throws IOException {
        Path file = file(exchange.getRequestURI().getPath(), context);
        switch (exchange.getRequestMethod()) {
            case "PUT" -> {
                Files.write(file, exchange.getRequestBody().readAllBytes());
                answer(exchange, 201, "");
            }
            case "HEAD" -> {
                exchange.sendResponseHeaders(Files.exists(file) ? 200 : 404, -1);
                exchange.close();
            }
            default -> {
                boolean found = Files.exists(file);
                exchange.sendResponseHeaders(found ? 200 : 404, found ? Files.size(file) : -1);
                if (found) {
                    Files.copy(file, exchange.getResponseBody());
                }
                exchange.close();
            }
        }
    }

    private void await() {
        try {
            finished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, String words) throws IOException {
        byte[] body = Bytes.utf8(words).toByteArray();
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
