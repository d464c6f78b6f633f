package cairn.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.engine.CacheServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A node that is turned off while others have to do with it.
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class StopTest {
    private static final String UPLOAD =
            "PUT /nix-cache-info HTTP/1.1\r\nHost: localhost\r\nContent-Length: 21\r\n\r\n";

    @TempDir private Path folder;

    /// A browser connects before it knows what to ask for.
    @ParameterizedTest
    @ValueSource(
            strings = {"", "GET /x", "GET /nix-cache-info HTTP/1.1\r\nHost: localhost\r\n\r\n"})
    void doesNotWaitForWhoAsksForNothing(String said) throws IOException {
        var node = node(Duration.ofHours(1));
        try (var socket = node.connect()) {
            socket.getOutputStream().write(said.getBytes(UTF_8));
            awaitRequests(node, said.endsWith("\n") ? 1 : 0);
            node.close();
            assertTrue(node.server().requests().stream().allMatch(CacheServer.Request::ended));
        }
    }

    @Test
    void letsWhoIsBeingAnsweredComeToTheEnd() throws Exception {
        var node = node(Duration.ofHours(1));
        try (var socket = node.connect();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            socket.getOutputStream().write(UPLOAD.getBytes(UTF_8));
            awaitRequests(node, 1);
            var closed = threads.submit(() -> node.server().close());
            int status = 200;
            while (status != 503) {
                status = node.get("/nix-cache-info").statusCode();
            }
            socket.getOutputStream().write("StoreDir: /nix/store\n".getBytes(UTF_8));
            assertEquals("HTTP/1.1 201", new String(socket.getInputStream().readNBytes(12), UTF_8));
            closed.get();
            node.close();
        }
    }

    @Test
    void leavesWhoNeverComesToAnEnd() throws IOException {
        var node = node(Duration.ofMillis(50));
        try (var socket = node.connect()) {
            socket.getOutputStream().write(UPLOAD.getBytes(UTF_8));
            awaitRequests(node, 1);
            node.close();
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    private Served node(Duration grace) throws IOException {
        return Served.impatient(folder.resolve("home"), Duration.ofHours(1), grace);
    }

    private static void awaitRequests(Served node, int count) {
        while (node.server().requests().size() < count) {
            Thread.onSpinWait();
        }
    }
}
