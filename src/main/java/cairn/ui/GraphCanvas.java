package cairn.ui;

import cairn.graph.Digraph;
import cairn.graph.LayeredLayout;
import cairn.ui.model.Figures;
import cairn.ui.model.GraphView;
import cairn.ui.model.Replay;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import javafx.animation.AnimationTimer;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleObjectProperty;
import javafx.collections.FXCollections;
import javafx.collections.ListChangeListener;
import javafx.collections.ObservableList;
import javafx.css.CssMetaData;
import javafx.css.Styleable;
import javafx.geometry.Insets;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.scene.AccessibleAttribute;
import javafx.scene.AccessibleRole;
import javafx.scene.Cursor;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.input.ScrollEvent;
import javafx.scene.input.ZoomEvent;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;

/// Shows a graph of up to a hundred thousand nodes: cards near by, names further off, dots from
/// afar.
///
/// Dragging pans, the wheel zooms around the pointer, a click selects and never navigates, a double
/// click or Enter opens. Arrows walk along edges; F, 0, + and - move the view; A, D and W light
/// what leads to the selection, what it leads to, and the way between two nodes. Use on the UI
/// thread.
public final class GraphCanvas extends Region {
    private static final String STYLE_SHEET =
            Objects.requireNonNull(GraphCanvas.class.getResource("graph.css")).toExternalForm();
    static final double MARGIN = 40;
    private static final double NOTCH = Math.log(1.2) / 40;
    private static final double STEP = 1.3;

    private final ResourceBundle words = ResourceBundle.getBundle("cairn.ui.graph");
    private final GraphStyle style = new GraphStyle(this);
    private final ObjectProperty<GraphView> view =
            new SimpleObjectProperty<>(this, "view", GraphView.EMPTY);
    private final ObservableList<GraphView.Node> selection = FXCollections.observableArrayList();
    private final ObservableList<GraphView.Node> selected =
            FXCollections.unmodifiableObservableList(selection);
    private final ReadOnlyBooleanWrapper drawing =
            new ReadOnlyBooleanWrapper(this, "drawing", false);
    private final ReadOnlyObjectWrapper<@Nullable Exception> failure =
            new ReadOnlyObjectWrapper<>(this, "failure");
    private Consumer<GraphView.Node> onOpen = _ -> {};

    private final GraphPicture picture;
    private final Label empty = new Label(words.getString("empty"));
    private final Label tip = new Label();
    private final GraphLegend legend;
    private final VBox tools = new VBox();

    /// How high it must be for the tools, the legend and the minimap to lie above each other.
    private static final double LOW = 480;

    private final GraphMinimap minimap = new GraphMinimap(this::centre);
    private final GraphCamera camera =
            new GraphCamera(
                    this,
                    () -> viewProperty().get().layout(),
                    this::margins,
                    this::hasPicture,
                    this::refresh);

    private final AnimationTimer pulse =
            new AnimationTimer() {
                @Override
                public void handle(long now) {
                    follow();
                }
            };
    private final Map<Object, Integer> numbers = new HashMap<>();
    private boolean stale;

    private final BitSet chosen = new BitSet();
    private int cursor = -1;
    private int hover = -1;
    private GraphLight.Kind light = GraphLight.Kind.NEAR;
    private List<Integer> way = List.of();
    private Optional<Replay.Then> then = Optional.empty();
    private @Nullable GraphFrame minimapFrame;
    private Rectangle2D pressed = Rectangle2D.EMPTY;
    private boolean dragged;

    public GraphCanvas() {
        this(GraphPainter::new);
    }

