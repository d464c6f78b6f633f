package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.engine.Engine;
import cairn.engine.Meeting;
import cairn.engine.Meeting.Standing;
import cairn.engine.Meeting.Venue;
import cairn.engine.RefusedException;
import cairn.ui.model.MeetingSwitch.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeetingSwitchTest {
    @TempDir private Path folder;
    private final StagedMeeting.Door door = new StagedMeeting.Door();
    private final StringProperty remembered = new SimpleStringProperty("");
    private Instant now = Samples.NOW;
    private Engine engine;
    private MeetingSwitch meetings;

    @BeforeEach
    void open() throws IOException {
        engine = Engine.open(folder.resolve("home"), () -> now, Map.of(), door);
        meetings = new MeetingSwitch(engine, new DirectWork(), remembered);
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    @Test
    void tellsWhyItCouldNotJoinAndTriesAgain() {
        door.refusal =
                Optional.of(
                        new RefusedException(
                                RefusedException.Reason.FORBIDDEN, "the server knows you not"));
        meetings.addressProperty().set("127.0.0.1:1");
        meetings.join();
        var problem =
                assertInstanceOf(State.Failed.class, meetings.stateProperty().get()).problem();
        assertEquals("It was refused: the server knows you not.", problem.sentence());
        assertEquals(Words.text("advice.forbidden"), problem.advice());
        door.refusal = Optional.empty();
        meetings.again();
        assertEquals(Optional.of(door.meeting), meetings.meeting());
        assertEquals(
                List.of(new Venue.At(StagedMeeting.SERVER), new Venue.At(StagedMeeting.SERVER)),
                door.asked);
        meetings.leave();
        assertEquals(new State.Off(), meetings.stateProperty().get());
        assertTrue(door.meeting.closed);
    }

    @Test
    void goesAgainToWhereItWas() throws IOException {
        meetings.resume();
        assertEquals(List.of(), door.asked);
        Files.writeString(folder.resolve("home/cairn.toml"), "nats.url = 'nats://set:1'\n");
        meetings.resume();
        assertEquals(List.of(new Venue.At("nats://set:1")), door.asked);
        assertEquals("nats://set:1", meetings.addressProperty().get());
        meetings.leave();
        assertEquals(MeetingSwitch.OFF, remembered.get());
        meetings.resume();
        assertEquals(new State.Off(), meetings.stateProperty().get());
        meetings.host();
        assertEquals(MeetingSwitch.OWN, remembered.get());
        assertEquals(new Venue.Own(), door.asked.getLast());
    }

    @Test
    void whatIsAbandonedLeavesNothing() {
        var later = new LaterWork();
        meetings = new MeetingSwitch(engine, later, remembered);
        meetings.host();
        assertEquals(new State.Joining(new Venue.Own()), meetings.stateProperty().get());
        meetings.leave();
        assertEquals(new State.Leaving(), meetings.stateProperty().get());
        later.tasks().forEach(Runnable::run);
        assertEquals(new State.Off(), meetings.stateProperty().get());
        assertEquals(Optional.empty(), engine.membership().current());
    }

    @Test
    void tellsHowTheConnectionDoesAndHowFast() {
        meetings.host();
        assertInstanceOf(State.On.class, meetings.stateProperty().get());
        now = now.plusSeconds(2);
        door.meeting.exchange = new Meeting.Exchange(1, 2, 0, 0, 4000, 200);
        door.meeting.standing = new Standing.Reconnecting("gone");
        meetings.look();
        assertEquals(
                new State.On(door.meeting, new Standing.Reconnecting("gone")),
                meetings.stateProperty().get());
        assertEquals(2000, meetings.flowProperty().get().in());
        assertEquals(100, meetings.flowProperty().get().out());
    }

    @Test
    void looksAroundEveryFewSeconds() {
        var library = new Library(engine);
        var side = new Side(new Place.Peers(), _ -> {}, _ -> {});
        var model = new PeersModel(meetings, library, new DirectWork(), side);
        assertFalse(model.roll().known().isPresent());
        meetings.host();
        assertEquals(0, model.peers().totalProperty().get());
        door.meeting.roll =
                new Meeting.Roll(
                        now,
                        Duration.ofMillis(1),
                        List.of(
                                new Meeting.Peer(
                                        "there", false, "1", Optional.empty(), 1, 0, now, "")),
                        List.of(),
                        List.of(),
                        List.of());
        now = now.plusSeconds(1);
        meetings.look();
        assertEquals(0, model.peers().totalProperty().get());
        now = now.plusSeconds(3);
        meetings.look();
        assertEquals(1, model.peers().totalProperty().get());
        model.close();
    }
}
