package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnswerTest {
    @Test
    void isWaitingUntilItIsThere() {
        var work = new LaterWork();
        var answer = new Answer<List<String>>(work, List::isEmpty);
        answer.ask(() -> List.of("a"));
        assertEquals(Answer.Phase.WAITING, answer.phaseProperty().get());
        work.tasks().forEach(Runnable::run);
        assertEquals(Answer.Phase.READY, answer.phaseProperty().get());
        assertEquals(Optional.of(List.of("a")), answer.known());
    }

    @Test
    void aNewerQuestionDropsTheOlder() {
        var work = new LaterWork();
        var answer = new Answer<List<String>>(work, List::isEmpty);
        answer.ask(() -> List.of("old"));
        answer.ask(() -> List.of("new"));
        work.tasks().reversed().forEach(Runnable::run);
        assertEquals(Optional.of(List.of("new")), answer.known());
    }

    @Test
    void aQuestionThatIsAskedAgainHasNotFailedYet() {
        var work = new LaterWork();
        var answer = new Answer<List<String>>(work);
        answer.ask(() -> {
            throw new IOException("the disk is gone");
        });
        work.tasks().removeFirst().run();
        answer.again();
        assertEquals(Answer.Phase.WAITING, answer.phaseProperty().get());
        assertNull(answer.problemProperty().get());
    }

    @Test
    void anUpdateShowsWhatIsKnownMeanwhile() {
        var work = new LaterWork();
        var answer = new Answer<List<String>>(work, List::isEmpty);
        answer.ask(() -> List.of("a"));
        work.tasks().removeFirst().run();
        answer.update(List::of);
        assertEquals(Answer.Phase.READY, answer.phaseProperty().get());
        work.tasks().removeFirst().run();
        assertEquals(Answer.Phase.EMPTY, answer.phaseProperty().get());
    }

    @Test
    void aFailureSaysWhatHappenedAndCanBeTriedAgain() {
        var failures = new ArrayList<>(List.of(new IOException("the disk is gone")));
        var answer = new Answer<List<String>>(new DirectWork(), List::isEmpty);
        answer.ask(() -> {
            if (!failures.isEmpty()) {
                throw failures.removeFirst();
            }
            return List.of("back");
        });
        assertEquals(Answer.Phase.FAILED, answer.phaseProperty().get());
        assertEquals(
                "This did not work: the disk is gone.",
                Objects.requireNonNull(answer.problemProperty().get()).sentence());
        answer.again();
        assertEquals(Answer.Phase.READY, answer.phaseProperty().get());
        assertNull(answer.problemProperty().get());
    }
}