    /// @param painters makes what paints a graph
    GraphCanvas(Function<GraphView, GraphPainter> painters) {
        legend = new GraphLegend(words, this::filter);
        picture = new GraphPicture(words, painters, this::drawn, this::fail);
        getStyleClass().add("graph-canvas");
        setFocusTraversable(true);
        setAccessibleRole(AccessibleRole.NODE);
        setAccessibleText(words.getString("accessible"));
        setMinSize(0, 0);
        tip.setManaged(false);
        tip.setWrapText(true);
        tip.setMouseTransparent(true);
        tip.setVisible(false);
        tip.getStyleClass().add("graph-tip");
        empty.getStyleClass().add("graph-empty");
        tools.getStyleClass().add("graph-tools");
        tools.getChildren()
                .addAll(
                        tool("fit", "fth-maximize", this::fit),
                        tool("focus", "fth-crosshair", this::focus),
                        tool("zoom-in", "fth-plus", () -> zoom(STEP)),
                        tool("zoom-out", "fth-minus", () -> zoom(1 / STEP)),
                        tool("ancestors", "fth-corner-up-left", this::lightAncestors),
                        tool("descendants", "fth-corner-down-right", this::lightDescendants),
                        tool("why", "fth-git-pull-request", this::lightWay));
        getChildren().addAll(picture, empty, legend, tools, minimap, tip);
        for (Region panel : List.of(legend, tools)) {
            panel.addEventHandler(
                    MouseEvent.ANY,
                    event -> {
                        point(-1, 0, 0);
                        event.consume(); // what lies under a panel is not meant
                    });
        }
        view.addListener((_, _, now) -> show(now));
        style.paletteProperty().addListener((_, _, _) -> refresh());
        legend.onFont(this::refresh);
        focusedProperty().addListener((_, _, _) -> refresh());
        addEventHandler(MouseEvent.MOUSE_PRESSED, this::press);
        addEventHandler(MouseEvent.MOUSE_DRAGGED, this::drag);
        addEventHandler(MouseEvent.MOUSE_RELEASED, this::release);
        addEventHandler(MouseEvent.MOUSE_MOVED, this::move);
        addEventHandler(MouseEvent.MOUSE_EXITED, _ -> point(-1, 0, 0));
        addEventHandler(ScrollEvent.SCROLL, this::scroll);
        addEventHandler(ZoomEvent.ZOOM, e -> camera.zoom(e.getZoomFactor(), e.getX(), e.getY()));
        addEventHandler(KeyEvent.KEY_PRESSED, this::type);
        show(GraphView.EMPTY);
    }

    /// The graph to show. A new one keeps the selection where its nodes are still there, and is
    /// fitted into the view unless it has a selected node to stay at.
    public ObjectProperty<GraphView> viewProperty() {
        return view;
    }

    /// What is selected, in the order in which it was.
    public ObservableList<GraphView.Node> selected() {
        return selected;
    }

    /// Whether a picture is still to come.
    public ReadOnlyBooleanProperty drawingProperty() {
        return drawing.getReadOnlyProperty();
    }

    /// Why the graph could not be drawn, null unless that is so.
    public ReadOnlyObjectProperty<@Nullable Exception> failureProperty() {
        return failure.getReadOnlyProperty();
    }

    /// Tells what the node stands for that was selected last, and what one that is opened does,
    /// where it is of a kind.
    public <T> void follow(Class<T> kind, Consumer<T> onSelect, Consumer<T> onOpened) {
        selected.addListener(
                (ListChangeListener<Object>)
                        _ -> {
                            if (!selected.isEmpty() && kind.isInstance(selected.getLast().id())) {
                                onSelect.accept(kind.cast(selected.getLast().id()));
                            }
                        });
        setOnOpen(node -> {
            if (kind.isInstance(node.id())) {
                onOpened.accept(kind.cast(node.id()));
            }
        });
    }

    public void setOnOpen(Consumer<GraphView.Node> action) {
        onOpen = action;
    }

    /// Selects the nodes that stand for some things and brings the last of them into view.
    public void select(Collection<?> ids) {
        choose(ids.stream().map(numbers::get).filter(Objects::nonNull).toList());
        if (cursor >= 0) {
            camera.reveal(cursor);
        }
    }

    /// Lights a way through the graph, given by what its nodes stand for; the selection stays.
    public void showWay(List<?> ids) {
        way = ids.stream().map(numbers::get).filter(Objects::nonNull).toList();
        light = way.size() > 1 ? GraphLight.Kind.WAY : GraphLight.Kind.NEAR;
        refresh();
    }

    /// Shows the graph as it was at a time, with all that was not there faint, or as it is.
    ///
    /// @param shown of the graph that is shown, which does not change any more
    public void showThen(Optional<Replay.Then> shown) {
        then = shown;
        refresh();
    }

    /// Shows the whole graph.
    public void fit() {
        camera.fit();
    }

    /// Brings the selection into the middle, as cards.
    public void focus() {
        if (cursor < 0) {
            camera.fit();
        } else {
            camera.focus(cursor);
        }
    }

    /// Zooms around the middle.
    public void zoom(double factor) {
        camera.zoom(factor);
    }

    /// Lights all that leads to the selection, or stops doing so.
    public void lightAncestors() {
        light =
                light == GraphLight.Kind.ANCESTORS || chosen.isEmpty()
                        ? GraphLight.Kind.NEAR
                        : GraphLight.Kind.ANCESTORS;
        refresh();
    }

