package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.FormatException;
import cairn.engine.BuildNews;
import cairn.engine.BuildRecord;
import cairn.engine.Engine;
import cairn.engine.Outcome;
import cairn.engine.RefusedException;
import cairn.nix.StorePath;
import cairn.ui.model.LiveBuilds.Note;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javafx.beans.property.SimpleStringProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveBuildsTest {
    @TempDir private Path folder;
    private final StagedMeeting.Door door = new StagedMeeting.Door();
    private final Side side = new Side(new Place.Builds(), _ -> {}, _ -> {});
    private Instant now = Samples.NOW;
    private Engine engine;
    private MeetingSwitch meetings;
    private BuildsModel model;

    @BeforeEach
    void open() throws IOException {
        engine = Engine.open(folder.resolve("home"), () -> now, Map.of(), door);
        meetings = new MeetingSwitch(engine, new DirectWork(), new SimpleStringProperty(""));
        model = new BuildsModel(meetings, new Library(engine), new DirectWork(), side);
    }

    @AfterEach
    void close() throws IOException {
        model.close();
        engine.close();
    }

    private void frame() {
        now = now.plusMillis(300);
        model.pulse();
    }

    private static BuildNews news(int number, String node) throws FormatException {
        var record =
                new BuildRecord(
                        "web",
                        StorePath.parse(
                                "/nix/store/00000000000000000000000000000000-step-%d.drv"
                                        .formatted(number)),
                        "x86_64-linux",
                        "here",
                        Optional.empty(),
                        new TreeMap<>(),
                        Samples.NOW,
                        Samples.NOW.plusMillis(number),
                        BuildRecord.Status.SUCCEEDED,
                        Optional.empty());
        return new BuildNews(record.toBlock().cid(), record, Outcome.BUILT, true, "1", node);
    }

    private List<String> names() {
        return model.listing().rows().stream().map(row -> row.record().name()).toList();
    }

    private String note() {
        return switch (model.live().noteProperty().get()) {
            case Note.Apart(var sentence) -> sentence;
            case Note.Quiet(var sentence) -> sentence;
            case Note.Failed(var problem) -> problem.sentence();
        };
    }

    @Test
    void whatOthersBuildIsShownBesideWhatIsRecordedHere() throws IOException {
        assertInstanceOf(Note.Apart.class, model.live().noteProperty().get());
        assertEquals(Answer.Phase.EMPTY, model.answer().phaseProperty().get());
        meetings.host();
        assertEquals(List.of("BUILD.*.COMPLETE"), door.meeting.listened);
        assertEquals(Answer.Phase.READY, model.answer().phaseProperty().get());
        door.meeting.tell(news(1, "there"));
        door.meeting.tell(news(2, "there"));
        door.meeting.tell(news(3, door.meeting.name()));
        door.meeting.say("BUILD.web.COMPLETE", "no build");
        frame();
        assertEquals(List.of("step-2", "step-1"), names());
        assertEquals("there", model.listing().rows().getFirst().node());
        assertEquals("Live: 2 builds came · " + StagedMeeting.SERVER, note());
        var first = model.listing().rows().getFirst();
        model.listing().open(first);
        assertEquals(new Place.OfBuild(first.cid()), side.history().placeProperty().get());
        assertTrue(engine.builds().find(first.cid()).isPresent());
        model.refresh();
        assertEquals(List.of("step-2", "step-1"), names());
        assertEquals("", model.listing().rows().getFirst().node());
        meetings.leave();
        assertEquals(List.of(), door.meeting.listened);
    }

    @Test
    void whatComesMeanwhileIsCountedWhileOneReadsOrPauses() throws IOException {
        meetings.host();
        door.meeting.tell(news(1, "there"));
        frame();
        model.live().pausedProperty().set(true);
        assertEquals("Paused; nothing came meanwhile", note());
        door.meeting.tell(news(2, "there"));
        frame();
        door.meeting.tell(news(3, "there"));
        frame();
        assertEquals("Paused; 2 builds came meanwhile", note());
        assertEquals(List.of("step-1"), names());
        model.live().pausedProperty().set(false);
        frame();
        assertEquals(List.of("step-3", "step-2", "step-1"), names());
        model.listing().setReading(() -> true);
        door.meeting.tell(news(4, "there"));
        frame();
        assertEquals(3, names().size());
        assertEquals(1, model.listing().freshProperty().get());
        model.listing().showWaiting();
        assertEquals("step-4", names().getFirst());
        door.meeting.tell(news(5, "there"));
        frame();
        assertEquals(1, model.listing().freshProperty().get());
    }

    @Test
    void onlySoManyAreKept() throws IOException {
        meetings.host();
        for (int i = 0; i < LiveBuilds.MOST + 10; i++) {
            door.meeting.tell(news(i, "there"));
        }
        frame();
        assertEquals(LiveBuilds.MOST, names().size());
        assertEquals("step-%d".formatted(LiveBuilds.MOST + 9), names().getFirst());
    }

    @Test
    void replaysAndTellsWhyNot() {
        meetings.host();
        model.live().sinceProperty().set(Since.HOUR);
        assertEquals(Optional.of(now.minusSeconds(3600)), door.meeting.from);
        door.meeting.refusal =
                Optional.of(
                        new RefusedException(
                                RefusedException.Reason.FORBIDDEN, "you may not hear this"));
        model.live().sinceProperty().set(Since.ALL);
        assertInstanceOf(Note.Failed.class, model.live().noteProperty().get());
        assertTrue(note().contains("you may not hear this"));
        door.meeting.refusal = Optional.empty();
        model.live().listen();
        assertEquals("Live: what others build appears here · " + StagedMeeting.SERVER, note());
    }
}
