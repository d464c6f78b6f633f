package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.engine.Demand;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Of a rate that shall be 0.9 and is told every ten seconds.
class HitAlertTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Demand.Counts GOOD = new Demand.Counts(9, 1, 0);
    private static final Demand.Counts BAD = new Demand.Counts(8, 2, 0);
    private static final Demand.Counts NONE = new Demand.Counts(0, 0, 0);

    private HitAlert alert = new HitAlert(0.9);
    private Instant now = START;

    /// The same for so many seconds.
    private Optional<Instant> after(int seconds, Demand.Counts counts) {
        for (int i = 0; i < seconds; i += 10) {
            alert.take(now, now.plusSeconds(10), counts);
            now = now.plusSeconds(10);
        }
        return alert.since();
    }

    @Test
    void comesWhenTheRateWasBelowForLongAndGoesWithIt() {
        assertEquals(Optional.empty(), after(100, GOOD));
        assertEquals(Optional.empty(), after(290, BAD));
        assertEquals(Optional.of(START.plusSeconds(100)), after(10, BAD));
        assertEquals(Optional.of(START.plusSeconds(100)), after(500, BAD));
        assertEquals(Optional.empty(), after(10, GOOD));
    }

    @Test
    void oneGoodWhileBeginsAnew() {
        assertEquals(Optional.empty(), after(290, BAD));
        assertEquals(Optional.empty(), after(10, GOOD));
        assertEquals(Optional.empty(), after(290, BAD));
        assertEquals(Optional.of(START.plusSeconds(300)), after(10, BAD));
    }

    @Test
    void noRequestsAreNoAlert() {
        assertEquals(Optional.empty(), after(1000, NONE));
        assertEquals(Optional.empty(), after(10, BAD));
        assertEquals(Optional.empty(), after(1000, NONE));
        assertEquals(Optional.empty(), after(10, BAD), "what was long ago does not count");
    }

    @Test
    void aPauseInBetweenIsNeitherGoodNorBad() {
        assertEquals(Optional.empty(), after(150, BAD));
        assertEquals(Optional.empty(), after(140, NONE));
        assertEquals(Optional.of(START), after(10, BAD));
        assertEquals(Optional.of(START), after(290, NONE));
        assertEquals(Optional.empty(), after(10, NONE), "nobody asked for too long");
    }

    @Test
    void aMachineThatSleptIsNotToBlame() {
        assertEquals(Optional.empty(), after(200, BAD));
        alert.take(now, now.plusSeconds(36_000), BAD);
        now = now.plusSeconds(36_000);
        assertEquals(Optional.empty(), after(290, BAD));
        assertEquals(Optional.of(START.plusSeconds(36_200)), after(10, BAD));
    }

    @Test
    void thereIsNoneWithoutAThreshold() {
        alert = new HitAlert(0);
        assertEquals(Optional.empty(), after(1000, new Demand.Counts(0, 10, 0)));
    }
}
