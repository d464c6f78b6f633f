package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.NatsServer;
import cairn.cid.Bytes;
import cairn.engine.Engine;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestsTest {
    @TempDir private Path room;

    @Test
    void saysInWordsThatNobodyAnswered() throws IOException {
        try (var server = NatsServer.start(room.resolve("server"));
                var silent = server.client();
                var engine = Engine.open(room.resolve("home"));
                var bus = Bus.connect(server.url(), engine.configuration().nats(), "somebody")) {
            var _ = silent.connection().subscribe("QUESTION");
            silent.flush();
            var e =
                    assertThrows(
                            IOException.class,
                            () ->
                                    bus.ask(
                                            "QUESTION",
                                            Headers::new,
                                            Bytes.EMPTY,
                                            Duration.ofSeconds(1)));
            assertEquals(server.url() + ": nobody answered QUESTION within 1 s", e.getMessage());
        }
    }
}
