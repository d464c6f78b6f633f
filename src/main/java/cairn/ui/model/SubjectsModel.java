package cairn.ui.model;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.Meeting;
import cairn.engine.Meeting.Message;
import cairn.engine.Meeting.Reading;
import cairn.engine.Meeting.Taken;
import cairn.ui.model.MeetingSwitch.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.beans.value.ObservableValue;
import javafx.util.Subscription;
import org.jspecify.annotations.Nullable;

/// What comes on a subject, and what one says and asks oneself. Use on the UI thread only.
public final class SubjectsModel implements Screen {
    /// How many messages are kept, the newest.
    static final int MOST = 10_000;

    /// How many bytes of them are kept.
    static final long MOST_BYTES = 64 << 20;

    /// As often as anybody sees that rows are added.
    private static final Duration EVERY = Duration.ofMillis(100);

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int BRIEF = 160;

    /// Subjects that one may want to listen to, with the words for what they are.
    public static final List<Naming> SUGGESTED =
            List.of(
                    suggested("subjects.suggested-all", ">"),
                    suggested("subjects.suggested-builds", "BUILD.*.COMPLETE"),
                    suggested("subjects.suggested-store", "STORE.>"),
                    suggested("subjects.suggested-hits", "STORE.CID.HITS.*"),
                    suggested("subjects.suggested-audit", "STORE.AUDIT"),
                    suggested("subjects.suggested-gc", "STORE.GC.>"),
                    suggested("subjects.suggested-validate", "CACHE.VALIDATE.>"),
                    suggested("subjects.suggested-blocks", "BLOCK.>"),
                    suggested("subjects.suggested-board", "FIH.>"));

    /// A message in the list.
    ///
    /// @param brief how its payload begins
    public record Row(Message message, String brief) {}

    /// A payload as it is shown.
    ///
    /// @param type what it is, in words
    /// @param block the block that it is, if it is one
    public record Content(String type, Preview preview, Optional<Cid> block) {}

    /// What became of what one said or asked.
    public sealed interface Outcome {
        record Nothing() implements Outcome {}

        record Waiting() implements Outcome {}

        record Published(String subject, int bytes) implements Outcome {}

        record Answered(String subject, Duration took, int bytes, Content content)
                implements Outcome {}

        record Failed(Problem problem) implements Outcome {}
    }

    private static final Listing.Kind<Row> KIND =
            new Listing.Kind<>(
                    "messages",
                    row -> row.message.number(),
                    row -> row.message.subject(),
                    row -> row.message.subject() + " " + row.brief,
                    SubjectsModel::subject,
                    row -> Place.of(subject(row)),
                    List.of(
                            Column.number("number", row -> row.message.number()),
                            Column.time("at", row -> row.message.at()),
                            Column.text("subject", row -> row.message.subject()),
                            Column.number("bytes", row -> row.message.payload().length()),
                            Column.text("brief", Row::brief)));

    private final MeetingSwitch meetings;
    private final JoinModel joining;
    private final Library library;
    private final Work work;
    private final Side side;
    private final Hearing hearing;
    private final Listing<Row> listing;
    private final Deque<Row> ring = new ArrayDeque<>();
    private long ringBytes;
    private long unseen;
    private long pushed;
    private boolean changed;
    private Instant shown = Instant.EPOCH;
    private final StringProperty subject = new SimpleStringProperty(this, "subject", "");
    private final ObjectProperty<Since> since =
            new SimpleObjectProperty<>(this, "since", Since.NOW);
    private final BooleanProperty paused = new SimpleBooleanProperty(this, "paused");
    private final ReadOnlyStringWrapper note = new ReadOnlyStringWrapper(this, "note", "");
    private final ReadOnlyObjectWrapper<State> state;
    private final Answer<Content> content;
    private final StringProperty sendSubject = new SimpleStringProperty(this, "sendSubject", "");
    private final StringProperty payload = new SimpleStringProperty(this, "payload", "");
    private final ReadOnlyObjectWrapper<Outcome> outcome =
            new ReadOnlyObjectWrapper<>(this, "outcome", new Outcome.Nothing());
    private Work.Ticket sending = Work.Ticket.NONE;
    private final ReadOnlyObjectWrapper<List<Crumb>> crumbs =
            new ReadOnlyObjectWrapper<>(this, "crumbs", List.of());
    private final Subscription following;
    private @Nullable Meeting followed;
    private String listened = "";
    private long heard;
    private long lost;

    public SubjectsModel(
            Place.Subjects place, MeetingSwitch meetings, Library library, Work work, Side side) {
        this.meetings = meetings;
        this.library = library;
        this.work = work;
        this.side = side;
        joining = new JoinModel(meetings);
        hearing = new Hearing(work);
        content = new Answer<>(work);
        listing = new Listing<>(KIND, library, work, side);
        listing.freshProperty()
                .subscribe(waiting -> {
                    if (waiting.intValue() == 0) {
                        unseen -= Math.min(pushed, unseen);
                    }
                });
        state = new ReadOnlyObjectWrapper<>(this, "state", meetings.stateProperty().get());
        goTo(place.subject());
        following = meetings.stateProperty().subscribe(this::follow);
        hearing.stateProperty().subscribe(_ -> tell());
        paused.subscribe((_, _) -> tell());
        since.subscribe((_, _) -> {
            if (!(hearing.stateProperty().get() instanceof Hearing.State.Off)) {
                listen();
            }
        });
    }