    /// Lights all that the selection leads to, or stops doing so.
    public void lightDescendants() {
        light =
                light == GraphLight.Kind.DESCENDANTS || chosen.isEmpty()
                        ? GraphLight.Kind.NEAR
                        : GraphLight.Kind.DESCENDANTS;
        refresh();
    }

    /// Lights a shortest way between two selected nodes, whichever direction has one.
    public void lightWay() {
        way = List.of();
        light =
                light == GraphLight.Kind.WAY || selection.size() != 2
                        ? GraphLight.Kind.NEAR
                        : GraphLight.Kind.WAY;
        refresh();
    }

    /// Where on the canvas the node that stands for something lies.
    Point2D place(Object id) {
        int node = Objects.requireNonNull(numbers.get(id), "no such node");
        var layout = view.get().layout();
        return camera.stand().place(layout.x(node), layout.y(node));
    }

    /// Whether the screen shows just what it should, even if more is being drawn beyond the view.
    boolean isUpToDate() {
        return frame().equals(picture.shown());
    }

    @Override
    public String getUserAgentStylesheet() {
        return STYLE_SHEET;
    }

    @Override
    public List<CssMetaData<? extends Styleable, ?>> getCssMetaData() {
        return GraphStyle.cssMetaData();
    }

    GraphStyle style() {
        return style;
    }

    @Override
    protected void layoutChildren() {
        double wide = getWidth();
        double high = getHeight();
        legend.wrap();
        place(empty, (wide - empty.prefWidth(-1)) / 2, (high - empty.prefHeight(-1)) / 2);
        // Beside the minimap, or where that leaves no room above it.
        double room = wide - GraphMinimap.WIDTH - 36;
        boolean above = room < 240;
        boolean low = high < LOW;
        minimap.setFits(!above || !low);
        double across = wide - 24 - (low ? tools.prefWidth(-1) + 12 : 0);
        double footWide = Math.ceil(Math.min(legend.prefWidth(-1), above ? across : room));
        double footHigh = legend.prefHeight(footWide);
        double footTop =
                high - footHigh - (above && minimap.isVisible() ? GraphMinimap.HEIGHT + 24 : 12);
        legend.resizeRelocate(12, Math.rint(footTop), footWide, footHigh);
        place(tools, wide - tools.prefWidth(-1) - 12, 12);
        place(minimap, wide - minimap.prefWidth(-1) - 12, high - minimap.prefHeight(-1) - 12);
        camera.resized();
        legend.tellBand(camera.isBand());
        refresh();
    }

    private static void place(Region node, double x, double y) {
        node.resizeRelocate(Math.rint(x), Math.rint(y), node.prefWidth(-1), node.prefHeight(-1));
    }

    private Button tool(String name, String icon, Runnable action) {
        var button = new Button(null, new FontIcon(icon));
        button.setId("graph-" + name);
        button.setAccessibleText(words.getString("tool." + name));
        button.setTooltip(new Tooltip(words.getString("tool." + name)));
        button.getStyleClass().addAll("button-icon", "flat");
        button.setFocusTraversable(false);
        button.setOnAction(_ -> action.run());
        return button;
    }

    private void show(GraphView now) {
        var ids = selection.stream().map(GraphView.Node::id).toList();
        picture.show(now);
        failure.set(null);
        numbers.clear();
        for (int i = 0; i < now.nodes().size(); i++) {
            numbers.put(now.nodes().get(i).id(), i);
        }
        hover = -1;
        tip.setVisible(false);
        way = List.of();
        then = Optional.empty();
        light = GraphLight.Kind.NEAR;
        minimapFrame = null;
        choose(ids.stream().map(numbers::get).filter(Objects::nonNull).toList());
        empty.setVisible(now.nodes().isEmpty());
        tools.setVisible(!now.nodes().isEmpty());
        legend.show(now);
        camera.begin();
        requestLayout();
    }

    /// Shows other kinds of nodes.
    private void filter() {
        minimapFrame = null;
        requestLayout();
        refresh();
    }

    private int number(GraphView.Node node) {
        return numbers.getOrDefault(node.id(), -1);
    }

    private void choose(List<Integer> nodes) {
        chosen.clear();
        nodes.forEach(chosen::set);
        cursor = nodes.isEmpty() ? -1 : nodes.getLast();
        selection.setAll(nodes.stream().map(view.get().nodes()::get).toList());
        if (light == GraphLight.Kind.WAY || nodes.isEmpty()) {
            light = GraphLight.Kind.NEAR;
            way = List.of();
        }
        setAccessibleText(
                cursor < 0
                        ? words.getString("accessible")
                        : describe(view.get().nodes().get(cursor)));
        notifyAccessibleAttributeChanged(AccessibleAttribute.TEXT);
        refresh();
    }

