package cairn.ui;

import cairn.cid.FormatException;
import cairn.engine.CacheServer;
import cairn.engine.CacheServer.Request;
import cairn.engine.CacheServer.Traffic;
import cairn.engine.Configuration;
import cairn.engine.Setting;
import cairn.engine.Substituters;
import cairn.engine.Substituters.Health;
import cairn.ui.model.Figures;
import cairn.ui.model.NodeModel;
import cairn.ui.model.NodeModel.Row;
import cairn.ui.model.NodeModel.Source;
import cairn.ui.model.NodeSwitch.Flow;
import cairn.ui.model.NodeSwitch.State;
import cairn.ui.model.Problem;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Stream;
import javafx.fxml.FXML;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Tab;
import javafx.scene.control.TabPane;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;

/// Binds `Node.fxml` to a [NodeModel].
public final class NodeController {
    private static final double NARROW = 640;

    /// From which width on there is room for the chart beside the tiles.
    private static final double WIDE = 780;

    private final NodeModel model;
    private final SettingsModel settingsModel;
    private final Browser browser;

    @FXML private ScrollPane off;
    @FXML private VBox notice;
    @FXML private FontIcon offIcon;
    @FXML private Label offTitle;
    @FXML private Label offMore;
    @FXML private Label offAdvice;
    @FXML private Button turnOn;
    @FXML private Button copyDetails;
    @FXML private GridPane offSettings;
    @FXML private Label offNote;
    @FXML private BorderPane on;
    @FXML private HBox head;
    @FXML private Hyperlink address;
    @FXML private Label summary;
    @FXML private CheckBox offline;
    @FXML private FlowPane tiles;
    @FXML private TabPane tabs;
    @FXML private Tab upstreamsTab;
    @FXML private TablePane<Row> requests;
    @FXML private TableColumn<Row, Instant> at;
    @FXML private TableColumn<Row, String> method;
    @FXML private TableColumn<Row, String> kind;
    @FXML private TableColumn<Row, String> name;
    @FXML private TableColumn<Row, String> target;
    @FXML private TableColumn<Row, String> client;
    @FXML private TableColumn<Row, Request> status;
    @FXML private TableColumn<Row, Long> bytes;
    @FXML private TableColumn<Row, String> took;
    @FXML private VBox emptyLines;
    @FXML private TablePane<Source> upstreams;
    @FXML private TableColumn<Source, Integer> order;
    @FXML private TableColumn<Source, String> uri;
    @FXML private TableColumn<Source, Integer> priority;
    @FXML private TableColumn<Source, Health> health;
    @FXML private TableColumn<Source, Long> asked;
    @FXML private TableColumn<Source, Long> found;
    @FXML private TableColumn<Source, Long> failed;
    @FXML private TableColumn<Source, String> trouble;
    @FXML private VBox lines;
    @FXML private GridPane settings;
    @FXML private Label note;

    private final Tile requested = new Tile("node.tile-requests", () -> showRequests(""));
    private final Tile hits = new Tile("node.tile-hits", () -> showRequests(".narinfo"));
    private final Tile sent = new Tile("node.tile-out", () -> showRequests("get"));
    private final Tile received = new Tile("node.tile-in", () -> showRequests("put"));
    private final Tile fetched = new Tile("node.tile-fetched", this::showUpstreams);
    private final Sparkline course = new Sparkline();
    private @Nullable Problem problem;

    NodeController(NodeModel model, SettingsModel settings) {
        this(model, settings, Browser.DESKTOP);
    }

    NodeController(NodeModel model, SettingsModel settings, Browser browser) {
        this.model = model;
        settingsModel = settings;
        this.browser = browser;
    }

    @FXML
    private void initialize() {
        Narrow.follow(head, NARROW);
        fillRequests();
        fillUpstreams();
        requests.show(model.requests(), settingsModel);
        upstreams.show(model.sources(), settingsModel);
        tiles.getChildren().setAll(requested, hits, sent, received, fetched, chart());
        model.stateProperty().subscribe(state -> show(state));
        model.flowProperty().subscribe(flow -> show(flow));
        model.offlineProperty().subscribe(offline::setSelected);
        model.configuration().valueProperty().subscribe(_ -> show(model.stateProperty().get()));
        model.configuration().problemProperty().subscribe(_ -> show(model.stateProperty().get()));
    }

    @FXML
    private void turnOn() {
        model.turnOn();
    }

    @FXML
    private void turnOff() {
        model.turnOff();
    }

    @FXML
    private void setOffline() {
        model.setOffline(offline.isSelected());
    }

    @FXML
    private void askOffline() {
        model.askOffline();
    }

    @FXML
    private void copyDetails() {
        if (problem != null) {
            Clip.copy(problem.details());
            Toast.say(copyDetails);
        }
    }

    @FXML
    private void copyAddress() {
        Clip.copy(address.getText());
        Toast.say(address);
    }

    @FXML
    private void browse() {
        address.setVisited(false);
        try {
            browser.open(URI.create(address.getText() + "/nix-cache-info"));
        } catch (IOException _) {
            copyAddress();
        }
    }

