package cairn.ui;

import cairn.engine.Meeting.Standing;
import cairn.ui.model.ActivitiesModel;
import cairn.ui.model.ActivitiesModel.Line;
import cairn.ui.model.MeetingSwitch;
import cairn.ui.model.NodeSwitch;
import cairn.ui.model.Place;
import cairn.ui.model.SearchModel;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.ShellModel;
import cairn.ui.model.Side;
import cairn.ui.model.Words;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javafx.animation.Animation;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.beans.binding.Bindings;
import javafx.css.PseudoClass;
import javafx.fxml.FXML;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.control.Button;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import javafx.util.Subscription;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;

/// Binds `Shell.fxml` to a [ShellModel]: rail, search, the places, inspector, activity, keys.
public final class ShellController {
    private static final Duration LOOK = Duration.millis(250);
    private static final Duration WATCH = Duration.seconds(1);
    private static final PseudoClass ON = PseudoClass.getPseudoClass("on");
    private static final PseudoClass FAILED = PseudoClass.getPseudoClass("failed");
    private static final double MIN_INSPECTOR = 220;
    private static final double MAX_INSPECTOR = 640;
    private static final double INSPECTOR_SHARE = 0.3;

    private final ShellModel model;
    private final Views views;
    private final Chooser chooser;
    private final Screens screens;
    private final Timeline looking;
    private final Timeline watching;

    @FXML private StackPane root;
    @FXML private VBox rail;
    @FXML private ToggleButton overview;
    @FXML private ToggleButton paths;
    @FXML private ToggleButton graph;
    @FXML private ToggleButton builds;
    @FXML private ToggleButton node;
    @FXML private ToggleButton peers;
    @FXML private ToggleButton subjects;
    @FXML private ToggleButton settings;
    @FXML private Button back;
    @FXML private Button forward;
    @FXML private HBox searchBox;
    @FXML private FontIcon searchIcon;
    @FXML private TextField search;
    @FXML private Button nodeStatus;
    @FXML private FontIcon nodeIcon;
    @FXML private Tooltip nodeTip;
    @FXML private ToggleButton inspectorToggle;
    @FXML private SplitPane sides;
    @FXML private HBox inspectorBox;
    @FXML private Region inspectorEdge;
    @FXML private FontIcon stripIcon;
    @FXML private Hyperlink stripText;
    @FXML private ProgressBar stripProgress;
    @FXML private Label stripStatus;
    @FXML private Button stripCancel;
    @FXML private Label stripNote;
    @FXML private Button meetingStatus;
    @FXML private FontIcon meetingIcon;
    @FXML private Tooltip meetingTip;
    @FXML private VBox found;
    @FXML private ListView<SearchModel.Line> lines;
    @FXML private Label note;
    @FXML private Veil veil;
    @FXML private StackPane drop;
    @FXML private Label dropWords;

    private @Nullable SideController first;
    private @Nullable SideController second;
    private Subscription following = Subscription.EMPTY;

    ShellController(ShellModel model, Views views) {
        this(model, views, Chooser.DESKTOP);
    }

    ShellController(ShellModel model, Views views, Chooser chooser) {
        this.model = model;
        this.views = views;
        this.chooser = chooser;
        screens = new Screens(model, views, chooser, this::openImport);
        looking = new Timeline(new KeyFrame(LOOK, _ -> model.activities().look()));
        looking.setCycleCount(Animation.INDEFINITE);
        watching = new Timeline(new KeyFrame(WATCH, _ -> model.watch()));
        watching.setCycleCount(Animation.INDEFINITE);
    }

