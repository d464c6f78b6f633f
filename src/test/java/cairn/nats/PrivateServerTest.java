package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.NatsServer;
import cairn.store.Home;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateServerTest {
    @TempDir private Path folder;

    @BeforeEach
    void isInstalled() {
        assumeTrue(
                NatsServer.program().isPresent(),
                "nats-server is not installed: ./verify says how to get it");
    }

    private PrivateServer start() throws IOException {
        return PrivateServer.start(new Home(folder), System.getenv());
    }

    private static NatsServer.Client connect(
            PrivateServer server, CompletableFuture<Connection> reconnected) throws Exception {
        return new NatsServer.Client(
                Nats.connect(
                        new Options.Builder()
                                .server(server.url())
                                .maxReconnects(-1)
                                .reconnectWait(Duration.ofMillis(20))
                                .connectionListener((connection, event) -> {
                                    if (event.name().equals("RECONNECTED")) {
                                        boolean _ = reconnected.complete(connection);
                                    }
                                })
                                .build()));
    }

    @Test
    void hasJetStreamAndIsStartedAnewWhereItWas() throws Exception {
        var reconnected = new CompletableFuture<Connection>();
        ProcessHandle anew;
        try (var server = start();
                var client = connect(server, reconnected)) {
            assertEquals(0, client.connection().jetStreamManagement().getStreamNames().size());
            var first = server.process().orElseThrow();
            assertTrue(first.destroyForcibly());
            assertEquals(client.connection(), reconnected.get());
            assertEquals(0, client.connection().jetStreamManagement().getStreamNames().size());
            anew = server.process().orElseThrow();
            assertFalse(first.equals(anew));
        }
        assertFalse(anew.isAlive());
    }

    @Test
    void keepsItsPort() throws Exception {
        String url;
        try (var server = start()) {
            url = server.url();
        }
        try (var server = start()) {
            assertEquals(url, server.url());
        }
    }

    /// Two would write over each other's streams.
    @Test
    void isTheOnlyOneOfItsHome() throws Exception {
        try (var server = start()) {
            var e = assertThrows(IOException.class, this::start);
            assertTrue(
                    String.valueOf(e.getMessage())
                            .startsWith(
                                    "nats-server does not start at port %s, where another cairn"
                                            .formatted(
                                                    server.url()
                                                            .substring(
                                                                    "nats://127.0.0.1:".length()))),
                    e.getMessage());
            try (var client = connect(server, new CompletableFuture<>())) {
                assertEquals(Connection.Status.CONNECTED, client.connection().getStatus());
            }
        }
    }
}
