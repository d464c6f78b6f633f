package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ActivitiesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final Activities activities = new Activities(InstantSource.fixed(NOW));

    @Test
    void tellsHowFarTheWorkIsAndWhatItDid() {
        var activity =
                activities.start(
                        "Import",
                        Activity.Unit.PATHS,
                        progress -> {
                            progress.step("hello", 3, 12);
                            return "3 paths";
                        });
        activities.close();
        var snapshot = activity.snapshot();
        assertEquals(new Activity.State.Done(NOW, "3 paths"), snapshot.state());
        assertEquals(0.25, snapshot.fraction());
        assertEquals("hello", snapshot.what());
    }

    @Test
    void cancelledWorkEndsAtItsNextStep() {
        var activity =
                activities.start(
                        "Import",
                        Activity.Unit.PATHS,
                        progress -> {
                            while (true) {
                                progress.check();
                                Thread.onSpinWait();
                            }
                        });
        activity.cancel();
        activities.close();
        assertInstanceOf(Activity.State.Cancelled.class, activity.snapshot().state());
    }

    @Test
    void failedWorkKeepsItsCause() {
        var cause = new IOException("disk full");
        var activity =
                activities.start(
                        "Import",
                        Activity.Unit.BYTES,
                        _ -> {
                            throw cause;
                        });
        activities.close();
        assertEquals(new Activity.State.Failed(NOW, cause), activity.snapshot().state());
    }

    @Test
    void listenersHearOfBeginningAndEndUntilTheyLeave() {
        var heard = new CountDownLatch(2);
        var registration = activities.onChange(heard::countDown);
        activities.start("Verify", Activity.Unit.BLOCKS, _ -> "ok");
        activities.close();
        assertEquals(0, heard.getCount());
        registration.close();
        assertTrue(activities.list().getFirst().title().equals("Verify"));
    }
}