    private void fillRequests() {
        Cells.fill(at, row -> row.request().at(), _ -> Cells.time());
        Cells.fill(method, row -> row.request().method(), _ -> Cells.text());
        Cells.fill(kind, row -> Words.of(row.asked().kind()), _ -> Cells.text());
        Cells.fill(name, Row::name, _ -> Cells.text());
        Cells.fill(target, row -> row.request().target(), _ -> Cells.text());
        Cells.fill(client, row -> row.request().client(), _ -> Cells.text());
        Cells.fill(status, Row::request, _ -> new AnswerCell());
        Cells.fill(bytes, row -> row.request().bytes(), _ -> Cells.size());
        Cells.fill(took, row -> Figures.brief(row.request().took()), _ -> Cells.text());
    }

    private void fillUpstreams() {
        Cells.fill(order, Source::order, _ -> Cells.count());
        Cells.fill(uri, row -> row.health().uri(), _ -> Cells.text());
        Cells.fill(priority, row -> row.health().priority(), _ -> Cells.count());
        Cells.fill(health, Source::health, _ -> new HealthCell());
        Cells.fill(asked, row -> row.health().asked(), _ -> Cells.number());
        Cells.fill(found, row -> row.health().found(), _ -> Cells.number());
        Cells.fill(failed, row -> row.health().failed(), _ -> Cells.number());
        Cells.fill(trouble, row -> row.health().trouble(), _ -> Cells.text());
    }

    private void show(State state) {
        boolean isOn =
                switch (state) {
                    case State.Off _, State.Failed _ -> false;
                    case State.Turning(var turningOn) -> !turningOn;
                    case State.On _ -> true;
                };
        on.setVisible(isOn);
        on.setDisable(state instanceof State.Turning);
        off.setVisible(!isOn);
        problem = state instanceof State.Failed(var cause) ? cause : null;
        if (state instanceof State.On(var server, var configuration)) {
            show(server, configuration);
        } else {
            showOff(state instanceof State.Turning);
        }
    }

    private void showOff(boolean turning) {
        Configuration set = model.configuration().valueProperty().get();
        Problem unread = model.configuration().problemProperty().get();
        if (problem == null && unread != null) {
            problem = unread;
        }
        notice.getStyleClass().remove("problem");
        offIcon.setIconLiteral(problem == null ? "fth-server" : "fth-alert-triangle");
        if (problem == null) {
            offTitle.setText(Words.text("node.off"));
            offMore.setText(set == null ? "" : offer(set));
            offAdvice.setText("");
        } else {
            notice.getStyleClass().add("problem");
            offTitle.setText(Words.text("node.failed"));
            tell(problem);
        }
        Presence.show(offAdvice, problem != null);
        Presence.show(copyDetails, problem != null);
        turnOn.setDisable(turning);
        turnOn.setText(
                Words.text(
                        turning
                                ? "node.turning-on"
                                : problem == null ? "node.turn-on" : "problem.retry"));
        if (set != null) {
            // What is not set would push the button out of sight, and so would what is for a server
            // of NATS where none is set.
            fill(
                    offSettings,
                    set.settings().stream()
                            .filter(now ->
                                    !now.values().isEmpty()
                                            && (set.nats().url().isPresent()
                                                    || !now.setting().key().startsWith("nats."))));
        }
        offNote.setText(Words.text("node.set-in", model.file(), NodeModel.fixed()));
    }

    private void tell(Problem wrong) {
        if (wrong.cause() instanceof FormatException e) {
            offTitle.setText(Words.text("node.malformed"));
            offMore.setText(Words.text("node.malformed-more", e.format(), e.problem()));
            offAdvice.setText(Words.text("node.malformed-advice"));
            return;
        }
        offMore.setText(wrong.sentence());
        offAdvice.setText(
                wrong.cause().getCause() instanceof BindException
                        ? Words.text("node.port-advice")
                        : wrong.advice());
    }

    private void show(CacheServer server, Configuration configuration) {
        address.setText(server.address().toString());
        summary.setText(
                Words.text(
                        "node.summary",
                        reach(server),
                        Words.text(
                                !server.settings().writable()
                                        ? "node.read-only"
                                        : server.settings().writers().isEmpty()
                                                ? "node.writable"
                                                : "node.writable-token"),
                        NodeModel.trusted(configuration)));
        var copied = model.lines();
        lines.getChildren().setAll(copied.stream().map(Copyable::new).toList());
        emptyLines.getChildren().setAll(copied.stream().map(Copyable::new).toList());
        fill(settings, configuration.settings().stream());
        note.setText(Words.text("node.set-in", model.file(), NodeModel.fixed()));
    }

    private static String reach(CacheServer server) {
        return Words.text(
                server.settings().listen().getAddress().isLoopbackAddress()
                        ? "node.this-machine"
                        : "node.others-too");
    }

    private static String offer(Configuration set) {
        var listen = set.gateway().listen();
        return listen.getPort() == 0
                ? Words.text("node.off-free", listen.getAddress().getHostAddress())
                : Words.text(
                        "node.off-more",
                        set.gateway().tlsCert().isPresent() ? "https" : "http",
                        NodeModel.text(listen));
    }

