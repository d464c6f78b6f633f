package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.engine.Activities;
import cairn.engine.Activity;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ActivitiesModelTest {
    @Test
    void tellsOnceOfAnActivityThatEndedBeforeItWasLookedAt() throws InterruptedException {
        Queue<Runnable> uiThread = new ConcurrentLinkedQueue<>();
        var told = new ArrayList<String>();
        var beganAndEnded = new CountDownLatch(2);
        try (var activities = new Activities(InstantSource.system());
                var model =
                        new ActivitiesModel(activities, uiThread::add, () -> told.add("ended"));
                var _ = activities.onChange(beganAndEnded::countDown)) {
            Activity _ = activities.start("quick", Activity.Unit.BYTES, _ -> "done");
            beganAndEnded.await();
            uiThread.forEach(Runnable::run);
            model.look();
        }
        assertEquals(List.of("ended"), told);
    }
}
