package cairn.ui;

import cairn.ui.model.ActivitiesModel;
import cairn.ui.model.ActivitiesModel.Line;
import cairn.ui.model.Place;
import cairn.ui.model.SearchModel;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.ShellModel;
import cairn.ui.model.Side;
import cairn.ui.model.Subject;
import cairn.ui.model.Words;
import java.io.File;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javafx.animation.Animation;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.application.Platform;
import javafx.beans.binding.Bindings;
import javafx.css.PseudoClass;
import javafx.event.Event;
import javafx.fxml.FXML;
import javafx.geometry.Bounds;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.control.Button;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TableView;
import javafx.scene.control.TextField;
import javafx.scene.control.TextInputControl;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.control.TreeTableView;
import javafx.scene.input.DragEvent;
import javafx.scene.input.Dragboard;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.input.TransferMode;
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
    private static final double MIN_INSPECTOR = 220;
    private static final double MAX_INSPECTOR = 640;
    private static final double INSPECTOR_SHARE = 0.3;
    private static final double FOUND_HEIGHT = 360;
    private static final double NOTE_HEIGHT = 52;

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
    @FXML private ToggleButton settings;
    @FXML private Button back;
    @FXML private Button forward;
    @FXML private HBox searchBox;
    @FXML private FontIcon searchIcon;
    @FXML private TextField search;
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
    @FXML private VBox found;
    @FXML private ListView<SearchModel.Line> lines;
    @FXML private Label note;
    @FXML private StackPane veil;
    @FXML private StackPane drop;
    @FXML private Label dropWords;

    private @Nullable SideController first;
    private @Nullable SideController second;
    private boolean peeking;
    private Runnable leaving = () -> {};

    /// What had the focus before something was shown above the place.
    private @Nullable Node before;

    private Subscription following = Subscription.EMPTY;

    ShellController(ShellModel model, Views views) {
        this(model, views, Chooser.DESKTOP);
    }

    ShellController(ShellModel model, Views views, Chooser chooser) {
        this.model = model;
        this.views = views;
        this.chooser = chooser;
        screens = new Screens(model, views, this::openImport);
        looking = new Timeline(new KeyFrame(LOOK, _ -> model.activities().look()));
        looking.setCycleCount(Animation.INDEFINITE);
        watching = new Timeline(new KeyFrame(WATCH, _ -> model.watch()));
        watching.setCycleCount(Animation.INDEFINITE);
    }

    @FXML
    private void initialize() {
        fillRail();
        fillSides();
        fillSearch();
        fillInspector();
        fillStrip();
        root.addEventFilter(KeyEvent.KEY_PRESSED, this::press);
        root.addEventHandler(KeyEvent.KEY_TYPED, this::type);
        root.addEventFilter(MouseEvent.MOUSE_PRESSED, this::pressMouse);
        root.setOnDragOver(this::dragOver);
        root.setOnDragExited(_ -> drop.setVisible(false));
        root.setOnDragDropped(this::dropped);
        model.onStoreChange(this::refresh);
        model.onStoreGrowth(() -> controllers().forEach(SideController::glance));
        model.activitiesOpenProperty().subscribe(open -> unveil(open, this::showActivities));
        model.keysOpenProperty()
                .subscribe(open -> unveil(open, () -> show(new KeysController(model), () -> {})));
        veil.setOnMouseClicked(event -> {
            if (veil.equals(event.getTarget())) {
                closeVeil();
            }
        });
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
        var controller = new ImportController(model.importing(), chooser, this::closeVeil);
        show(controller, controller::leave);
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
                    for (ToggleButton button : List.of(overview, paths, graph, settings)) {
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
                    case Place.Overview _ -> overview;
                    case Place.Paths _, Place.OfPath _, Place.Dag _, Place.Diff _ -> paths;
                    case Place.Graph _ -> graph;
                    case Place.Settings _ -> settings;
                };
        current.setSelected(true);
    }

    private void refresh() {
        model.inspector().inspection().again();
        controllers().forEach(SideController::refresh);
    }

    private void fillSearch() {
        SearchModel searching = model.search();
        search.textProperty().bindBidirectional(searching.textProperty());
        searching
                .forActionsProperty()
                .subscribe(actions -> {
                    searchIcon.setIconLiteral(actions ? "fth-chevron-right" : "fth-search");
                    search.setPromptText(Words.text(actions ? "search.actions" : "search.prompt"));
                });
        lines.setItems(searching.lines());
        lines.setCellFactory(_ -> new SearchCell());
        lines.setOnMouseClicked(_ -> choose(false));
        note.textProperty().bind(searching.noteProperty());
        note.visibleProperty().bind(searching.noteProperty().isNotEmpty());
        note.managedProperty().bind(note.visibleProperty());
        lines.visibleProperty().bind(Bindings.isNotEmpty(searching.lines()));
        lines.managedProperty().bind(lines.visibleProperty());
        search.focusedProperty().subscribe(_ -> showFound());
        lines.focusedProperty().subscribe(_ -> showFound());
        searching.lines().subscribe(() -> Platform.runLater(this::showFound));
        searching.noteProperty().subscribe(_ -> showFound());
        search.addEventFilter(KeyEvent.KEY_PRESSED, this::pressInSearch);
        root.layoutBoundsProperty().subscribe(_ -> showFound());
    }

    private void pressInSearch(KeyEvent event) {
        int selected = lines.getSelectionModel().getSelectedIndex();
        switch (event.getCode()) {
            case DOWN ->
                    lines.getSelectionModel()
                            .select(Math.min(selected + 1, lines.getItems().size() - 1));
            case UP -> lines.getSelectionModel().select(Math.max(selected - 1, 0));
            case ENTER -> choose(event.isShortcutDown());
            case ESCAPE -> {
                model.search().clear();
                sides.requestFocus();
            }
            default -> {
                return;
            }
        }
        event.consume();
    }

    private void choose(boolean beside) {
        if (lines.getItems().isEmpty()) {
            return;
        }
        int selected = Math.max(0, lines.getSelectionModel().getSelectedIndex());
        SearchModel.Line line = lines.getItems().get(selected);
        sides.requestFocus();
        if (beside) {
            model.search().chooseBeside(line);
        } else {
            model.search().choose(line);
        }
    }

    /// Shows what was found right below the field, as long as one is there.
    private void showFound() {
        SearchModel searching = model.search();
        boolean something =
                !searching.lines().isEmpty() || !searching.noteProperty().get().isEmpty();
        boolean shown = something && (search.isFocused() || lines.isFocused());
        found.setVisible(shown);
        if (!shown) {
            return;
        }
        if (lines.getSelectionModel().getSelectedIndex() < 0) {
            lines.getSelectionModel().selectFirst();
        }
        Bounds field = root.sceneToLocal(searchBox.localToScene(searchBox.getLayoutBounds()));
        double rows = lines.getItems().size() * 36.0 + 10;
        double height = lines.getItems().isEmpty() ? NOTE_HEIGHT : Math.min(FOUND_HEIGHT, rows);
        found.resizeRelocate(field.getMinX(), field.getMaxY() + 4, field.getWidth(), height);
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
        stripStatus.pseudoClassStateChanged(
                PseudoClass.getPseudoClass("failed"), shown.filter(Line::hasFailed).isPresent());
        stripProgress.setProgress(current.map(line -> line.snapshot().fraction()).orElse(0.0));
        for (Node node : List.of(stripProgress, stripCancel)) {
            node.setVisible(running);
            node.setManaged(running);
        }
    }

    private void press(KeyEvent event) {
        if (handled(event)) {
            event.consume();
        }
    }

    private boolean handled(KeyEvent event) {
        KeyCode code = event.getCode();
        if (event.isAltDown() && (code == KeyCode.LEFT || code == KeyCode.RIGHT)) {
            if (code == KeyCode.LEFT) {
                back();
            } else {
                forward();
            }
            return true;
        }
        Node owner = root.getScene().getFocusOwner();
        if (event.isShortcutDown()) {
            return code == KeyCode.ENTER && owner instanceof GraphCanvas
                    ? openBeside()
                    : shortcut(code, event.isShiftDown());
        }
        return switch (code) {
            case ESCAPE -> backOut();
            case SPACE -> peek(owner);
            case DOWN -> sides.equals(owner) && enterTable();
            case F, A, D, W, DIGIT0, NUMPAD0, PLUS, ADD, EQUALS, MINUS, SUBTRACT ->
                    !event.isAltDown() && !isTyping() && !isList(owner) && toGraph(event);
            default -> false;
        };
    }

    private static boolean isList(@Nullable Node node) {
        return node instanceof TableView<?>
                || node instanceof TreeTableView<?>
                || node instanceof ListView<?>;
    }

    /// Shows what is selected in a list or a graph over the place, or no longer.
    private boolean peek(@Nullable Node owner) {
        if (peeking) {
            boolean leaves = !isTyping() && !(owner instanceof ButtonBase);
            if (leaves) {
                closeVeil();
            }
            return leaves;
        }
        Subject subject = model.inspector().subjectProperty().get();
        var place = Place.of(subject);
        if (veil.isVisible()
                || !(isList(owner) || owner instanceof GraphCanvas)
                || place.isEmpty()) {
            return false;
        }
        var controller =
                new PeekController(model, views, screens, subject, place.get(), this::closeVeil);
        show(controller, controller::leave);
        peeking = true;
        return true;
    }

    private boolean openBeside() {
        var place = Place.of(model.inspector().subjectProperty().get());
        place.ifPresent(model::openBeside);
        return place.isPresent();
    }

    /// Hands a key to the graph that is shown, if it does not have the focus yet.
    private boolean toGraph(KeyEvent event) {
        for (Node node : visible(".graph-canvas")) {
            if (!node.isFocused()) {
                node.requestFocus();
                Event.fireEvent(node, event.copyFor(node, node));
                return true;
            }
        }
        return false;
    }

    private boolean enterTable() {
        for (Node node : visible(".table-pane")) {
            if (node instanceof TablePane<?> pane) {
                pane.enter();
                return true;
            }
        }
        return false;
    }

    /// What is to be seen of a kind, in what lies above the place or in the half that is in use.
    private List<Node> visible(String selector) {
        Node scope =
                veil.isVisible()
                        ? veil
                        : controllers().stream()
                                .filter(each -> each.side() == model.activeProperty().get())
                                .findFirst()
                                .orElseThrow()
                                .node();
        return scope.lookupAll(selector).stream().filter(ShellController::isShown).toList();
    }

    private static boolean isShown(Node node) {
        for (Node at = node; at != null; at = at.getParent()) {
            if (!at.isVisible()) {
                return false;
            }
        }
        return true;
    }

    private boolean shortcut(KeyCode code, boolean shift) {
        switch (code) {
            case K -> enterSearch(true);
            case C -> {
                return root.getScene().getFocusOwner() instanceof GraphCanvas && copySelected();
            }
            case F -> {
                return focusFilter();
            }
            case I -> model.toggleInspector();
            case B -> model.toggleRail();
            case W -> model.unsplit();
            case L ->
                    Clip.copy(model.activeProperty().get().history().placeProperty().get().link());
            case V -> {
                if (shift || !isTyping()) {
                    model.follow(Clip.text());
                    return true;
                }
                return false;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean copySelected() {
        String text = model.inspector().subjectProperty().get().text();
        if (!text.isEmpty()) {
            Clip.copy(text);
        }
        return !text.isEmpty();
    }

    private void type(KeyEvent event) {
        if (isTyping()) {
            return;
        }
        switch (event.getCharacter()) {
            case "/" -> enterSearch(false);
            case "?" -> model.keysOpenProperty().set(true);
            default -> {
                return;
            }
        }
        event.consume();
    }

    private boolean isTyping() {
        return root.getScene().getFocusOwner() instanceof TextInputControl;
    }

    private void enterSearch(boolean actions) {
        model.search().forActionsProperty().set(actions);
        search.requestFocus();
        search.selectAll();
    }

    private boolean focusFilter() {
        List<Node> panes = visible(".table-pane");
        for (Node node :
                Stream.concat(panes.stream().filter(Node::isFocusWithin), panes.stream())
                        .toList()) {
            if (node instanceof TablePane<?> pane && pane.enterFilter()) {
                return true;
            }
        }
        return false;
    }

    /// Leaves what lies above the place, then the field one types in.
    private boolean backOut() {
        if (veil.isVisible()) {
            closeVeil();
            return true;
        }
        if (isTyping()) {
            sides.requestFocus();
            return true;
        }
        return false;
    }

    private void unveil(boolean open, Runnable show) {
        if (open) {
            show.run();
        } else {
            closeVeil();
        }
    }

    private void showActivities() {
        var controller = new ActivitiesController(model);
        show(controller, controller::leave);
    }

    /// @param onLeave lets go of what lives longer than what is shown
    private void show(Object controller, Runnable onLeave) {
        if (!veil.isVisible()) {
            before = root.getScene().getFocusOwner();
        }
        leave();
        leaving = onLeave;
        Parent card = views.load(controller);
        veil.getChildren().setAll(card);
        veil.setVisible(true);
        card.requestFocus();
    }

    private void leave() {
        leaving.run();
        leaving = () -> {};
        peeking = false;
    }

    private void closeVeil() {
        leave();
        veil.setVisible(false);
        veil.getChildren().clear();
        model.activitiesOpenProperty().set(false);
        model.keysOpenProperty().set(false);
        if (before != null) {
            (before.getScene() == null ? sides : before).requestFocus();
            before = null;
        }
    }

    private void pressMouse(MouseEvent event) {
        if (event.getButton() == MouseButton.BACK) {
            back();
        } else if (event.getButton() == MouseButton.FORWARD) {
            forward();
        }
    }

    private void dragOver(DragEvent event) {
        Dragboard board = event.getDragboard();
        if (board.hasFiles() || !text(board).isEmpty()) {
            event.acceptTransferModes(TransferMode.COPY);
            dropWords.setText(Words.text(board.hasFiles() ? "import.drop" : "search.drop"));
            drop.setVisible(true);
        }
        event.consume();
    }

    private void dropped(DragEvent event) {
        drop.setVisible(false);
        Dragboard board = event.getDragboard();
        String text = text(board);
        closeVeil();
        if (board.hasFiles()) {
            model.importing().files(board.getFiles().stream().map(File::toPath).toList());
        } else if (model.importing().offer(text)) {
            openImport();
        } else {
            enterSearch(false);
            model.follow(text);
        }
        event.setDropCompleted(board.hasFiles() || !text.isEmpty());
        event.consume();
    }

    private static String text(Dragboard board) {
        String text = board.hasUrl() ? board.getUrl() : board.hasString() ? board.getString() : "";
        return text.strip();
    }
}