    private static Naming suggested(String key, String subject) {
        return new Naming(Words.text(key), subject);
    }

    private static Subject subject(Row row) {
        String subject = row.message.subject();
        try {
            return new Subject.OfBlock(Cid.parse(subject.substring(subject.lastIndexOf('.') + 1)));
        } catch (cairn.cid.FormatException _) {
            return Subject.NOTHING;
        }
    }

    public ReadOnlyObjectProperty<State> stateProperty() {
        return state.getReadOnlyProperty();
    }

    /// Where one chooses a server while one is not among others.
    public JoinModel joining() {
        return joining;
    }

    /// The subject that one types to listen to.
    public StringProperty subjectProperty() {
        return subject;
    }

    public ObjectProperty<Since> sinceProperty() {
        return since;
    }

    /// What came, the newest first.
    public Listing<Row> listing() {
        return listing;
    }

    /// Whether the list stays as it is while more comes.
    public BooleanProperty pausedProperty() {
        return paused;
    }

    /// What is to be known of the list: how much came, or why nothing does.
    public ReadOnlyStringProperty noteProperty() {
        return note.getReadOnlyProperty();
    }

    /// Whether one listens, or is about to.
    public boolean isListening() {
        return hearing.stateProperty().get() instanceof Hearing.State.On
                || hearing.stateProperty().get() instanceof Hearing.State.Starting;
    }

    /// Why one does not hear what one wants to, if so.
    public Optional<Problem> problem() {
        return hearing.stateProperty().get() instanceof Hearing.State.Failed(var problem)
                ? Optional.of(problem)
                : Optional.empty();
    }

    /// Listens to the subject that was typed, from now on.
    public void listen() {
        String wanted = subject.get().strip();
        var meeting = meetings.meeting().orElse(null);
        if (wanted.isEmpty() || meeting == null) {
            return;
        }
        listened = wanted;
        clear();
        hearing.listen(meeting, wanted, since.get().from(library.now()));
        side.history().replace(new Place.Subjects(wanted));
        name();
    }

    public void stop() {
        hearing.stop();
    }

    /// Forgets what came so far.
    public void clear() {
        ring.clear();
        ringBytes = 0;
        unseen = 0;
        heard = 0;
        lost = 0;
        changed = false;
        listing.set(List.of());
        tell();
    }

    /// Takes up what came; to be called with every frame.
    public void pulse() {
        Taken taken = hearing.take();
        for (Message message : taken.messages()) {
            ring.addFirst(new Row(message, brief(message.payload())));
            ringBytes += message.payload().length();
        }
        while (ring.size() > MOST || ringBytes > MOST_BYTES && ring.size() > 1) {
            ringBytes -= ring.removeLast().message.payload().length();
        }
        heard += taken.messages().size() + taken.lost();
        lost += taken.lost();
        unseen += taken.messages().size();
        changed |= !taken.messages().isEmpty();
        Instant now = library.now();
        if (changed && Duration.between(shown, now).compareTo(EVERY) >= 0) {
            shown = now;
            tell();
            if (!paused.get()) {
                changed = false;
                push();
            }
        }
    }

    private void push() {
        boolean waiting = listing.freshProperty().get() > 0;
        pushed = unseen;
        listing.offer(List.copyOf(ring), (int) Math.min(ring.size(), unseen));
        if (!waiting && listing.freshProperty().get() == 0) {
            unseen -= pushed;
        }
    }

    /// Shows what a message says.
    public void look(Row row) {
        var meeting = followed;
        if (meeting != null) {
            content.ask(() ->
                    content(meeting.read(row.message.subject(), row.message.payload(), false)));
        }
    }

    /// What the message says that one looks at.
    public Answer<Content> content() {
        return content;
    }

    /// The subject that one says or asks something at.
    public StringProperty sendSubjectProperty() {
        return sendSubject;
    }

    /// What one says or asks.
    public StringProperty payloadProperty() {
        return payload;
    }

    public ReadOnlyObjectProperty<Outcome> outcomeProperty() {
        return outcome.getReadOnlyProperty();
    }

    /// Tells all who listen.
    public void publish() {
        String at = sendSubject.get().strip();
        Bytes said = Bytes.utf8(payload.get());
        send(meeting -> {
            meeting.publish(at, said);
            return new Outcome.Published(at, said.length());
        });
    }

    /// Asks, and shows the reply.
    public void request() {
        String at = sendSubject.get().strip();
        Bytes asked = Bytes.utf8(payload.get());
        send(meeting -> {
            long began = System.nanoTime();
            Bytes reply = meeting.request(at, asked, PATIENCE);
            return new Outcome.Answered(
                    at,
                    Duration.ofNanos(System.nanoTime() - began),
                    reply.length(),
                    content(meeting.read(at, reply, true)));
        });
    }