    @FXML
    private void initialize() {
        fillRail();
        fillSides();
        fillInspector();
        fillStrip();
        model.node().stateProperty().subscribe(this::showNode);
        model.node().flowProperty().subscribe(_ -> showNode(model.node().stateProperty().get()));
        model.meeting().stateProperty().subscribe(this::showMeeting);
        model.meeting()
                .flowProperty()
                .subscribe(_ -> showMeeting(model.meeting().stateProperty().get()));
        var finding =
                new ShellSearch(
                        model.search(),
                        new ShellSearch.Fields(
                                root, searchBox, searchIcon, search, found, lines, note, sides));
        var _ = new ShellKeys(model, root, sides, veil, finding, screens, views, this::activeHalf);
        var _ = new ShellDrops(model, root, finding, veil, drop, dropWords, this::openImport);
        veil.cover(sides, this::forgetOpen);
        model.onStoreChange(this::refresh);
        model.onStoreGrowth(() -> controllers().forEach(SideController::glance));
        model.activitiesOpenProperty().subscribe(open -> unveil(open, this::showActivities));
        model.keysOpenProperty()
                .subscribe(open ->
                        unveil(
                                open,
                                () -> veil.show(views.load(new KeysController(model)), () -> {})));
    }

    private Node activeHalf() {
        return controllers().stream()
                .filter(each -> each.side() == model.activeProperty().get())
                .findFirst()
                .orElseThrow()
                .node();
    }

    private void forgetOpen() {
        model.activitiesOpenProperty().set(false);
        model.keysOpenProperty().set(false);
    }

    @FXML
    private void openOverview() {
        openFromRail(new Place.Overview());
    }

    @FXML
    private void openPaths() {
        openFromRail(new Place.Paths(""));
    }

    @FXML
    private void openGraph() {
        openFromRail(new Place.Graph(Optional.empty()));
    }

    @FXML
    private void openBuilds() {
        openFromRail(new Place.Builds());
    }

    @FXML
    private void openNode() {
        openFromRail(new Place.Node());
    }

    @FXML
    private void openPeers() {
        openFromRail(new Place.Peers());
    }

    @FXML
    private void openSubjects() {
        openFromRail(new Place.Subjects(""));
    }

    @FXML
    private void openSettings() {
        openFromRail(new Place.Settings());
    }

    /// The place is marked even where one is there already, because the click has unmarked it.
    private void openFromRail(Place place) {
        model.open(place);
        markPlace(model.activeProperty().get().history().placeProperty().get());
    }

    @FXML
    private void back() {
        model.activeProperty().get().history().back();
    }

    @FXML
    private void forward() {
        model.activeProperty().get().history().forward();
    }

    @FXML
    private void openImport() {
        var controller =
                new ImportController(model.importing(), chooser, veil::close, this::openMigration);
        veil.show(views.load(controller), controller::leave);
    }

    private void openMigration() {
        veil.close();
        model.open(new Place.Migration(""));
    }

    @FXML
    private void toggleActivities() {
        model.activitiesOpenProperty().set(!model.activitiesOpenProperty().get());
    }

    @FXML
    private void cancelActivity() {
        model.activities().currentProperty().get().ifPresent(model.activities()::cancel);
    }

    /// Looks every second whether the store has changed, until [#close()].
    void watch() {
        watching.play();
    }

    /// Stops what the shell started.
    void close() {
        watching.stop();
        looking.stop();
        if (first != null) {
            first.leave();
        }
        if (second != null) {
            second.leave();
        }
    }

    private void fillRail() {
        model.settings()
                .wideRailProperty()
                .subscribe(wide -> {
                    rail.pseudoClassStateChanged(PseudoClass.getPseudoClass("wide"), wide);
                    for (ToggleButton button :
                            List.of(
                                    overview, paths, graph, builds, node, peers, subjects,
                                    settings)) {
                        button.setContentDisplay(wide ? ContentDisplay.LEFT : ContentDisplay.TOP);
                        button.setAlignment(wide ? Pos.CENTER_LEFT : Pos.CENTER);
                    }
                });
    }

    private void fillSides() {
        first = addSide(model.first(), null);
        model.secondProperty()
                .subscribe(side -> {
                    if (second != null) {
                        second.leave();
                        sides.getItems().remove(second.node());
                        second = null;
                    }
                    side.ifPresent(shown -> second = addSide(shown, model::unsplit));
                });
        model.activeProperty().subscribe(this::follow);
    }

