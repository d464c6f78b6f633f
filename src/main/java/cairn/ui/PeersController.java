package cairn.ui;

import cairn.engine.Meeting;
import cairn.engine.Meeting.Endpoint;
import cairn.engine.Meeting.Peer;
import cairn.engine.Meeting.Roll;
import cairn.engine.Meeting.Standing;
import cairn.engine.Meeting.Stream;
import cairn.ui.model.Figures;
import cairn.ui.model.MeetingSwitch.Flow;
import cairn.ui.model.MeetingSwitch.State;
import cairn.ui.model.PeersModel;
import cairn.ui.model.Place;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.fxml.FXML;
import javafx.scene.Parent;
import javafx.scene.control.Label;
import javafx.scene.control.Tab;
import javafx.scene.control.TabPane;
import javafx.scene.control.TableColumn;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.StackPane;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;

/// Binds `Peers.fxml` to a [PeersModel].
final class PeersController {
    private static final double NARROW = 560;

    private final PeersModel model;
    private final SettingsModel settings;
    private final Parent off;
    private final Consumer<Place> open;

    @FXML private StackPane root;
    @FXML private BorderPane on;
    @FXML private HBox head;
    @FXML private FontIcon icon;
    @FXML private Label server;
    @FXML private Label summary;
    @FXML private Label trouble;
    @FXML private FlowPane tiles;
    @FXML private StatePane state;
    @FXML private TabPane tabs;
    @FXML private Tab peersTab;
    @FXML private Tab endpointsTab;
    @FXML private Tab streamsTab;
    @FXML private TablePane<Peer> peers;
    @FXML private TableColumn<Peer, String> name;
    @FXML private TableColumn<Peer, String> latency;
    @FXML private TableColumn<Peer, Long> requests;
    @FXML private TableColumn<Peer, Long> errors;
    @FXML private TableColumn<Peer, Instant> since;
    @FXML private TableColumn<Peer, String> version;
    @FXML private TableColumn<Peer, String> key;
    @FXML private TablePane<Endpoint> endpoints;
    @FXML private TableColumn<Endpoint, String> subject;
    @FXML private TableColumn<Endpoint, String> node;
    @FXML private TableColumn<Endpoint, String> service;
    @FXML private TableColumn<Endpoint, Long> asked;
    @FXML private TableColumn<Endpoint, Long> failed;
    @FXML private TableColumn<Endpoint, String> mean;
    @FXML private TableColumn<Endpoint, String> lastError;
    @FXML private TablePane<Stream> streams;
    @FXML private TableColumn<Stream, String> stream;
    @FXML private TableColumn<Stream, String> subjects;
    @FXML private TableColumn<Stream, Long> messages;
    @FXML private TableColumn<Stream, Long> bytes;
    @FXML private TableColumn<Stream, Instant> last;
    @FXML private TableColumn<Stream, String> replicas;
    @FXML private TableColumn<Stream, String> leader;
    @FXML private TableColumn<Stream, Long> lag;

    private final Tile nodes = new Tile("peers.tile-nodes", () -> select(peersTab));
    private final Tile trip = new Tile("peers.tile-trip", () -> select(peersTab));
    private final Tile underWay = new Tile("peers.tile-under-way", () -> select(endpointsTab));
    private final Tile received = new Tile("peers.tile-in", () -> select(endpointsTab));
    private final Tile sent = new Tile("peers.tile-out", () -> select(endpointsTab));
    private final Tile kept = new Tile("peers.tile-kept", () -> select(streamsTab));

    /// @param off what is shown while one is not among others
    PeersController(PeersModel model, SettingsModel settings, Parent off, Consumer<Place> open) {
        this.model = model;
        this.settings = settings;
        this.off = off;
        this.open = open;
    }

    @FXML
    private void initialize() {
        root.getChildren().add(off);
        Narrow.follow(head, NARROW);
        tiles.getChildren().setAll(nodes, trip, underWay, received, sent, kept);
        fillPeers();
        fillEndpoints();
        fillStreams();
        peers.show(model.peers(), settings);
        endpoints.show(model.endpoints(), settings);
        streams.show(model.streams(), settings);
        state.follow(model.roll());
        model.stateProperty().subscribe(now -> show(now));
        model.flowProperty().subscribe(flow -> show(flow));
        model.roll().valueProperty().subscribe(roll -> show(roll));
    }

    @FXML
    private void leave() {
        model.leave();
    }

    @FXML
    private void openSubjects() {
        open.accept(new Place.Subjects(""));
    }

    @FXML
    private void copyServer() {
        Clip.copy(server.getText());
        Toast.say(server);
    }