    // Moving the view.

    /// What to leave free around a graph that is shown as a whole.
    private Insets margins() {
        return new Insets(
                MARGIN,
                MARGIN + tools.getWidth(),
                Math.max(MARGIN, legend.getHeight() + 40),
                MARGIN);
    }

    private boolean hasPicture() {
        return picture.shown() != null;
    }

    private void centre(double x, double y) {
        camera.centre(x, y);
    }

    // What the hands do.

    private void press(MouseEvent event) {
        requestFocus();
        camera.stop();
        pressed = new Rectangle2D(event.getX(), event.getY(), 0, 0);
        dragged = false;
        event.consume();
    }

    private void drag(MouseEvent event) {
        double dx = event.getX() - pressed.getMinX();
        double dy = event.getY() - pressed.getMinY();
        if (!dragged && Math.hypot(dx, dy) < 4) {
            return;
        }
        dragged = true;
        setCursor(Cursor.CLOSED_HAND);
        point(-1, 0, 0);
        camera.pan(dx, dy);
        pressed = new Rectangle2D(event.getX(), event.getY(), 0, 0);
        event.consume();
    }

    private void release(MouseEvent event) {
        setCursor(Cursor.DEFAULT);
        if (dragged || event.getButton() != MouseButton.PRIMARY) {
            return;
        }
        int node = picture.nodeAt(event.getX(), event.getY());
        if (node < 0) {
            if (!event.isShortcutDown() && !event.isShiftDown()) {
                choose(List.of());
            }
        } else if (event.isShortcutDown() || event.isShiftDown()) {
            var nodes = new ArrayList<>(selection.stream().map(this::number).toList());
            if (!nodes.remove(Integer.valueOf(node))) {
                nodes.add(node);
            }
            choose(nodes);
        } else {
            choose(List.of(node));
            if (event.getClickCount() == 2) {
                onOpen.accept(view.get().nodes().get(node));
            }
        }
        event.consume();
    }

    private void move(MouseEvent event) {
        point(picture.nodeAt(event.getX(), event.getY()), event.getX(), event.getY());
    }

    private void point(int node, double x, double y) {
        if (node >= 0) {
            tip.setText(describe(view.get().nodes().get(node)));
            double wide = Math.min(tip.prefWidth(-1), getWidth() - 16);
            tip.resize(wide, tip.prefHeight(wide));
            tip.relocate(
                    Math.rint(Math.min(x + 14, getWidth() - tip.getWidth() - 8)),
                    Math.rint(Math.min(y + 18, getHeight() - tip.getHeight() - 8)));
        }
        if (node != hover) {
            hover = node;
            tip.setVisible(node >= 0);
            setCursor(node >= 0 ? Cursor.HAND : Cursor.DEFAULT);
            refresh();
        }
    }

    /// All that is known of a node, in words.
    private String describe(GraphView.Node node) {
        String name = node.name().isEmpty() ? words.getString("cluster.mixed") : node.name();
        String title =
                node.members() > 1
                        ? name
                                + " · "
                                + words.getString("cluster.members")
                                        .formatted(Figures.count(node.members()))
                        : node.detail().isEmpty() ? name : name + " " + node.detail();
        return "%s%n%s%n%s"
                .formatted(
                        title,
                        words.getString("size")
                                .formatted(Figures.size(node.size()), Figures.count(node.size())),
                        words.getString("added")
                                .formatted(
                                        Figures.size(node.added()), Figures.count(node.added())));
    }

    private void scroll(ScrollEvent event) {
        if (event.getDeltaY() != 0) {
            point(-1, 0, 0);
            camera.zoom(Math.exp(event.getDeltaY() * NOTCH), event.getX(), event.getY());
        }
        event.consume();
    }

    private void type(KeyEvent event) {
        if (event.isShortcutDown() || event.isAltDown() || !act(event.getCode())) {
            return;
        }
        event.consume();
    }