    private static void fill(GridPane grid, Stream<Setting.Now> settings) {
        grid.getChildren().clear();
        for (Setting.Now now : settings.toList()) {
            var setting = now.setting();
            var key = new Label(setting.key());
            key.getStyleClass().addAll("mono", "secondary");
            key.setMinWidth(Label.USE_PREF_SIZE);
            key.setTooltip(new Tooltip(setting.use()));
            boolean isSet = !now.values().isEmpty();
            var value =
                    new Label(isSet ? String.join(" ", now.values()) : Words.text("node.unset"));
            value.getStyleClass().add(isSet ? "mono" : "secondary");
            value.setTooltip(new Tooltip(String.join("\n", now.values())));
            Clip.offer(value);
            var origin =
                    new Label(
                            now.origin().equals(Setting.Now.DEFAULT)
                                    ? Words.text("node.default")
                                    : now.origin());
            origin.getStyleClass().add("secondary");
            origin.setMinWidth(Label.USE_PREF_SIZE);
            GridPane.setHgrow(origin, Priority.ALWAYS);
            grid.addRow(grid.getRowCount(), key, value, origin);
        }
    }

    private void show(Flow flow) {
        Traffic traffic = flow.traffic();
        requested.show(
                Figures.count(traffic.requests()),
                Words.text("node.a-second", Figures.tenths(flow.requests())));
        hits.show(
                traffic.hitRate().isPresent()
                        ? Figures.percent(traffic.hitRate().getAsDouble())
                        : "–",
                Words.text(
                        "node.hits",
                        Figures.count(traffic.hits()),
                        Figures.count(traffic.misses())));
        sent.show(
                Figures.size(traffic.bytesOut()),
                Words.text("node.a-second", Figures.size((long) flow.out())));
        received.show(
                Figures.size(traffic.bytesIn()),
                Words.text("node.a-second", Figures.size((long) flow.in())));
        long stores = model.sources().totalProperty().get();
        fetched.show(
                Figures.count(traffic.fetched()),
                Words.text("node.of-stores", stores, Figures.count(stores)));
        course.show(flow.course());
        upstreamsTab.setText(
                stores == 0
                        ? Words.text("node.upstreams")
                        : Words.text("node.upstreams-count", Figures.count(stores)));
    }

    private void showRequests(String words) {
        tabs.getSelectionModel().selectFirst();
        model.requests().filterProperty().set(words);
    }

    private void showUpstreams() {
        tabs.getSelectionModel().select(upstreamsTab);
    }

    private VBox chart() {
        var label = new Label(Words.text("node.course"));
        label.getStyleClass().add("secondary");
        var box = new VBox(course, label);
        box.getStyleClass().add("chart");
        box.managedProperty().bind(tiles.widthProperty().greaterThan(WIDE));
        box.visibleProperty().bind(box.managedProperty());
        return box;
    }

    /// A status with a shape for its kind, or that there is none yet.
    private static final class AnswerCell extends TableCell<Row, Request> {
        private final FontIcon icon = new FontIcon();

        @Override
        protected void updateItem(@Nullable Request request, boolean empty) {
            super.updateItem(request, empty);
            if (empty || request == null) {
                setText("");
                setGraphic(null);
                return;
            }
            int answer = request.status();
            icon.setIconLiteral(
                    !request.ended()
                            ? "fth-more-horizontal"
                            : answer >= 500
                                    ? "fth-x-circle"
                                    : answer >= 400 ? "fth-minus-circle" : "fth-check");
            icon.getStyleClass().setAll("ikonli-font-icon", "answer");
            icon.getStyleClass().add(!request.ended() ? "answer-0" : "answer-" + answer / 100);
            setText(answer == 0 ? Words.text("node.answering") : Integer.toString(answer));
            setGraphic(icon);
        }
    }

    /// Shape and word of how another store does, with the reason in the tooltip.
    private static final class HealthCell extends TableCell<Source, Health> {
        private final FontIcon icon = new FontIcon();

        @Override
        protected void updateItem(@Nullable Health health, boolean empty) {
            super.updateItem(health, empty);
            if (empty || health == null) {
                setText("");
                setGraphic(null);
                setTooltip(null);
                return;
            }
            icon.setIconLiteral(
                    switch (health.state()) {
                        case UNTRIED -> "fth-circle";
                        case WORKING ->
                                health.trouble().isEmpty()
                                        ? "fth-check-circle"
                                        : "fth-alert-circle";
                        case RESTING -> "fth-pause-circle";
                        case OFFLINE -> "fth-cloud-off";
                    });
            icon.getStyleClass()
                    .setAll(
                            "ikonli-font-icon",
                            "upstream",
                            "upstream-" + health.state().name().toLowerCase(Locale.ROOT));
            setText(
                    health.state() == Substituters.State.RESTING
                            ? Words.text("upstream.until", Figures.timeOfDay(health.restsUntil()))
                            : Words.of(health.state()));
            setTooltip(new Tooltip(Words.sentence(health.state())));
            setGraphic(icon);
        }
    }
}