    private void fillPeers() {
        Cells.fill(
                name,
                row -> row.self() ? Words.text("peers.self", row.name()) : row.name(),
                _ -> Cells.text());
        Cells.fill(
                latency,
                row -> row.latency().map(Figures::brief).orElse(Words.text("peers.silent")),
                _ -> Cells.figure());
        Cells.fill(requests, Peer::requests, _ -> Cells.number());
        Cells.fill(errors, Peer::errors, _ -> Cells.number());
        Cells.fill(since, Peer::since, _ -> Cells.age(model::now));
        Cells.fill(version, Peer::version, _ -> Cells.text());
        Cells.fill(key, Peer::key, _ -> Cells.name());
    }

    private void fillEndpoints() {
        Cells.fill(subject, Endpoint::subject, _ -> Cells.text());
        Cells.fill(node, Endpoint::node, _ -> Cells.text());
        Cells.fill(service, Endpoint::service, _ -> Cells.text());
        Cells.fill(asked, Endpoint::requests, _ -> Cells.number());
        Cells.fill(failed, Endpoint::errors, _ -> Cells.number());
        Cells.fill(
                mean,
                row -> row.requests() == 0 ? "–" : Figures.brief(row.mean()),
                _ -> Cells.figure());
        Cells.fill(lastError, Endpoint::lastError, _ -> Cells.text());
    }

    private void fillStreams() {
        Cells.fill(stream, Stream::name, _ -> Cells.text());
        Cells.fill(subjects, row -> String.join(" ", row.subjects()), _ -> Cells.text());
        Cells.fill(messages, Stream::messages, _ -> Cells.number());
        Cells.fill(bytes, Stream::bytes, _ -> Cells.size());
        Cells.fill(last, Stream::last, _ -> Cells.age(model::now));
        Cells.fill(replicas, PeersModel::replicas, _ -> Cells.text());
        Cells.fill(leader, Stream::leader, _ -> Cells.text());
        Cells.fill(lag, PeersModel::lag, _ -> Cells.number());
    }

    private void select(Tab tab) {
        tabs.getSelectionModel().select(tab);
    }

    private void show(State now) {
        boolean among = now instanceof State.On;
        on.setVisible(among);
        off.setVisible(!among);
        if (now instanceof State.On(var meeting, var standing)) {
            show(meeting, standing);
        }
    }

    private void show(Meeting meeting, Standing standing) {
        server.setText(meeting.server());
        boolean own = meeting.venue() instanceof Meeting.Venue.Own;
        String why = meeting.unserved().orElse("");
        summary.setText(
                Words.text(
                        "peers.summary",
                        Words.text(own ? "peers.own" : "peers.at"),
                        meeting.domain(),
                        Words.text(
                                why.isEmpty() ? "peers.serves" : "peers.looks", meeting.name())));
        Optional<String> wrong =
                switch (standing) {
                    case Standing.Connected _ -> Optional.of(why).filter(text -> !text.isEmpty());
                    case Standing.Reconnecting(var cause) ->
                            Optional.of(Words.text("peers.reconnecting", cause));
                    case Standing.Refused(var cause) ->
                            Optional.of(Words.text("peers.refused", cause));
                };
        icon.setIconLiteral(
                standing instanceof Standing.Connected ? "fth-radio" : "fth-alert-triangle");
        trouble.setText(wrong.orElse(""));
        Presence.show(trouble, wrong.isPresent());
        tiles.setDisable(!(standing instanceof Standing.Connected));
    }

    private void show(Flow flow) {
        var exchange = flow.exchange();
        underWay.show(Figures.count(exchange.underWay()), Words.text("peers.tile-under-way-more"));
        received.show(
                Figures.size(exchange.bytesIn()),
                Words.text("node.a-second", Figures.size((long) flow.in())));
        sent.show(
                Figures.size(exchange.bytesOut()),
                Words.text("node.a-second", Figures.size((long) flow.out())));
    }

    private void show(@Nullable Roll roll) {
        if (roll == null) {
            return;
        }
        nodes.show(
                Figures.count(roll.peers().size()),
                Words.text("peers.tile-nodes-more", roll.peers().size() - 1));
        trip.show(Figures.brief(roll.roundTrip()), Words.text("peers.tile-trip-more"));
        kept.show(
                Figures.size(roll.streams().stream().mapToLong(Stream::bytes).sum()),
                Words.text("peers.tile-kept-more", roll.streams().size()));
        endpointsTab.setText(
                Words.text("peers.services-count", Figures.count(roll.endpoints().size())));
        streamsTab.setText(Words.text("peers.streams-count", Figures.count(roll.streams().size())));
        peersTab.setText(Words.text("peers.nodes-count", Figures.count(roll.peers().size())));
        if (!roll.untold().isEmpty() && trouble.getText().isEmpty()) {
            var sentences = new ArrayList<>(roll.untold());
            streams.getTable().setPlaceholder(notice(String.join(". ", sentences)));
        }
    }

    private static Label notice(String text) {
        var label = new Label(text);
        label.setWrapText(true);
        label.getStyleClass().addAll("secondary", "padded");
        return label;
    }
}