    private boolean act(KeyCode key) {
        switch (key) {
            case F -> focus();
            case DIGIT0, NUMPAD0 -> fit();
            case PLUS, ADD, EQUALS -> zoom(STEP);
            case MINUS, SUBTRACT -> zoom(1 / STEP);
            case A -> lightAncestors();
            case D -> lightDescendants();
            case W -> lightWay();
            case LEFT -> walk(-1, 0);
            case RIGHT -> walk(1, 0);
            case UP -> walk(0, -1);
            case DOWN -> walk(0, 1);
            case ENTER -> {
                if (cursor < 0) {
                    return false;
                }
                onOpen.accept(view.get().nodes().get(cursor));
            }
            case ESCAPE -> {
                if (chosen.isEmpty() && light == GraphLight.Kind.NEAR) {
                    return false;
                }
                if (light == GraphLight.Kind.NEAR) {
                    choose(List.of());
                } else {
                    light = GraphLight.Kind.NEAR;
                    refresh();
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /// Selects the nearest neighbour along an edge, or the next node of the layer.
    private void walk(int along, int down) {
        var layout = view.get().layout();
        if (view.get().nodes().isEmpty()) {
            return;
        }
        int from = cursor;
        if (from < 0) {
            choose(List.of(layout.graph().roots()[0]));
            camera.reveal(cursor);
            return;
        }
        Digraph graph = layout.graph();
        IntStream near =
                along > 0
                        ? IntStream.of(graph.successors(from))
                        : along < 0
                                ? IntStream.of(graph.predecessors(from))
                                : IntStream.range(0, graph.nodes())
                                        .filter(node -> layout.layer(node) == layout.layer(from))
                                        .filter(node ->
                                                (layout.y(node) - layout.y(from)) * down > 0);
        near.filter(node -> !legend.hidden().contains(view.get().nodes().get(node).kind()))
                .boxed()
                .min(Comparator.comparingDouble(node -> Math.abs(layout.y(node) - layout.y(from))))
                .ifPresent(node -> {
                    choose(List.of(node));
                    camera.reveal(node);
                });
    }

    // Drawing.

    private void refresh() {
        if (!stale) {
            stale = true;
            drawing.set(true);
            pulse.start();
        }
    }

    /// Brings what is shown closer to what is wanted, once a pulse as long as they differ.
    private void follow() {
        if (!stale) {
            if (!picture.isDrawing() && !camera.isMoving()) {
                pulse.stop();
                drawing.set(false);
            }
            return;
        }
        if (getWidth() < 1 || getHeight() < 1 || getScene() == null) {
            stale = false;
            return;
        }
        var frame = frame();
        stale = !picture.want(frame, minimap(frame), legend.font().getFamily());
        var stand = camera.stand();
        minimap.frame(
                view.get().layout(),
                -stand.left() / stand.scale(),
                -stand.top() / stand.scale(),
                getWidth() / stand.scale(),
                getHeight() / stand.scale());
    }

    /// Looks again, because what is wanted may have changed since a picture was begun.
    private void drawn(GraphPicture.@Nullable Miniature mini) {
        if (mini != null) {
            minimapFrame = mini.frame();
            minimap.show(mini.frame(), mini.raster().pixels);
        }
        stale = true;
    }

    private void fail(Throwable cause) {
        stale = false;
        failure.set(new IllegalStateException(words.getString("failed"), cause));
    }

    private GraphFrame frame() {
        var window = getScene().getWindow();
        double density = window == null ? 1 : Math.max(1, window.getOutputScaleX());
        var stand = camera.stand();
        return new GraphFrame(
                (int) Math.ceil(getWidth() * density),
                (int) Math.ceil(getHeight() * density),
                (int) (GraphPicture.MARGIN * density),
                stand.scale() * density,
                (int) Math.rint(stand.left() * density),
                (int) Math.rint(stand.top() * density),
                density,
                style.paletteProperty().get(),
                legend.hidden(),
                light,
                way,
                hover,
                (BitSet) chosen.clone(),
                then);
    }

    private @Nullable GraphFrame minimap(GraphFrame frame) {
        if (minimapFrame != null && minimapFrame.palette().equals(frame.palette())) {
            return null;
        }
        LayeredLayout layout = view.get().layout();
        double wide = GraphMinimap.WIDTH * frame.density();
        double high = GraphMinimap.HEIGHT * frame.density();
        double fit =
                0.92
                        * Math.min(
                                wide / Math.max(1, layout.width()),
                                high / Math.max(1, layout.height()));
        return new GraphFrame(
                (int) wide,
                (int) high,
                0,
                fit,
                (int) Math.rint((wide - layout.width() * fit) / 2),
                (int) Math.rint((high - layout.height() * fit) / 2),
                frame.density() / 2,
                frame.palette(),
                legend.hidden(),
                GraphLight.Kind.NEAR,
                List.of(),
                -1,
                new BitSet(),
                Optional.empty());
    }
}