    private SideController addSide(Side side, @Nullable Runnable onClose) {
        var controller = new SideController(side, screens, onClose);
        Parent node = views.load(controller);
        node.addEventFilter(MouseEvent.MOUSE_PRESSED, _ -> model.activate(side));
        node.focusWithinProperty()
                .subscribe(within -> {
                    if (within) {
                        model.activate(side);
                    }
                });
        sides.getItems().add(node);
        return controller;
    }

    private void follow(Side side) {
        following.unsubscribe();
        var history = side.history();
        back.disableProperty().bind(history.canGoBackProperty().not());
        forward.disableProperty().bind(history.canGoForwardProperty().not());
        following = history.placeProperty().subscribe(this::markPlace);
        var active = PseudoClass.getPseudoClass("active");
        for (SideController controller : controllers()) {
            controller
                    .node()
                    .pseudoClassStateChanged(active, second != null && controller.side() == side);
        }
    }

    private List<SideController> controllers() {
        return Stream.of(first, second).filter(Objects::nonNull).toList();
    }

    private void markPlace(Place place) {
        ToggleButton current =
                switch (place) {
                    case Place.Overview _, Place.Migration _ -> overview;
                    case Place.Paths _, Place.OfPath _, Place.Dag _, Place.Diff _ -> paths;
                    case Place.Graph _ -> graph;
                    case Place.Builds _, Place.OfBuild _ -> builds;
                    case Place.Node _, Place.Derivation _ -> node;
                    case Place.Peers _ -> peers;
                    case Place.Subjects _ -> subjects;
                    case Place.Settings _ -> settings;
                };
        current.setSelected(true);
    }

    private void refresh() {
        model.inspector().inspection().again();
        controllers().forEach(SideController::refresh);
    }

    private void fillInspector() {
        SettingsModel look = model.settings();
        Parent inspector =
                views.load(
                        new InspectorController(
                                model.inspector(),
                                model::open,
                                () -> look.inspectorOpenProperty().set(false)));
        HBox.setHgrow(inspector, Priority.ALWAYS);
        inspectorBox.getChildren().add(inspector);
        inspectorBox
                .prefWidthProperty()
                .bind(
                        Bindings.min(
                                look.inspectorWidthProperty(),
                                root.widthProperty().multiply(INSPECTOR_SHARE)));
        inspectorBox.visibleProperty().bind(look.inspectorOpenProperty());
        inspectorBox.managedProperty().bind(look.inspectorOpenProperty());
        inspectorToggle.selectedProperty().bindBidirectional(look.inspectorOpenProperty());
        inspectorEdge.setOnMouseDragged(event -> {
            double width =
                    inspectorBox.localToScene(inspectorBox.getWidth(), 0).getX()
                            - event.getSceneX();
            look.inspectorWidthProperty().set(Math.clamp(width, MIN_INSPECTOR, MAX_INSPECTOR));
        });
    }

    private void fillStrip() {
        ActivitiesModel activities = model.activities();
        activities.currentProperty().subscribe(_ -> showStrip());
        activities.endedProperty().subscribe(_ -> showStrip());
        activities
                .runningProperty()
                .subscribe(running -> {
                    if (running.intValue() > 0) {
                        looking.play();
                    } else {
                        looking.stop();
                    }
                });
        stripNote.setText(model.engine().store().home().folder().toString());
        stripNote.setTooltip(new Tooltip(Words.text("strip.home")));
    }

