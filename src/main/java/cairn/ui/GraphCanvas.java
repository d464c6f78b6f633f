package cairn.ui;

import cairn.graph.Digraph;
import cairn.graph.LayeredLayout;
import cairn.ui.model.Figures;
import cairn.ui.model.GraphView;
import cairn.ui.model.NodeKind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import javafx.animation.AnimationTimer;
import javafx.animation.Interpolator;
import javafx.animation.KeyFrame;
import javafx.animation.KeyValue;
import javafx.animation.Timeline;
import javafx.application.Platform;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.css.CssMetaData;
import javafx.css.Styleable;
import javafx.geometry.Point2D;
import javafx.geometry.Pos;
import javafx.geometry.Rectangle2D;
import javafx.scene.AccessibleAttribute;
import javafx.scene.AccessibleRole;
import javafx.scene.Cursor;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.input.ScrollEvent;
import javafx.scene.input.ZoomEvent;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
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
    private static final Duration MOTION = Duration.millis(120);
    private static final double MARGIN = 40;
    private static final double NAME_ROOM = 80;
    private static final double LARGEST = 3;
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
    private final Label counts = new Label();
    private final Label tip = new Label();
    private final FlowPane legend = new FlowPane();
    private final VBox foot = new VBox(legend, counts);
    private final VBox tools = new VBox();
    private final GraphMinimap minimap = new GraphMinimap(this::centre);

    private final AnimationTimer pulse =
            new AnimationTimer() {
                @Override
                public void handle(long now) {
                    follow();
                }
            };
    private final Map<Object, Integer> numbers = new HashMap<>();
    private boolean stale;

    private Stand stand = new Stand(1, 0, 0);
    private Stand goal = stand;
    private boolean fitting = true;
    private @Nullable Timeline motion;

    private final BitSet chosen = new BitSet();
    private int cursor = -1;
    private int hover = -1;
    private final Set<NodeKind> hiddenKinds = EnumSet.noneOf(NodeKind.class);
    private Light light = Light.NEAR;
    private List<Integer> way = List.of();
    private @Nullable GraphFrame minimapFrame;
    private Rectangle2D pressed = Rectangle2D.EMPTY;
    private boolean dragged;

    /// Where the layout lies on the canvas: pixels per unit, and the place of its origin.
    private record Stand(double scale, double left, double top) {}

    /// What is drawn in full: the edges at the selection and the pointer, or a part of the graph.
    private enum Light {
        NEAR,
        ANCESTORS,
        DESCENDANTS,
        WAY
    }

    public GraphCanvas() {
        this(GraphPainter::new);
    }

    /// @param painters makes what paints a graph
    GraphCanvas(Function<GraphView, GraphPainter> painters) {
        picture = new GraphPicture(words, painters, this::drawn, this::fail);
        getStyleClass().add("graph-canvas");
        setFocusTraversable(true);
        setAccessibleRole(AccessibleRole.NODE);
        setAccessibleText(words.getString("accessible"));
        setMinSize(0, 0);
        tip.setManaged(false);
        tip.setMouseTransparent(true);
        tip.setVisible(false);
        tip.getStyleClass().add("graph-tip");
        empty.getStyleClass().add("graph-empty");
        counts.getStyleClass().add("graph-counts");
        counts.setWrapText(true);
        legend.getStyleClass().add("graph-legend");
        foot.getStyleClass().add("graph-foot");
        foot.setPickOnBounds(false);
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
        getChildren().addAll(picture, empty, foot, tools, minimap, tip);
        for (Region panel : List.of(foot, tools)) {
            panel.addEventHandler(
                    MouseEvent.ANY,
                    event -> {
                        point(-1, 0, 0);
                        event.consume(); // what lies under a panel is not meant
                    });
        }
        view.addListener((_, _, now) -> show(now));
        style.paletteProperty().addListener((_, _, _) -> refresh());
        counts.fontProperty().addListener((_, _, _) -> refresh());
        focusedProperty().addListener((_, _, _) -> refresh());
        addEventHandler(MouseEvent.MOUSE_PRESSED, this::press);
        addEventHandler(MouseEvent.MOUSE_DRAGGED, this::drag);
        addEventHandler(MouseEvent.MOUSE_RELEASED, this::release);
        addEventHandler(MouseEvent.MOUSE_MOVED, this::move);
        addEventHandler(MouseEvent.MOUSE_EXITED, _ -> point(-1, 0, 0));
        addEventHandler(ScrollEvent.SCROLL, this::scroll);
        addEventHandler(
                ZoomEvent.ZOOM, e -> jump(zoomed(stand, e.getZoomFactor(), e.getX(), e.getY())));
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

    public void setOnOpen(Consumer<GraphView.Node> action) {
        onOpen = action;
    }

    /// Selects the nodes that stand for some things and brings the last of them into view.
    public void select(Collection<?> ids) {
        choose(ids.stream().map(numbers::get).filter(Objects::nonNull).toList());
        if (cursor >= 0) {
            reveal(cursor);
        }
    }

    /// Lights a way through the graph, given by what its nodes stand for; the selection stays.
    public void showWay(List<?> ids) {
        way = ids.stream().map(numbers::get).filter(Objects::nonNull).toList();
        light = way.size() > 1 ? Light.WAY : Light.NEAR;
        refresh();
    }

    /// Shows the whole graph.
    public void fit() {
        fitting = true;
        glide(fitted());
    }

    /// Brings the selection into the middle, as cards.
    public void focus() {
        if (cursor < 0) {
            fit();
            return;
        }
        fitting = false;
        var layout = view.get().layout();
        glide(centred(layout.x(cursor), layout.y(cursor), Math.max(stand.scale, 1)));
    }

    /// Zooms around the middle.
    public void zoom(double factor) {
        fitting = false;
        glide(zoomed(goal, factor, getWidth() / 2, getHeight() / 2));
    }

    /// Lights all that leads to the selection, or stops doing so.
    public void lightAncestors() {
        light = light == Light.ANCESTORS || chosen.isEmpty() ? Light.NEAR : Light.ANCESTORS;
        refresh();
    }

    /// Lights all that the selection leads to, or stops doing so.
    public void lightDescendants() {
        light = light == Light.DESCENDANTS || chosen.isEmpty() ? Light.NEAR : Light.DESCENDANTS;
        refresh();
    }

    /// Lights a shortest way between two selected nodes, whichever direction has one.
    public void lightWay() {
        if (light == Light.WAY || selection.size() != 2) {
            light = Light.NEAR;
            refresh();
            return;
        }
        int first = number(selection.getFirst());
        int second = number(selection.getLast());
        var graph = view.get().graph();
        int[] path = graph.path(first, second);
        if (path.length == 0) {
            path = graph.path(second, first);
        }
        way = IntStream.of(path).boxed().toList();
        light = way.isEmpty() ? Light.NEAR : Light.WAY;
        refresh();
    }

    /// Where on the canvas the node that stands for something lies.
    Point2D place(Object id) {
        int node = Objects.requireNonNull(numbers.get(id), "no such node");
        var layout = view.get().layout();
        return new Point2D(
                layout.x(node) * stand.scale + stand.left,
                layout.y(node) * stand.scale + stand.top);
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
        double kinds =
                legend.getChildren().stream().mapToDouble(kind -> kind.prefWidth(-1) + 4).sum();
        legend.setPrefWrapLength(kinds);
        place(empty, (wide - empty.prefWidth(-1)) / 2, (high - empty.prefHeight(-1)) / 2);
        // Beside the minimap, or where that leaves no room above it.
        double room = wide - GraphMinimap.WIDTH - 36;
        boolean above = room < 240;
        double footWide = Math.ceil(Math.min(foot.prefWidth(-1), above ? wide - 24 : room));
        double footHigh = foot.prefHeight(footWide);
        double footTop =
                high - footHigh - (above && minimap.isVisible() ? GraphMinimap.HEIGHT + 24 : 12);
        foot.resizeRelocate(12, Math.rint(footTop), footWide, footHigh);
        place(tools, wide - tools.prefWidth(-1) - 12, 12);
        place(minimap, wide - minimap.prefWidth(-1) - 12, high - minimap.prefHeight(-1) - 12);
        if (fitting && motion == null && wide > 0 && high > 0) {
            stand = fitted();
            goal = stand;
        }
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
        light = Light.NEAR;
        hiddenKinds.clear();
        minimapFrame = null;
        choose(ids.stream().map(numbers::get).filter(Objects::nonNull).toList());
        empty.setVisible(now.nodes().isEmpty());
        tools.setVisible(!now.nodes().isEmpty());
        fillLegend(now);
        count();
        fitting = true;
        requestLayout();
    }

    private void fillLegend(GraphView now) {
        legend.getChildren().clear();
        for (NodeKind kind : NodeKind.values()) {
            int count =
                    now.nodes().stream()
                            .filter(node -> node.kind() == kind)
                            .mapToInt(GraphView.Node::members)
                            .sum();
            if (count > 0) {
                legend.getChildren().add(filter(kind, count));
            }
        }
        foot.setVisible(!now.nodes().isEmpty());
    }

    private ToggleButton filter(NodeKind kind, int count) {
        String name = kind.name().toLowerCase(Locale.ROOT);
        var button =
                new ToggleButton(
                        words.getString("kind." + name) + " " + Figures.count(count),
                        Kinds.icon(kind));
        button.setId("graph-kind-" + name);
        button.getStyleClass().add("graph-kind");
        button.setSelected(true);
        button.setAlignment(Pos.CENTER_LEFT);
        button.setOnAction(_ -> {
            if (!hiddenKinds.remove(kind)) {
                hiddenKinds.add(kind);
            }
            minimapFrame = null;
            count();
            refresh();
        });
        return button;
    }

    /// Says how much is shown, and how much is not.
    private void count() {
        var now = view.get();
        var parts = new ArrayList<String>();
        int filtered =
                now.nodes().stream()
                        .filter(node -> hiddenKinds.contains(node.kind()))
                        .mapToInt(GraphView.Node::members)
                        .sum();
        int shownNodes =
                (int)
                        now.nodes().stream()
                                .filter(node -> !hiddenKinds.contains(node.kind()))
                                .count();
        parts.add(words(shownNodes == 1 ? "count.one" : "count.nodes", shownNodes));
        if (now.hidden() > 0) {
            parts.add(
                    switch (now.clusters()) {
                        case 0 -> words("count.hidden", now.hidden());
                        case 1 -> words("count.cluster", now.hidden());
                        default -> words("count.clusters", now.hidden(), now.clusters());
                    });
        }
        if (filtered > 0) {
            parts.add(words("count.filtered", filtered));
        }
        if (now.impliedEdges() > 0) {
            parts.add(
                    words(
                            now.impliedEdges() == 1 ? "count.implied.one" : "count.implied",
                            now.impliedEdges()));
        }
        counts.setText(now.nodes().isEmpty() ? "" : String.join(" · ", parts));
        requestLayout();
    }

    private String words(String key, int... values) {
        return words.getString(key)
                .formatted(IntStream.of(values).mapToObj(Figures::count).toArray());
    }

    private int number(GraphView.Node node) {
        return numbers.getOrDefault(node.id(), -1);
    }

    private void choose(List<Integer> nodes) {
        chosen.clear();
        nodes.forEach(chosen::set);
        cursor = nodes.isEmpty() ? -1 : nodes.getLast();
        selection.setAll(nodes.stream().map(view.get().nodes()::get).toList());
        if (light == Light.WAY || nodes.isEmpty()) {
            light = Light.NEAR;
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

    private Stand fitted() {
        var layout = view.get().layout();
        double wide = Math.max(1, getWidth() - 2 * MARGIN - tools.getWidth());
        double high = Math.max(1, getHeight() - MARGIN - Math.max(MARGIN, foot.getHeight() + 40));
        double tall = Math.min(1, high / Math.max(1, layout.height()));
        double scale = Math.min(tall, wide / Math.max(1, layout.width()));
        if (scale < GraphFrame.NAMES_FROM) {
            wide -= Math.min(NAME_ROOM, wide / 3);
            scale = Math.min(tall, wide / Math.max(1, layout.width()));
        }
        return new Stand(
                scale,
                MARGIN + (wide - layout.width() * scale) / 2,
                MARGIN + (high - layout.height() * scale) / 2);
    }

    private Stand centred(double x, double y, double scale) {
        return new Stand(scale, getWidth() / 2 - x * scale, getHeight() / 2 - y * scale);
    }

    private void centre(double x, double y) {
        jump(centred(x, y, stand.scale));
    }

    private Stand zoomed(Stand from, double factor, double x, double y) {
        double least = Math.min(0.25, fitted().scale / 2);
        double scale = Math.clamp(from.scale * factor, least, LARGEST);
        return new Stand(
                scale,
                x - (x - from.left) * scale / from.scale,
                y - (y - from.top) * scale / from.scale);
    }

    /// Brings a node into view if it is not, without zooming.
    private void reveal(int node) {
        if (getWidth() < 1) {
            return;
        }
        var layout = view.get().layout();
        double x = layout.x(node) * stand.scale + stand.left;
        double y = layout.y(node) * stand.scale + stand.top;
        double roomX =
                Math.min(getWidth() / 2, layout.spacing().width() * stand.scale / 2 + MARGIN);
        double roomY =
                Math.min(getHeight() / 2, layout.spacing().height() * stand.scale / 2 + MARGIN);
        double toX = Math.clamp(x, roomX, getWidth() - roomX);
        double toY = Math.clamp(y, roomY, getHeight() - roomY);
        if (toX != x || toY != y) {
            fitting = false;
            glide(new Stand(stand.scale, stand.left + toX - x, stand.top + toY - y));
        }
    }

    private void jump(Stand to) {
        stop();
        fitting = false;
        stand = to;
        goal = to;
        refresh();
    }

    /// Moves the view in a moment, so that one sees where it goes.
    private void glide(Stand to) {
        stop();
        goal = to;
        if (picture.shown() == null || Platform.getPreferences().isReducedMotion()) {
            stand = to;
            refresh();
            return;
        }
        Stand from = stand;
        var part = new SimpleDoubleProperty();
        part.addListener((_, _, now) -> step(from, to, now.doubleValue()));
        motion = new Timeline(new KeyFrame(MOTION, new KeyValue(part, 1, Interpolator.EASE_OUT)));
        motion.setOnFinished(_ -> motion = null);
        motion.play();
    }

    private void step(Stand from, Stand to, double part) {
        double scale = from.scale * Math.pow(to.scale / from.scale, part);
        // While the scale changes, the point that keeps its place should keep it.
        double way = to.scale == from.scale ? part : (scale - from.scale) / (to.scale - from.scale);
        stand =
                new Stand(
                        scale,
                        from.left + (to.left - from.left) * way,
                        from.top + (to.top - from.top) * way);
        refresh();
    }

    private void stop() {
        if (motion != null) {
            motion.stop();
            motion = null;
        }
    }

    // What the hands do.

    private void press(MouseEvent event) {
        requestFocus();
        stop();
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
        jump(new Stand(stand.scale, stand.left + dx, stand.top + dy));
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
            tip.resize(tip.prefWidth(-1), tip.prefHeight(-1));
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
            jump(zoomed(stand, Math.exp(event.getDeltaY() * NOTCH), event.getX(), event.getY()));
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
                if (chosen.isEmpty() && light == Light.NEAR) {
                    return false;
                }
                if (light == Light.NEAR) {
                    choose(List.of());
                } else {
                    light = Light.NEAR;
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
            reveal(cursor);
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
        near.filter(node -> !hiddenKinds.contains(view.get().nodes().get(node).kind()))
                .boxed()
                .min(Comparator.comparingDouble(node -> Math.abs(layout.y(node) - layout.y(from))))
                .ifPresent(node -> {
                    choose(List.of(node));
                    reveal(node);
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
            if (!picture.isDrawing()) {
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
        stale = !picture.want(frame, minimap(frame), counts.getFont().getFamily());
        minimap.frame(
                view.get().layout(),
                -stand.left / stand.scale,
                -stand.top / stand.scale,
                getWidth() / stand.scale,
                getHeight() / stand.scale);
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
        var direct = new ArrayList<GraphFrame.Link>();
        BitSet lit = lit();
        BitSet edges = litEdges(lit, direct);
        return new GraphFrame(
                (int) Math.ceil(getWidth() * density),
                (int) Math.ceil(getHeight() * density),
                (int) (GraphPicture.MARGIN * density),
                stand.scale * density,
                (int) Math.rint(stand.left * density),
                (int) Math.rint(stand.top * density),
                density,
                style.paletteProperty().get(),
                EnumSet.copyOf(hiddenKinds),
                lit,
                edges,
                direct,
                hover,
                (BitSet) chosen.clone());
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
                EnumSet.copyOf(hiddenKinds),
                null,
                null,
                List.of(),
                -1,
                new BitSet());
    }

    private @Nullable BitSet lit() {
        var graph = view.get().graph();
        var lit = new BitSet();
        switch (light) {
            case NEAR -> {
                return null;
            }
            case ANCESTORS ->
                    IntStream.of(graph.reversed().closure(chosen.stream().toArray()))
                            .forEach(lit::set);
            case DESCENDANTS ->
                    IntStream.of(graph.closure(chosen.stream().toArray())).forEach(lit::set);
            case WAY -> way.forEach(lit::set);
        }
        return lit;
    }

    private BitSet litEdges(@Nullable BitSet lit, List<GraphFrame.Link> direct) {
        var graph = view.get().layout().graph();
        var edges = new BitSet();
        if (light == Light.WAY) {
            for (int i = 1; i < way.size(); i++) {
                int edge = graph.edge(way.get(i - 1), way.get(i));
                if (edge >= 0) {
                    edges.set(edge);
                } else {
                    direct.add(new GraphFrame.Link(way.get(i - 1), way.get(i)));
                }
            }
        } else if (lit != null) {
            lit.stream()
                    .forEach(node ->
                            IntStream.range(graph.firstEdge(node), graph.firstEdge(node + 1))
                                    .filter(e -> lit.get(graph.target(e)))
                                    .forEach(edges::set));
        }
        if (light == Light.NEAR) {
            chosen.stream().forEach(node -> addEdges(graph, node, edges));
        }
        if (hover >= 0 && light == Light.NEAR) {
            addEdges(graph, hover, edges);
        }
        return edges;
    }

    private static void addEdges(Digraph graph, int node, BitSet edges) {
        edges.set(graph.firstEdge(node), graph.firstEdge(node + 1));
        for (int before : graph.predecessors(node)) {
            edges.set(graph.edge(before, node));
        }
    }
}
