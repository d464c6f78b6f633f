package cairn.ui;

import cairn.graph.Digraph;
import cairn.graph.Dominators;
import cairn.ui.model.GraphView;
import cairn.ui.model.NodeKind;
import cairn.ui.model.TrustMark;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javafx.animation.AnimationTimer;
import javafx.application.Platform;
import javafx.event.EventType;
import javafx.geometry.Point2D;
import javafx.scene.Scene;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.stage.Stage;

/// Drags graphs of some sizes about at 1200x800, and prints a line `nodes detail frames-a-second`
/// for each size with everything in view, at names and at cards.
///
/// Run with `-Dglass.platform=Headless -Dprism.order=sw`; the platform's pulse caps the figure at
/// 60.
public final class GraphPanning {
    private static final int SECONDS = 4;
    private static final List<NodeKind> KINDS = List.copyOf(EnumSet.allOf(NodeKind.class));
    private static final List<TrustMark> MARKS = List.copyOf(EnumSet.allOf(TrustMark.class));

    private GraphPanning() {}

    public static void main(String... sizes) throws Exception {
        Toolkit.start(true);
        for (String size : sizes) {
            int nodes = Integer.parseInt(size);
            GraphView view = view(nodes, 3 * nodes);
            pan(view, 0); // until it is compiled
            System.out.printf("%d fitted %.1f%n", nodes, pan(view, 0));
            System.out.printf("%d names %.1f%n", nodes, pan(view, 0.4));
            System.out.printf("%d cards %.1f%n", nodes, pan(view, 1));
        }
        Platform.exit();
    }

    /// A closure-like graph: everything hangs on node 0, the last nodes are the popular ones.
    static GraphView view(int nodes, int edges) throws InterruptedException {
        var random = new Random(5);
        var from = new int[edges];
        var to = new int[edges];
        for (int i = 0; i < edges; i++) {
            if (i < nodes - 1) {
                to[i] = i + 1;
                from[i] = random.nextInt((i + 1) / 3, i + 1);
            } else {
                from[i] = random.nextInt(nodes - 1);
                double near = random.nextDouble();
                to[i] =
                        random.nextInt(3) == 0
                                ? nodes - 1 - (int) ((nodes - 1 - from[i]) * near * near * 0.3)
                                : Math.min(nodes - 1, from[i] + 1 + random.nextInt(nodes / 20 + 3));
            }
        }
        var graph = Digraph.of(nodes, from, to);
        long[] sizes =
                IntStream.range(0, nodes)
                        .mapToLong(_ -> (long) Math.exp(12 + 2 * random.nextGaussian()))
                        .toArray();
        long[] added = Dominators.of(graph, 0).addedSizes(sizes);
        var described =
                IntStream.range(0, nodes)
                        .mapToObj(i ->
                                new GraphView.Node(
                                        i,
                                        KINDS.get(Math.max(0, random.nextInt(12) - 4)),
                                        MARKS.get(random.nextInt(5)),
                                        "package-" + i,
                                        "1." + i % 40,
                                        sizes[i],
                                        added[i],
                                        random.nextLong(),
                                        1))
                        .toList();
        return GraphView.of(graph, described, 0, 0);
    }

    /// How many frames a second show just what the drag asked for.
    private static double pan(GraphView view, double scale) {
        var frames = new CompletableFuture<Integer>();
        Platform.runLater(() -> new Panning(frames).open(view, scale));
        return frames.join() / (double) SECONDS;
    }

    /// Drags once a pulse from the first picture on. A frame counts that is on its way to the
    /// screen with the graph at another place than in the last, and at the one asked for.
    private static final class Panning extends AnimationTimer {
        private final CompletableFuture<Integer> counted;
        private final GraphCanvas canvas = new GraphCanvas();
        private final Stage stage = new Stage();
        private Point2D last = Point2D.ZERO;
        private long start;
        private int step;
        private int frames;

        Panning(CompletableFuture<Integer> counted) {
            this.counted = counted;
        }

        void open(GraphView view, double scale) {
            canvas.viewProperty().set(view);
            var scene = new Scene(canvas, 1200, 800);
            scene.getStylesheets().setAll(Look.sheet("light.css"), Look.sheet("cairn.css"));
            scene.addPostLayoutPulseListener(this::count);
            stage.setScene(scene);
            stage.show();
            if (scale > 0) {
                canvas.select(List.of(view.nodes().size() / 2));
                canvas.focus();
                canvas.zoom(scale);
            }
            start();
        }

        private void count() {
            var at = canvas.place(0);
            if (start > 0 && canvas.isUpToDate() && !at.equals(last)) {
                frames++;
                last = at;
            }
        }

        @Override
        public void handle(long now) {
            if (start == 0 && canvas.drawingProperty().get()) {
                return;
            }
            if (start == 0) {
                start = now;
                fire(canvas, MouseEvent.MOUSE_PRESSED, 600, 400);
            }
            if (now - start > TimeUnit.SECONDS.toNanos(SECONDS)) {
                stop();
                stage.close();
                counted.complete(frames);
                return;
            }
            step++;
            double x = 600 + 200 * Math.sin(step / 30.0);
            double y = 400 + 150 * Math.cos(step / 40.0);
            // As of a mouse: between two pulses.
            Platform.runLater(() -> fire(canvas, MouseEvent.MOUSE_DRAGGED, x, y));
        }
    }

    private static void fire(GraphCanvas canvas, EventType<MouseEvent> type, double x, double y) {
        canvas.fireEvent(
                new MouseEvent(
                        type,
                        x,
                        y,
                        x,
                        y,
                        MouseButton.PRIMARY,
                        1,
                        false,
                        false,
                        false,
                        false,
                        true,
                        false,
                        false,
                        true,
                        false,
                        false,
                        null));
    }
}