    private void showStrip() {
        Optional<Line> current = model.activities().currentProperty().get();
        Optional<Line> shown = current.or(model.activities().endedProperty()::get);
        boolean running = current.isPresent();
        stripIcon.setIconLiteral(
                shown.isPresent() && !running && shown.get().hasFailed()
                        ? "fth-alert-triangle"
                        : "fth-activity");
        String title = shown.map(line -> line.activity().title()).orElse(Words.text("strip.idle"));
        int more = model.activities().runningProperty().get() - 1;
        stripText.setText(more > 0 ? Words.text("strip.more", title, more) : title);
        stripStatus.setText(shown.map(Line::status).orElse(""));
        stripStatus.pseudoClassStateChanged(FAILED, shown.filter(Line::hasFailed).isPresent());
        stripProgress.setProgress(current.map(line -> line.snapshot().fraction()).orElse(0.0));
        for (Node node : List.of(stripProgress, stripCancel)) {
            Presence.show(node, running);
        }
    }

    private void showNode(NodeSwitch.State state) {
        boolean nobody = model.node().flowProperty().get().offline();
        String tip =
                switch (state) {
                    case NodeSwitch.State.Off _ -> Words.text("node.off");
                    case NodeSwitch.State.Turning(var on) ->
                            Words.text(on ? "node.turning-on" : "node.turning-off");
                    case NodeSwitch.State.On(var server, _) ->
                            Words.text(nobody ? "node.is-offline" : "node.is-on", server.address());
                    case NodeSwitch.State.Failed(var problem) -> problem.sentence();
                };
        nodeIcon.setIconLiteral(
                switch (state) {
                    case NodeSwitch.State.Off _ -> "fth-circle";
                    case NodeSwitch.State.Turning _ -> "fth-loader";
                    case NodeSwitch.State.On _ -> nobody ? "fth-cloud-off" : "fth-check-circle";
                    case NodeSwitch.State.Failed _ -> "fth-alert-triangle";
                });
        nodeTip.setText(tip);
        nodeStatus.setAccessibleText(tip);
        nodeStatus.pseudoClassStateChanged(ON, state instanceof NodeSwitch.State.On);
        nodeStatus.pseudoClassStateChanged(FAILED, state instanceof NodeSwitch.State.Failed);
    }

    private void showMeeting(MeetingSwitch.State state) {
        boolean there =
                state instanceof MeetingSwitch.State.On(_, var standing)
                        && standing instanceof Standing.Connected;
        int others = model.meeting().flowProperty().get().exchange().peers();
        String tip =
                switch (state) {
                    case MeetingSwitch.State.Off _ -> Words.text("meeting.off");
                    case MeetingSwitch.State.Joining _ -> Words.text("join.joining");
                    case MeetingSwitch.State.Leaving _ -> Words.text("join.leaving");
                    case MeetingSwitch.State.On(var meeting, var standing) ->
                            switch (standing) {
                                case Standing.Connected(var server) ->
                                        Words.text("meeting.on", server, meeting.domain(), others);
                                case Standing.Reconnecting(var why) ->
                                        Words.text("peers.reconnecting", why);
                                case Standing.Refused(var why) -> Words.text("peers.refused", why);
                            };
                    case MeetingSwitch.State.Failed(_, var problem) -> problem.sentence();
                };
        meetingIcon.setIconLiteral(
                switch (state) {
                    case MeetingSwitch.State.Off _ -> "fth-circle";
                    case MeetingSwitch.State.Joining _, MeetingSwitch.State.Leaving _ ->
                            "fth-loader";
                    case MeetingSwitch.State.On _ ->
                            there ? "fth-check-circle" : "fth-alert-triangle";
                    case MeetingSwitch.State.Failed _ -> "fth-alert-triangle";
                });
        meetingStatus.setText(there ? Words.text("meeting.peers", others) : Words.text("meeting"));
        meetingTip.setText(tip);
        meetingStatus.setAccessibleText(tip);
        meetingStatus.pseudoClassStateChanged(ON, there);
        meetingStatus.pseudoClassStateChanged(
                FAILED,
                state instanceof MeetingSwitch.State.Failed
                        || state instanceof MeetingSwitch.State.On && !there);
    }

    private void unveil(boolean open, Runnable show) {
        if (open) {
            show.run();
        } else {
            veil.close();
        }
    }

    private void showActivities() {
        var controller = new ActivitiesController(model);
        veil.show(views.load(controller), controller::leave);
    }
}
