package cairn.ui.model;

import cairn.cid.Cid;
import cairn.engine.Meeting;
import cairn.engine.Meeting.Message;
import cairn.engine.Meeting.Standing;
import cairn.engine.Meeting.Taken;
import cairn.ui.model.BuildsModel.Row;
import cairn.ui.model.MeetingSwitch.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.util.Subscription;
import org.jspecify.annotations.Nullable;

/// The builds that other nodes tell of while one is among them, the newest of them only. Use on the
/// UI thread only.
///
/// However many come: they are taken in one batch at a time, which is read off the UI thread, and
/// what came too fast for that is counted.
public final class LiveBuilds {
    /// How many builds are kept, the newest.
    static final int MOST = 10_000;

    /// How many bytes of what told of them are kept.
    static final long MOST_BYTES = 64 << 20;

    /// How often rows are added: no more often, because each time costs most of a frame where all
    /// that are seen are others then, and nobody reads them that fast.
    private static final Duration EVERY = Duration.ofMillis(250);

    /// How it stands, and what one can do about it.
    public sealed interface Note {
        /// One is not among others.
        ///
        /// @param sentence what that means here, or why it is so
        record Apart(String sentence) implements Note {}

        /// Nothing need be done.
        record Quiet(String sentence) implements Note {}

        /// The server does not tell of builds.
        record Failed(Problem problem) implements Note {}
    }

    private record Heard(Row row, int bytes) {}

    private final MeetingSwitch meetings;
    private final Library library;
    private final Work work;
    private final Runnable onChange;
    private final Hearing hearing;
    private final SequencedMap<Cid, Heard> kept = new LinkedHashMap<>();
    private final ObjectProperty<Since> since =
            new SimpleObjectProperty<>(this, "since", Since.NOW);
    private final BooleanProperty paused = new SimpleBooleanProperty(this, "paused");
    private final ReadOnlyObjectWrapper<Note> note =
            new ReadOnlyObjectWrapper<>(this, "note", new Note.Quiet(""));
    private final Subscription following;
    private @Nullable Meeting followed;
    private Work.Ticket reading = Work.Ticket.NONE;
    private boolean busy;
    private Instant taken = Instant.EPOCH;
    private long bytes;
    private long heard;
    private long lost;
    private int news;

    /// @param onChange called when builds came or one begins or ends to be among others
    LiveBuilds(MeetingSwitch meetings, Library library, Work work, Runnable onChange) {
        this.meetings = meetings;
        this.library = library;
        this.work = work;
        this.onChange = onChange;
        hearing = new Hearing(work);
        following =
                Subscription.combine(
                        meetings.stateProperty().subscribe(_ -> follow()),
                        hearing.stateProperty().subscribe(_ -> tell()),
                        since.subscribe((_, _) -> listen()),
                        paused.subscribe((_, _) -> tell()));
    }

    /// From when on one wants to hear what the stream kept.
    public ObjectProperty<Since> sinceProperty() {
        return since;
    }

    /// Whether the list stays as it is while more comes.
    public BooleanProperty pausedProperty() {
        return paused;
    }

    /// How it stands, in words.
    public ReadOnlyObjectProperty<Note> noteProperty() {
        return note.getReadOnlyProperty();
    }

    /// Whether one is among others.
    public boolean isAmong() {
        return followed != null;
    }

    /// Listens anew, with nothing that was heard before.
    public void listen() {
        var meeting = followed;
        if (meeting != null) {
            forget();
            hearing.listen(meeting, Meeting.BUILDS, since.get().from(library.now()));
            onChange.run();
        }
    }

    /// Takes up what came; to be called with every frame.
    void pulse() {
        Instant now = library.now();
        var meeting = followed;
        if (busy || meeting == null || Duration.between(taken, now).compareTo(EVERY) < 0) {
            return;
        }
        Taken came = hearing.take();
        if (came.messages().isEmpty()) {
            return;
        }
        taken = now;
        lost += came.lost();
        busy = true;
        reading =
                work.run(
                        () -> read(meeting, came.messages()),
                        this::add,
                        cause -> {
                            busy = false;
                            note.set(new Note.Failed(Problems.describe(cause)));
                        });
    }

    /// What others told of, the newest first.
    List<Row> kept() {
        return kept.sequencedValues().stream().map(Heard::row).toList();
    }

    /// How many builds came that were not shown yet.
    int news() {
        return Math.min(news, kept.size());
    }

    /// Takes note that so many of them are shown.
    void shown(int count) {
        news = Math.max(0, news - count);
        tell();
    }

    void close() {
        following.unsubscribe();
        reading.cancel();
        hearing.stop();
    }

    private static List<Heard> read(Meeting meeting, List<Message> messages) {
        var builds = new ArrayList<Heard>();
        for (Message message : messages) {
            meeting.build(message.payload())
                    .filter(build -> !build.node().equals(meeting.name())) // recorded here
                    .ifPresent(build ->
                            builds.add(new Heard(Row.of(build), message.payload().length())));
        }
        return builds;
    }

    private void add(List<Heard> batch) {
        busy = false;
        for (Heard each : batch) {
            Heard before = kept.putFirst(each.row.cid(), each);
            bytes += each.bytes - (before == null ? 0 : before.bytes);
            news += before == null ? 1 : 0;
            heard += before == null ? 1 : 0; // what could not be kept at once is told again
        }
        while (kept.size() > MOST || bytes > MOST_BYTES && kept.size() > 1) {
            bytes -= kept.pollLastEntry().getValue().bytes;
        }
        tell();
        onChange.run();
    }

    private void forget() {
        reading.cancel();
        busy = false;
        kept.clear();
        bytes = 0;
        heard = 0;
        lost = 0;
        news = 0;
    }

    private void follow() {
        var meeting = meetings.meeting().orElse(null);
        if (meeting == null ? followed != null : !meeting.equals(followed)) {
            followed = meeting;
            if (meeting == null) {
                hearing.stop();
                onChange.run();
            } else {
                listen();
            }
        }
        tell();
    }

    private void tell() {
        note.set(
                switch (meetings.stateProperty().get()) {
                    case State.Off _, State.Leaving _ -> new Note.Apart(Words.text("live.off"));
                    case State.Joining _ -> new Note.Quiet(Words.text("live.joining"));
                    case State.Failed(_, var problem) ->
                            new Note.Apart(Words.text("live.failed", problem.sentence()));
                    case State.On(_, Standing.Reconnecting(var why)) ->
                            new Note.Quiet(Words.text("peers.reconnecting", why));
                    case State.On(_, Standing.Refused(var why)) ->
                            new Note.Apart(Words.text("peers.refused", why));
                    case State.On(var meeting, Standing.Connected _) -> heard(meeting);
                });
    }

    private Note heard(Meeting meeting) {
        return switch (hearing.stateProperty().get()) {
            case Hearing.State.Failed(var problem) -> new Note.Failed(problem);
            case Hearing.State.Starting() -> new Note.Quiet(Words.text("live.starting"));
            case Hearing.State.Off() -> new Note.Quiet("");
            case Hearing.State.On() ->
                    new Note.Quiet(
                            Words.text(
                                            paused.get() ? "live.paused" : "live.heard",
                                            heard,
                                            Figures.count(heard),
                                            meeting.server(),
                                            news(),
                                            Figures.count(news()))
                                    + (lost > 0
                                            ? Words.text("live.lost", Figures.count(lost))
                                            : ""));
        };
    }
}
