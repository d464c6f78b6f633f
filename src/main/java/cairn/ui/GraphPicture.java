package cairn.ui;

import cairn.ui.model.GraphView;
import java.nio.IntBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.ResourceBundle;
import java.util.function.Consumer;
import java.util.function.Function;
import javafx.application.Platform;
import javafx.scene.canvas.Canvas;
import javafx.scene.image.ImageView;
import javafx.scene.image.PixelBuffer;
import javafx.scene.image.PixelFormat;
import javafx.scene.image.WritableImage;
import javafx.scene.layout.Region;
import javafx.scene.shape.Rectangle;
import org.jspecify.annotations.Nullable;

/// The picture of a graph, with the words that belong to it.
///
/// It is drawn off the UI thread and put on the screen when it is done; until then the last one
/// stays. It reaches beyond the view on all sides, and as long as the view only moves the same
/// picture is moved by whole pixels, which looks exactly as if it were drawn anew; a new one is
/// begun when half of what is beyond the view has come in. Use on the UI thread.
final class GraphPicture extends Region {
    /// How far the picture reaches beyond the view, in pixels of the scene.
    static final int MARGIN = 192;

    /// How many sheets lie unused behind the one on the screen, which may still be read when the
    /// next is put there.
    private static final int BEHIND = 2;

    private final ImageView image = new ImageView();
    private final Canvas canvas = new Canvas();
    private final Rectangle window = new Rectangle();
    private final GraphLabels labels;
    private final Consumer<@Nullable Miniature> onDrawn;
    private final Consumer<Throwable> onFailure;
    private final Function<GraphView, GraphPainter> painters;
    private @Nullable Sheet front;
    private final Queue<Sheet> behind = new ArrayDeque<>();
    private GraphView view = GraphView.EMPTY;
    private GraphPainter painter = new GraphPainter(GraphView.EMPTY);
    private @Nullable GraphFrame drawn;
    private @Nullable GraphFrame shown;
    private boolean drawing;

    /// What a picture is drawn on.
    private record Sheet(PixelBuffer<IntBuffer> pixels, WritableImage image) {
        static Sheet of(int width, int height) {
            var pixels =
                    new PixelBuffer<>(
                            width,
                            height,
                            IntBuffer.allocate(width * height),
                            PixelFormat.getIntArgbPreInstance());
            return new Sheet(pixels, new WritableImage(pixels));
        }

        boolean fits(GraphFrame frame) {
            return pixels.getWidth() == frame.pictureWidth()
                    && pixels.getHeight() == frame.pictureHeight();
        }
    }

    /// A small picture that was drawn along.
    record Miniature(GraphFrame frame, Raster raster) {}

    /// @param painters makes what paints a graph
    /// @param onDrawn told after each new picture, also of the small one if there was one
    /// @param onFailure told if one could not be drawn
    GraphPicture(
            ResourceBundle words,
            Function<GraphView, GraphPainter> painters,
            Consumer<@Nullable Miniature> onDrawn,
            Consumer<Throwable> onFailure) {
        this.painters = painters;
        this.onDrawn = onDrawn;
        this.onFailure = onFailure;
        labels = new GraphLabels(canvas, words);
        setManaged(false);
        setMouseTransparent(true);
        setClip(window);
        getChildren().addAll(image, canvas);
    }

    /// Shows another graph once it is drawn.
    void show(GraphView now) {
        view = now;
        drawn = null;
        shown = null;
    }

    /// Whether a picture is being drawn.
    boolean isDrawing() {
        return drawing;
    }

    /// The node at a point of the view as it is shown, in pixels of the scene, or -1.
    int nodeAt(double x, double y) {
        var frame = shown;
        return frame == null ? -1 : painter.nodeAt(frame, x * frame.density(), y * frame.density());
    }

    /// What is on the screen, if anything is.
    @Nullable GraphFrame shown() {
        return shown;
    }

    /// Comes as close to a frame as what is drawn allows, and has it drawn if need be.
    ///
    /// @param mini a small picture to draw along with it, or null
    /// @return false if another has to be finished before this is shown: ask again then
    boolean want(GraphFrame frame, @Nullable GraphFrame mini, String fontFamily) {
        window.setWidth(frame.width() / frame.density());
        window.setHeight(frame.height() / frame.density());
        boolean stays = moveTo(frame);
        if (stays && mini == null) {
            return true;
        }
        if (drawing) {
            return false;
        }
        draw(frame, mini, fontFamily);
        return true;
    }

    /// Moves what is drawn, and tells whether that will do for the moment.
    private boolean moveTo(GraphFrame frame) {
        var from = drawn;
        if (from == null || !from.isLike(frame)) {
            return false;
        }
        int dx = Math.clamp(frame.left() - from.left(), -from.margin(), from.margin());
        int dy = Math.clamp(frame.top() - from.top(), -from.margin(), from.margin());
        place(from, dx, dy);
        return Math.max(Math.abs(dx), Math.abs(dy)) <= from.margin() / 2;
    }

    private void place(GraphFrame from, int dx, int dy) {
        shown = from.at(from.left() + dx, from.top() + dy);
        for (var layer : List.of(image, canvas)) {
            layer.relocate(
                    (dx - from.margin()) / from.density(), (dy - from.margin()) / from.density());
        }
    }

    private void draw(GraphFrame frame, @Nullable GraphFrame mini, String fontFamily) {
        drawing = true;
        var now = view;
        var last = painter;
        var spare = behind.size() < BEHIND ? null : behind.remove();
        Runnable paint =
                () -> {
                    var with = last.view().equals(now) ? last : painters.apply(now);
                    var sheet =
                            spare != null && spare.fits(frame)
                                    ? spare
                                    : Sheet.of(frame.pictureWidth(), frame.pictureHeight());
                    var writing =
                            with.paint(
                                    new Raster(
                                            frame.pictureWidth(),
                                            frame.pictureHeight(),
                                            sheet.pixels.getBuffer().array()),
                                    frame);
                    Miniature small = mini == null ? null : miniature(with, mini);
                    Platform.runLater(
                            () -> present(frame, with, writing, sheet, small, fontFamily));
                };
        // A thread of the platform: virtual ones may all be busy hashing.
        Thread.ofPlatform()
                .daemon()
                .name("graph painter")
                .uncaughtExceptionHandler((_, e) -> Platform.runLater(() -> fail(now, e)))
                .start(paint);
    }

    private static Miniature miniature(GraphPainter with, GraphFrame frame) {
        var raster = new Raster(frame.width(), frame.height());
        with.paint(raster, frame);
        return new Miniature(frame, raster);
    }

    private void present(
            GraphFrame frame,
            GraphPainter with,
            GraphPainter.Writing writing,
            Sheet sheet,
            @Nullable Miniature small,
            String fontFamily) {
        drawing = false;
        if (!with.view().equals(view)) {
            return;
        }
        painter = with;
        if (front != null) {
            behind.add(front);
        }
        front = sheet;
        sheet.pixels.updateBuffer(_ -> null);
        image.setImage(sheet.image);
        image.setFitWidth(frame.pictureWidth() / frame.density());
        image.setFitHeight(frame.pictureHeight() / frame.density());
        drawn = frame;
        place(frame, 0, 0);
        canvas.setWidth(image.getFitWidth());
        canvas.setHeight(image.getFitHeight());
        labels.draw(frame, with, writing, fontFamily);
        onDrawn.accept(small);
    }

    private void fail(GraphView of, Throwable cause) {
        drawing = false;
        if (of.equals(view)) {
            onFailure.accept(cause);
        }
    }
}
