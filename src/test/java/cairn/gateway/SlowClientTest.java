package cairn.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients that would make a node wait for ever.
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SlowClientTest {

    @TempDir private Path folder;
    private Served node;

    @BeforeEach
    void serve() throws IOException {
        node = Served.impatient(folder.resolve("home"), Duration.ofMillis(400), Duration.ZERO);
    }

    @AfterEach
    void stop() throws IOException {
        node.close();
    }

    @Test
    void whoNeverReadsHisAnswerIsLeft() throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[64 << 20]);
        var stored = node.add(file, "large");
        try (var socket = node.connect()) {
            send(
                    socket,
                    "GET /serve/"
                            + stored.info().path().hash()
                            + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            while (node.server().requests().isEmpty()
                    || !node.server().requests().getFirst().ended()) {
                Thread.onSpinWait();
            }
            long given = node.server().requests().getFirst().bytes();
            assertTrue(given < 64 << 20, () -> given + " bytes were given");
            assertThrows(
                    IOException.class,
                    () -> {
                        byte[] all = socket.getInputStream().readNBytes(64 << 20);
                        if (all.length < 64 << 20) {
                            throw new IOException("cut");
                        }
                    });
        }
        assertEquals(200, node.get("/nix-cache-info").statusCode());
    }

    @Test
    void whoAsksAndAsksAndReadsNothingIsLeft() throws Exception {
        byte[] question = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8);
        try (var socket = node.connect()) {
            assertThrows(
                    IOException.class,
                    () -> {
                        while (true) {
                            socket.getOutputStream().write(question);
                        }
                    });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'PUT "
                + ARCHIVE
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc', HTTP/1.1 408",
        "'PUT /00000000000000000000000000000000.narinfo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc', HTTP/1.1 408",
        "'GET / HTTP/1.1\r\nHost: local', ''",
    })
    void whoNeverEndsHisQuestionIsLeft(String question, String answer) throws IOException {
        try (var socket = node.connect()) {
            send(socket, question);
            assertEquals(
                    answer, new String(socket.getInputStream().readNBytes(answer.length()), UTF_8));
            assertEquals(-1, end(socket));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /nix"})
    void whoAsksForNothingIsLeft(String said) throws IOException {
        try (var socket = node.connect()) {
            send(socket, said);
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    /// More than any of these has; what is said of it is enough.
    @ParameterizedTest
    @ValueSource(
            strings = {
                ARCHIVE,
                "/00000000000000000000000000000000.narinfo",
                "/00000000000000000000000000000000.ls",
                "/nix-cache-info",
                "/log/00000000000000000000000000000000-x.drv",
                "/realisations/sha256:0000000000000000000000000000000000000000000000000000000000000000!out.doi",
            })
    void anEndlessBodyIsRefusedBeforeItComes(String path) throws IOException {
        try (var socket = node.connect()) {
            send(
                    socket,
                    "PUT %s HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
                            .formatted(path, 1L << 50));
            assertEquals("HTTP/1.1 413", new String(socket.getInputStream().readNBytes(12), UTF_8));
        }
    }

    private static final String ARCHIVE =
            "/nar/0000000000000000000000000000000000000000000000000000.nar";

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
        socket.getOutputStream().flush();
    }

    /// What comes after all that was said.
    private static int end(Socket socket) {
        try (var in = socket.getInputStream()) {
            in.readAllBytes();
            return in.read();
        } catch (IOException _) {
            return -1;
        }
    }
}