    /// Waits for a reply no longer.
    public void giveUp() {
        sending.cancel();
        outcome.set(new Outcome.Nothing());
    }

    @FunctionalInterface
    private interface Sending {
        Outcome by(Meeting meeting) throws Exception;
    }

    private void send(Sending what) {
        var meeting = meetings.meeting().orElse(null);
        if (meeting == null || sendSubject.get().isBlank()) {
            return;
        }
        sending.cancel();
        outcome.set(new Outcome.Waiting());
        sending =
                work.run(
                        () -> what.by(meeting),
                        outcome::set,
                        cause -> outcome.set(new Outcome.Failed(Problems.describe(cause))));
    }

    /// When ages are counted from.
    public Instant now() {
        return library.now();
    }

    /// Goes to a block.
    public void open(Cid block) {
        side.open(new Place.Dag(block));
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return crumbs;
    }

    @Override
    public boolean moveTo(Place place) {
        if (!(place instanceof Place.Subjects(var wanted))) {
            return false;
        }
        if (!wanted.equals(listened)) {
            goTo(wanted);
            listen();
        }
        return true;
    }

    @Override
    public void refresh() {}

    @Override
    public void close() {
        following.unsubscribe();
        joining.close();
        hearing.stop();
        sending.cancel();
        content.cancel();
        listing.cancel();
    }

    private void goTo(String wanted) {
        subject.set(wanted);
        sendSubject.set(wanted);
        listened = wanted;
        name();
    }

    private void name() {
        crumbs.set(
                listened.isEmpty()
                        ? List.of(new Crumb(Words.text("place.subjects")))
                        : List.of(
                                new Crumb(Words.text("place.subjects"), new Place.Subjects("")),
                                new Crumb(listened)));
    }

    private void follow(State now) {
        var meeting = meetings.meeting().orElse(null);
        if (meeting == null) {
            followed = null;
            hearing.stop();
        } else if (!meeting.equals(followed)) {
            followed = meeting;
            if (!listened.isEmpty()) {
                listen();
            }
        }
        state.set(now);
    }

    private void tell() {
        note.set(
                switch (hearing.stateProperty().get()) {
                    case Hearing.State.Failed(var problem) -> problem.sentence();
                    case Hearing.State.Starting() -> Words.text("subjects.starting");
                    case Hearing.State.Off() ->
                            heard == 0 ? "" : Words.text("subjects.stopped", Figures.count(heard));
                    case Hearing.State.On() ->
                            Words.text(
                                    paused.get()
                                            ? "subjects.paused"
                                            : lost > 0 ? "subjects.lost" : "subjects.heard",
                                    heard,
                                    Figures.count(heard),
                                    Figures.count(lost),
                                    Figures.count(unseen));
                });
    }

    /// How a payload begins: text if it is that, else bytes.
    private static String brief(Bytes payload) {
        Bytes start = payload.slice(0, Math.min(BRIEF, payload.length()));
        String text = start.toUtf8();
        int strange = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\uFFFD' || Character.isISOControl(c) && !Character.isWhitespace(c)) {
                strange++;
            }
        }
        // A character may be cut at the end.
        return strange > (payload.length() > BRIEF ? 1 : 0)
                ? start.slice(0, Math.min(32, start.length())).toHex()
                : text.replaceAll("\\s+", " ");
    }

    private static Content content(Reading reading) {
        return switch (reading) {
            case Reading.Nothing() ->
                    new Content(Words.text("subjects.empty"), Preview.of("", ""), Optional.empty());
            case Reading.Json(var text) ->
                    new Content(
                            Words.text("subjects.json"), Preview.of(text, ""), Optional.empty());
            case Reading.Fields(var type, var text) ->
                    new Content(
                            Words.text("subjects.fields", type),
                            Preview.of(text, ""),
                            Optional.empty());
            case Reading.Text(var text) ->
                    new Content(
                            Words.text("subjects.text"), Preview.of(text, ""), Optional.empty());
            case Reading.Raw(var bytes) ->
                    new Content(Words.text("subjects.raw"), bytes(bytes), Optional.empty());
            case Reading.OfBlock(var cid, var bytes, var matches) ->
                    matches
                            ? new Content(
                                    Words.text("subjects.block", Codec.label(cid.codec())),
                                    new BlockView(
                                                    cid,
                                                    Optional.of(bytes),
                                                    NodeKind.UNKNOWN,
                                                    "",
                                                    List.of(),
                                                    "")
                                            .preview(),
                                    Optional.of(cid))
                            : new Content(
                                    Words.text("subjects.no-block"),
                                    bytes(bytes),
                                    Optional.empty());
        };
    }

    private static Preview bytes(Bytes bytes) {
        return Preview.of(bytes.slice(0, Math.min(bytes.length(), Preview.LIMIT)), bytes.length());
    }
}
