package cairn.gateway;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PatienceTest {
    @Test
    void endsAWaitThatTakesTooLongAndNothingAfterIt() {
        var never = new CountDownLatch(1);
        try (var patience = Patience.start(Duration.ofMillis(20))) {
            var wait = patience.mine();
            wait.begin();
            assertThrows(InterruptedException.class, never::await);
            assertTrue(wait.end());
            assertFalse(Thread.currentThread().isInterrupted());
        }
    }

    @Test
    void leavesAWaitAloneThatEnds() {
        try (var patience = Patience.start(Duration.ofMinutes(1))) {
            var wait = patience.mine();
            wait.begin();
            assertFalse(wait.end());
        }
    }
}
