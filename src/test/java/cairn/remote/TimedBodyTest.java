package cairn.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class TimedBodyTest {
    private long now;

    /// As a server would: a piece for each that is asked for, and a look at the clock in between.
    private TimedBody body(int bytes, Duration each) {
        var body = new TimedBody(Duration.ofSeconds(15), () -> now += each.toNanos());
        body.onSubscribe(
                new Flow.Subscription() {
                    @Override
                    public void request(long count) {
                        body.onNext(List.of(ByteBuffer.allocate(bytes)));
                    }

                    @Override
                    public void cancel() {}
                });
        return body;
    }

    @Test
    void leavesAServerThatDrips() throws IOException {
        try (var body = body(1, Duration.ofSeconds(14))) {
            assertEquals(1, body.readNBytes(1).length);
            var left = assertThrows(HttpTimeoutException.class, body::readAllBytes);
            assertEquals("only 1 B came in 28 seconds", left.getMessage());
        }
    }

    @Test
    void waitsForAServerThatIsSlow() throws IOException {
        try (var body = body(14 * 1100, Duration.ofSeconds(14))) {
            assertEquals(1 << 20, body.readNBytes(1 << 20).length);
        }
    }
}
