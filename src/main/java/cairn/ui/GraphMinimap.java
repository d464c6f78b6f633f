package cairn.ui;

import cairn.graph.LayeredLayout;
import java.nio.IntBuffer;
import javafx.scene.image.ImageView;
import javafx.scene.image.PixelBuffer;
import javafx.scene.image.PixelFormat;
import javafx.scene.image.WritableImage;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.Region;
import javafx.scene.shape.Rectangle;
import org.jspecify.annotations.Nullable;

/// The whole graph in small, with a frame around what the canvas shows; hidden while that is all.
final class GraphMinimap extends Region {
    static final double WIDTH = 176;
    static final double HEIGHT = 116;

    private final ImageView picture = new ImageView();
    private final Rectangle frame = new Rectangle();
    private final Target target;
    private @Nullable GraphFrame shown;
    private boolean fits = true;

    /// Takes the point of the layout that is to come into the middle.
    interface Target {
        void centre(double x, double y);
    }

    GraphMinimap(Target target) {
        this.target = target;
        getStyleClass().add("graph-minimap");
        setId("graph-minimap");
        setPrefSize(WIDTH, HEIGHT);
        setVisible(false);
        picture.relocate(1, 1);
        picture.setFitWidth(WIDTH - 2);
        picture.setFitHeight(HEIGHT - 2);
        frame.getStyleClass().add("graph-minimap-frame");
        frame.setManaged(false);
        setClip(new Rectangle(WIDTH, HEIGHT));
        getChildren().addAll(picture, frame);
        addEventHandler(MouseEvent.MOUSE_PRESSED, this::point);
        addEventHandler(MouseEvent.MOUSE_DRAGGED, this::point);
        addEventHandler(MouseEvent.MOUSE_RELEASED, MouseEvent::consume);
    }

    void show(GraphFrame of, int[] pixels) {
        shown = of;
        picture.setImage(
                new WritableImage(
                        new PixelBuffer<>(
                                of.width(),
                                of.height(),
                                IntBuffer.wrap(pixels),
                                PixelFormat.getIntArgbPreInstance())));
    }

    /// Says whether there is room for it beside what it is a map of.
    void setFits(boolean room) {
        fits = room;
        setVisible(room && isVisible());
    }

    /// Frames what is in view, in units of the layout.
    void frame(LayeredLayout layout, double x, double y, double width, double height) {
        var of = shown;
        boolean all =
                x <= 0 && y <= 0 && x + width >= layout.width() && y + height >= layout.height();
        setVisible(fits && of != null && !all);
        if (of != null) {
            double device = of.width() / WIDTH;
            frame.setX((of.left() + x * of.scale()) / device);
            frame.setY((of.top() + y * of.scale()) / device);
            frame.setWidth(width * of.scale() / device);
            frame.setHeight(height * of.scale() / device);
        }
    }

    private void point(MouseEvent event) {
        var of = shown;
        if (of != null) {
            double device = of.width() / WIDTH;
            target.centre(
                    (event.getX() * device - of.left()) / of.scale(),
                    (event.getY() * device - of.top()) / of.scale());
        }
        event.consume();
    }
}
