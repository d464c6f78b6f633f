package cairn.ui.model;

import cairn.engine.Meeting;
import cairn.engine.Meeting.Endpoint;
import cairn.engine.Meeting.Peer;
import cairn.engine.Meeting.Replica;
import cairn.engine.Meeting.Roll;
import cairn.engine.Meeting.Stream;
import cairn.ui.model.MeetingSwitch.Flow;
import cairn.ui.model.MeetingSwitch.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;
import javafx.util.Subscription;
import org.jspecify.annotations.Nullable;

/// The other nodes, what is answered where, and what the server keeps. Use on the UI thread only.
public final class PeersModel implements Screen {
    /// How often one looks around.
    private static final Duration EVERY = Duration.ofSeconds(3);

    private static final Listing.Kind<Peer> PEERS =
            new Listing.Kind<>(
                    "peers",
                    Peer::name,
                    Peer::name,
                    row -> row.name() + " " + row.version() + " " + row.key(),
                    _ -> Subject.NOTHING,
                    _ -> Optional.empty(),
                    List.of(
                            Column.text("name", Peer::name),
                            Column.number("latencyMicros", row -> micros(row.latency())),
                            Column.number("requests", Peer::requests),
                            Column.number("errors", Peer::errors),
                            Column.time("since", Peer::since),
                            Column.text("version", Peer::version),
                            Column.text("key", Peer::key)));

    private static final Listing.Kind<Endpoint> ENDPOINTS =
            new Listing.Kind<>(
                    "endpoints",
                    row -> List.of(row.service(), row.node(), row.subject()),
                    Endpoint::subject,
                    row ->
                            String.join(
                                    " ",
                                    row.subject(),
                                    row.service(),
                                    row.node(),
                                    row.title(),
                                    row.lastError()),
                    _ -> Subject.NOTHING,
                    row -> Optional.of(new Place.Subjects(row.subject())),
                    List.of(
                            Column.text("subject", Endpoint::subject),
                            Column.text("node", Endpoint::node),
                            Column.text("service", Endpoint::service),
                            Column.number("requests", Endpoint::requests),
                            Column.number("errors", Endpoint::errors),
                            Column.number("meanMicros", row -> row.mean().toNanos() / 1000),
                            Column.text("lastError", Endpoint::lastError)));

    private static final Listing.Kind<Stream> STREAMS =
            new Listing.Kind<>(
                    "streams",
                    Stream::name,
                    Stream::name,
                    row -> row.name() + " " + String.join(" ", row.subjects()) + " " + row.leader(),
                    _ -> Subject.NOTHING,
                    row -> row.subjects().stream().findFirst().map(Place.Subjects::new),
                    List.of(
                            Column.text("name", Stream::name),
                            Column.text("subjects", row -> String.join(" ", row.subjects())),
                            Column.number("messages", Stream::messages),
                            Column.number("bytes", Stream::bytes),
                            Column.time("last", Stream::last),
                            Column.number("replicas", Stream::current),
                            Column.text("leader", Stream::leader),
                            Column.number("lag", PeersModel::lag)));

    private final MeetingSwitch meetings;
    private final JoinModel joining;
    private final Library library;
    private final Answer<Roll> roll;
    private final Listing<Peer> peers;
    private final Listing<Endpoint> endpoints;
    private final Listing<Stream> streams;
    private final ReadOnlyObjectWrapper<State> state;
    private final ReadOnlyObjectWrapper<Flow> flow;
    private final ObservableValue<List<Crumb>> crumbs =
            new ReadOnlyObjectWrapper<>(List.of(new Crumb(Words.text("place.peers"))));
    private final Subscription following;
    private @Nullable Meeting followed;
    private Instant looked = Instant.EPOCH;
    private boolean looking;

    public PeersModel(MeetingSwitch meetings, Library library, Work work, Side side) {
        this.meetings = meetings;
        joining = new JoinModel(meetings);
        this.library = library;
        roll = new Answer<>(work);
        peers = new Listing<>(PEERS, library, work, side);
        endpoints = new Listing<>(ENDPOINTS, library, work, side);
        streams = new Listing<>(STREAMS, library, work, side);
        state = new ReadOnlyObjectWrapper<>(this, "state", meetings.stateProperty().get());
        flow = new ReadOnlyObjectWrapper<>(this, "flow", meetings.flowProperty().get());
        following =
                Subscription.combine(
                        roll.valueProperty().subscribe(this::show),
                        roll.phaseProperty().subscribe(this::settle),
                        meetings.stateProperty().subscribe(_ -> look()),
                        meetings.flowProperty().subscribe(_ -> look()));
    }

    public ReadOnlyObjectProperty<State> stateProperty() {
        return state.getReadOnlyProperty();
    }

    public ReadOnlyObjectProperty<Flow> flowProperty() {
        return flow.getReadOnlyProperty();
    }

    /// Where one chooses a server while one is not among others.
    public JoinModel joining() {
        return joining;
    }

    /// Who is there.
    public Answer<Roll> roll() {
        return roll;
    }

    public Listing<Peer> peers() {
        return peers;
    }

    public Listing<Endpoint> endpoints() {
        return endpoints;
    }

    public Listing<Stream> streams() {
        return streams;
    }

    public void leave() {
        meetings.leave();
    }

    /// When ages are counted from.
    public Instant now() {
        return library.now();
    }

    /// On how many servers a stream is, and on how many it should be.
    public static String replicas(Stream stream) {
        return stream.wanted() == 1
                ? Words.text("peers.one-replica")
                : Words.text("peers.replicas", stream.current(), stream.wanted());
    }

    /// How many messages the server of a stream is behind that is the furthest behind.
    public static long lag(Stream stream) {
        return stream.replicas().stream().mapToLong(Replica::lag).max().orElse(0);
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return crumbs;
    }

    @Override
    public void refresh() {}

    @Override
    public void close() {
        following.unsubscribe();
        joining.close();
        roll.cancel();
        peers.cancel();
        endpoints.cancel();
        streams.cancel();
    }

    private static long micros(Optional<Duration> latency) {
        return latency.map(it -> it.toNanos() / 1000).orElse(-1L);
    }

    private void look() {
        var meeting = meetings.meeting().orElse(null);
        if (meeting == null) {
            followed = null;
        } else if (!meeting.equals(followed)) {
            followed = meeting;
            looking = true;
            looked = library.now();
            roll.ask(meeting::look);
        } else if (!looking
                && Duration.between(looked, library.now()).compareTo(EVERY) >= 0
                && meeting.standing() instanceof Meeting.Standing.Connected) {
            looking = true;
            looked = library.now();
            roll.again();
        }
        flow.set(meetings.flowProperty().get());
        state.set(meetings.stateProperty().get());
    }

    private void settle(Answer.Phase phase) {
        if (phase == Answer.Phase.FAILED) {
            looking = false;
        }
    }

    private void show(@Nullable Roll seen) {
        if (seen == null) {
            return;
        }
        looking = false;
        offer(peers, seen.peers());
        offer(endpoints, seen.endpoints());
        offer(streams, seen.streams());
    }

    private static <S> void offer(Listing<S> listing, List<S> rows) {
        if (listing.totalProperty().get() == 0) {
            listing.set(rows);
        } else {
            listing.offer(rows);
        }
    }
}
