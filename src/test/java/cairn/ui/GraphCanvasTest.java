package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import atlantafx.base.theme.PrimerDark;
import atlantafx.base.theme.PrimerLight;
import cairn.graph.Digraph;
import cairn.ui.model.GraphView;
import cairn.ui.model.NodeKind;
import cairn.ui.model.TrustMark;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javafx.application.Application;
import javafx.application.Platform;
import javafx.event.EventType;
import javafx.geometry.Point2D;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.image.Image;
import javafx.scene.image.PixelFormat;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.StackPane;
import javafx.scene.robot.Robot;
import javafx.scene.shape.Rectangle;
import javafx.stage.Stage;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraphCanvasTest {
    /// 0 → 1 → 2 → 3, 0 → 4 → 3; 0 → 3 is implied; 4 is a derivation.
    private static final Digraph DIAMOND =
            Digraph.of(5, new int[] {0, 1, 2, 0, 4, 0}, new int[] {1, 2, 3, 4, 3, 3});

    private Stage stage;
    private GraphCanvas canvas;
    private StackPane root;

    @BeforeAll
    static void start() throws InterruptedException {
        Toolkit.start(true);
    }

    @BeforeEach
    void open() throws Exception {
        canvas = call(GraphCanvas::new);
        root = call(() -> new StackPane(canvas));
        stage = call(() -> show(root));
    }

    private static Stage show(StackPane root) {
        var stage = new Stage();
        stage.setScene(new Scene(root, 1000, 700));
        wear(stage.getScene(), false);
        stage.show();
        return stage;
    }

    private static void wear(Scene scene, boolean dark) {
        Application.setUserAgentStylesheet(
                dark
                        ? new PrimerDark().getUserAgentStylesheet()
                        : new PrimerLight().getUserAgentStylesheet());
        scene.getStylesheets()
                .setAll(Look.sheet(dark ? "dark.css" : "light.css"), Look.sheet("cairn.css"));
    }

    @AfterEach
    void close() throws Exception {
        call(() -> {
            stage.close();
            return null;
        });
    }

    @ParameterizedTest
    @CsvSource({"1, false", "49, false", "49, true", "500, true", "20000, false"})
    void drawsGraphsOfAnySize(int nodes, boolean dark) throws Exception {
        call(() -> {
            wear(stage.getScene(), dark);
            return null;
        });
        show(GraphPanning.view(nodes, nodes == 1 ? 0 : 3 * nodes));
        Image picture = settled();
        save(picture, "graph-" + nodes + (dark ? "-dark" : "-light"));
        assertTrue(colours(picture).size() > 50);
        assertEquals(dark ? 0xff0d1117 : 0xffffffff, picture.getPixelReader().getArgb(500, 5));
    }

    @Test
    void anEmptyGraphSaysSo() throws Exception {
        settled();
        assertTrue(call(() -> canvas.lookup(".graph-empty").isVisible()));
        call(() -> press(KeyCode.RIGHT));
        assertEquals(List.of(), selected());
    }

    @Test
    void whatIsNotDrawnIsCounted() throws Exception {
        show(diamond());
        settled();
        assertEquals(
                "5 nodes · 1 edge not drawn, as longer ways imply it",
                call(() -> ((Label) canvas.lookup(".graph-counts")).getText()));
        call(() -> {
            ((ToggleButton) canvas.lookup("#graph-kind-derivation")).fire();
            return null;
        });
        assertEquals(
                "4 nodes · 1 filtered out · 1 edge not drawn, as longer ways imply it",
                call(() -> ((Label) canvas.lookup(".graph-counts")).getText()));
    }

    @Test
    void aClickSelectsAndOnlyADoubleClickOpens() throws Exception {
        var opened = new ArrayList<Object>();
        show(diamond());
        call(() -> {
            canvas.setOnOpen(node -> opened.add(node.id()));
            return null;
        });
        settled();
        click("n3", 1, false);
        assertEquals(List.of("n3"), selected());
        assertEquals(List.of(), opened);
        click("n1", 1, true);
        assertEquals(List.of("n3", "n1"), selected());
        click("n2", 2, false);
        assertEquals(List.of("n2"), selected());
        assertEquals(List.of("n2"), opened);
        call(() -> press(KeyCode.ENTER));
        assertEquals(List.of("n2", "n2"), opened);
    }

    @Test
    void thePointerFindsNodesAndPanelsCoverThem() throws Exception {
        show(diamond());
        settled();
        point(canvas.localToScreen(call(() -> canvas.place("n2"))));
        assertEquals(List.of("n2"), selected());
        assertTrue(call(() -> canvas.lookup(".graph-tip").isVisible()));
        point(canvas.localToScreen(new Point2D(30, 675)));
        assertEquals(List.of("n2"), selected());
        assertFalse(call(() -> canvas.lookup(".graph-tip").isVisible()));
        point(canvas.localToScreen(new Point2D(500, 20)));
        assertEquals(List.of(), selected());
    }

    @Test
    void arrowsWalkAlongEdges() throws Exception {
        show(diamond());
        settled();
        var walked = new ArrayList<Object>();
        for (KeyCode key :
                List.of(
                        KeyCode.RIGHT,
                        KeyCode.RIGHT,
                        KeyCode.RIGHT,
                        KeyCode.RIGHT,
                        KeyCode.RIGHT,
                        KeyCode.LEFT)) {
            call(() -> press(key));
            walked.addAll(selected());
        }
        assertEquals("n0", walked.getFirst());
        assertEquals("n3", walked.get(4));
        assertEquals(6, walked.size());
    }

    @Test
    void theWayBetweenTwoIsLitWhicheverComesFirst() throws Exception {
        show(diamond());
        Image before = settled();
        call(() -> {
            canvas.select(List.of("n3", "n0"));
            return press(KeyCode.W);
        });
        Image lit = settled();
        save(lit, "graph-way");
        assertFalse(colours(lit).equals(colours(before)));
        call(() -> press(KeyCode.ESCAPE));
        assertEquals(List.of("n3", "n0"), selected());
        call(() -> press(KeyCode.ESCAPE));
        assertEquals(List.of(), selected());
        assertEquals(colours(before), colours(settled()));
    }

    /// Dragging moves what is drawn already; selecting has it drawn anew.
    @ParameterizedTest
    @ValueSource(doubles = {1, 8, 40})
    void draggingLooksExactlyAsIfAllWereDrawnAnew(double closer) throws Exception {
        show(GraphPanning.view(3000, 9000));
        settled();
        call(() -> {
            canvas.zoom(closer);
            return null;
        });
        Image before = settled();
        call(() -> {
            fire(MouseEvent.MOUSE_PRESSED, new Point2D(500, 350), 1, false);
            fire(MouseEvent.MOUSE_DRAGGED, new Point2D(452, 371), 1, false);
            fire(MouseEvent.MOUSE_RELEASED, new Point2D(452, 371), 1, false);
            return null;
        });
        Image moved = settled();
        click(0, 1, false);
        settled();
        call(() -> press(KeyCode.ESCAPE));
        Image anew = settled();
        assertEquals(0, differences(moved, anew));
        assertTrue(differences(moved, before) > 1000);
    }

    @Test
    void whatCannotBeDrawnIsSaidAndNothingWaitsForIt() throws Exception {
        var failing =
                call(() ->
                        new GraphCanvas(_ -> {
                            throw new IllegalStateException("no ink");
                        }));
        var done = new CompletableFuture<String>();
        call(() -> {
            failing.failureProperty()
                    .subscribe(e -> {
                        if (e != null) {
                            done.complete(e + " " + e.getCause());
                        }
                    });
            failing.viewProperty().set(diamond());
            return root.getChildren().setAll(failing);
        });
        assertEquals(
                "java.lang.IllegalStateException: the graph could not be drawn"
                        + " java.lang.IllegalStateException: no ink",
                done.get());
        canvas = failing;
        settled();
    }

    @Test
    void theSelectionStaysWhenTheGraphGrows() throws Exception {
        show(diamond());
        call(() -> {
            canvas.select(List.of("n2", "stranger"));
            return null;
        });
        show(diamond());
        settled();
        assertEquals(List.of("n2"), selected());
    }

    @Test
    void aThinBandBeginsAtItsLeftEndAndSaysSo() throws Exception {
        int last = 399;
        int[] steps = IntStream.range(0, last).toArray();
        int[] next = IntStream.rangeClosed(1, last).toArray();
        show(view(Digraph.of(last + 1, steps, next)));
        settled();
        assertTrue(
                call(() -> ((Label) canvas.lookup(".graph-counts")).getText())
                        .endsWith("400 layers, begun at their left end: 0 shows all"));
        assertTrue(call(() -> canvas.place("n0").getX()) > 0);
        assertTrue(call(() -> canvas.place("n1").getX()) > 200);
        var opened = new ArrayList<Object>();
        call(() -> {
            canvas.setOnOpen(node -> opened.add(node.id()));
            return null;
        });
        click("n1", 2, false);
        assertEquals(List.of("n1"), opened);
        call(() -> press(KeyCode.DIGIT0));
        settled();
        click("n300", 2, false);
        assertEquals(List.of("n1", "n300"), opened);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theMinimapLeadsToWhatIsOutOfView(boolean dark) throws Exception {
        call(() -> {
            wear(stage.getScene(), dark);
            return null;
        });
        show(GraphPanning.view(500, 1500));
        settled();
        Node minimap = call(() -> canvas.lookup("#graph-minimap"));
        assertFalse(minimap.isVisible());
        call(() -> {
            canvas.zoom(8);
            return null;
        });
        save(settled(), "graph-minimap" + (dark ? "-dark" : "-light"));
        assertTrue(minimap.isVisible());
        var frame = (Rectangle) call(() -> minimap.lookup(".graph-minimap-frame"));
        double x = GraphMinimap.WIDTH / 4;
        double y = GraphMinimap.HEIGHT / 2;
        point(minimap.localToScreen(x, y));
        settled();
        assertEquals(x, frame.getX() + frame.getWidth() / 2, 1);
        assertEquals(y, frame.getY() + frame.getHeight() / 2, 1);
        call(() -> press(KeyCode.DIGIT0));
        settled();
        assertFalse(minimap.isVisible());
    }

    @Test
    void everyToolHasANameToBeRead() throws Exception {
        show(diamond());
        settled();
        assertTrue(
                call(() ->
                        canvas.lookupAll(".graph-tools > .button").stream()
                                .allMatch(tool -> !tool.getAccessibleText().isBlank())));
    }

    private static GraphView diamond() throws InterruptedException {
        return view(DIAMOND);
    }

    private static GraphView view(Digraph graph) throws InterruptedException {
        return GraphView.of(
                graph,
                IntStream.range(0, graph.nodes())
                        .mapToObj(i ->
                                new GraphView.Node(
                                        "n" + i,
                                        i == 4 ? NodeKind.DERIVATION : NodeKind.PATH,
                                        TrustMark.TRUSTED,
                                        "node-" + i,
                                        "1." + i,
                                        1000L * i,
                                        2000L * i,
                                        77L * i,
                                        1))
                        .toList(),
                0,
                0);
    }

    private void show(GraphView view) throws Exception {
        call(() -> {
            canvas.viewProperty().set(view);
            return null;
        });
    }

    /// A picture of the scene, once everything is drawn.
    private Image settled() throws Exception {
        var done = new CompletableFuture<Void>();
        call(() -> {
            root.layout();
            if (!canvas.drawingProperty().get()) {
                done.complete(null);
            }
            canvas.drawingProperty()
                    .addListener((_, _, drawing) -> {
                        if (!drawing) {
                            done.complete(null);
                        }
                    });
            return null;
        });
        done.get();
        return call(() -> stage.getScene().snapshot(null));
    }

    private List<Object> selected() throws Exception {
        return call(() -> canvas.selected().stream().map(GraphView.Node::id).toList());
    }

    private void click(Object id, int times, boolean adding) throws Exception {
        call(() -> {
            var at = canvas.place(id);
            fire(MouseEvent.MOUSE_PRESSED, at, times, adding);
            fire(MouseEvent.MOUSE_RELEASED, at, times, adding);
            return null;
        });
    }

    private void fire(EventType<MouseEvent> type, Point2D at, int times, boolean adding) {
        canvas.fireEvent(
                new MouseEvent(
                        type,
                        at.getX(),
                        at.getY(),
                        at.getX(),
                        at.getY(),
                        MouseButton.PRIMARY,
                        times,
                        adding,
                        false,
                        false,
                        false,
                        true,
                        false,
                        false,
                        true,
                        false,
                        true,
                        null));
    }

    /// Moves the pointer and clicks, as a hand would.
    private static void point(Point2D at) throws Exception {
        call(() -> {
            var robot = new Robot();
            robot.mouseMove(at);
            robot.mouseClick(MouseButton.PRIMARY);
            return null;
        });
        call(() -> null); // lets the events arrive
    }

    private Void press(KeyCode key) {
        canvas.fireEvent(
                new KeyEvent(
                        KeyEvent.KEY_PRESSED, "", key.getName(), key, false, false, false, false));
        return null;
    }

    private static <T> T call(Callable<T> action) throws Exception {
        var result = new CompletableFuture<T>();
        Platform.runLater(() -> {
            try {
                result.complete(action.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result.get();
    }

    private static int[] pixels(Image image) {
        int wide = (int) image.getWidth();
        int high = (int) image.getHeight();
        var pixels = new int[wide * high];
        image.getPixelReader()
                .getPixels(0, 0, wide, high, PixelFormat.getIntArgbInstance(), pixels, 0, wide);
        return pixels;
    }

    private static Set<Integer> colours(Image image) {
        return IntStream.of(pixels(image)).boxed().collect(Collectors.toSet());
    }

    private static long differences(Image one, Image other) {
        int[] first = pixels(one);
        int[] second = pixels(other);
        return IntStream.range(0, first.length).filter(i -> first[i] != second[i]).count();
    }

    private static void save(Image image, String name) throws IOException {
        int wide = (int) image.getWidth();
        int high = (int) image.getHeight();
        var picture = new BufferedImage(wide, high, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(0, 0, wide, high, pixels(image), 0, wide);
        ImageIO.write(picture, "png", new File("target/" + name + ".png"));
    }
}
