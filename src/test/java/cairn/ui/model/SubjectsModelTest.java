package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.engine.Engine;
import cairn.engine.RefusedException;
import cairn.ui.model.SubjectsModel.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javafx.beans.property.SimpleStringProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubjectsModelTest {
    @TempDir private Path folder;
    private final StagedMeeting.Door door = new StagedMeeting.Door();
    private final Side side = new Side(new Place.Subjects(""), _ -> {}, _ -> {});
    private Instant now = Samples.NOW;
    private Engine engine;
    private MeetingSwitch meetings;
    private SubjectsModel model;
    private boolean reading;

    @BeforeEach
    void open() throws IOException {
        engine = Engine.open(folder.resolve("home"), () -> now, Map.of(), door);
        meetings = new MeetingSwitch(engine, new DirectWork(), new SimpleStringProperty(""));
        model =
                new SubjectsModel(
                        new Place.Subjects(""),
                        meetings,
                        new Library(engine),
                        new DirectWork(),
                        side);
        model.listing().setReading(() -> reading);
        meetings.host();
    }

    @AfterEach
    void close() throws IOException {
        model.close();
        engine.close();
    }

    private void frame() {
        now = now.plusMillis(200);
        model.pulse();
    }

    private List<String> briefs() {
        return model.listing().rows().stream().map(SubjectsModel.Row::brief).toList();
    }

    @Test
    void whatComesIsShownNewestFirst() {
        model.subjectProperty().set("news.>");
        model.listen();
        assertEquals(List.of("news.>"), door.meeting.listened);
        assertEquals(new Place.Subjects("news.>"), side.history().placeProperty().get());
        door.meeting.say("news.a", "one");
        door.meeting.say("news.b", "two\nlines");
        frame();
        assertEquals(List.of("two lines", "one"), briefs());
        model.listing().filterProperty().set("news.a");
        assertEquals(List.of("one"), briefs());
        model.stop();
        assertEquals(List.of(), door.meeting.listened);
        assertEquals("Stopped after 2", model.noteProperty().get());
    }

    @Test
    void onlySoMuchIsKept() {
        model.subjectProperty().set(">");
        model.listen();
        for (int i = 0; i < SubjectsModel.MOST + 10; i++) {
            door.meeting.say("many", Integer.toString(i));
        }
        frame();
        assertEquals(SubjectsModel.MOST, briefs().size());
        assertEquals(Integer.toString(SubjectsModel.MOST + 9), briefs().getFirst());
        String large = "x".repeat(1 << 20);
        for (int i = 0; i < 100; i++) {
            door.meeting.say("large", large);
        }
        frame();
        assertEquals(SubjectsModel.MOST_BYTES >> 20, briefs().size());
    }

    @Test
    void whatComesWaitsWhileOneReadsOrPauses() {
        model.subjectProperty().set(">");
        model.listen();
        door.meeting.say("a", "one");
        frame();
        reading = true;
        door.meeting.say("a", "two");
        frame();
        door.meeting.say("a", "three");
        frame();
        assertEquals(List.of("one"), briefs());
        assertEquals(2, model.listing().freshProperty().get());
        model.listing().showWaiting();
        assertEquals(List.of("three", "two", "one"), briefs());
        door.meeting.say("a", "four");
        frame();
        assertEquals(1, model.listing().freshProperty().get());
        model.listing().showWaiting();
        reading = false;
        model.pausedProperty().set(true);
        door.meeting.say("a", "five");
        frame();
        assertEquals("four", briefs().getFirst());
        assertEquals("Paused; 1 of 5 are not shown yet", model.noteProperty().get());
        model.pausedProperty().set(false);
        frame();
        assertEquals("five", briefs().getFirst());
    }

    @Test
    void refusalsAreToldInWords() {
        door.meeting.refusal =
                Optional.of(
                        new RefusedException(
                                RefusedException.Reason.FORBIDDEN, "you may not hear this"));
        model.subjectProperty().set("secret");
        model.listen();
        assertTrue(model.problem().orElseThrow().sentence().contains("you may not hear this"));
        model.sendSubjectProperty().set("secret");
        model.publish();
        assertTrue(
                assertInstanceOf(Outcome.Failed.class, model.outcomeProperty().get())
                        .problem()
                        .sentence()
                        .contains("you may not hear this"));
    }

    @Test
    void aReplyIsShownAsWhatItIs() {
        model.sendSubjectProperty().set("ask");
        model.payloadProperty().set("payload");
        model.request();
        var answered = assertInstanceOf(Outcome.Answered.class, model.outcomeProperty().get());
        assertEquals(new Preview.Text("payload", ""), answered.content().preview());
        assertEquals(Bytes.utf8("payload").length(), answered.bytes());
        model.publish();
        assertEquals(new Outcome.Published("ask", 7), model.outcomeProperty().get());
    }

    @Test
    void listensAgainFromAnotherTime() {
        model.sinceProperty().set(Since.DAY);
        assertEquals(List.of(), door.meeting.listened);
        model.subjectProperty().set("news");
        model.listen();
        model.sinceProperty().set(Since.HOUR);
        assertEquals(List.of("news"), door.meeting.listened);
        assertEquals(Optional.of(now.minusSeconds(3600)), door.meeting.from);
        model.stop();
        model.sinceProperty().set(Since.NOW);
        assertEquals(List.of(), door.meeting.listened);
    }

    @Test
    void listensAgainWhereOneJoinsAgain() {
        model.subjectProperty().set("news");
        model.listen();
        meetings.leave();
        assertEquals(List.of(), door.meeting.listened);
        meetings.host();
        assertEquals(List.of("news"), door.meeting.listened);
        assertTrue(model.moveTo(new Place.Subjects("other")));
        assertEquals(List.of("other"), door.meeting.listened);
    }
}
