package cairn.ui;

import cairn.engine.CacheServer;
import cairn.engine.CacheSwitch;
import cairn.engine.Engine;
import cairn.ui.model.Place;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.SettingsModel.Theme;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.scene.image.PixelFormat;
import javafx.scene.image.WritableImage;
import javafx.scene.layout.Pane;
import javafx.scene.layout.Region;
import javafx.stage.Stage;
import javax.imageio.ImageIO;

/// Renders a place of the explorer without a display.
public final class Shot {
    /// How wide and high the screen is that JavaFX makes up without a display, in pixels.
    private static final double SCREEN = 1000;

    private Shot() {}

    /// What there is to see, and why something of it is not, if so.
    private record View(WritableImage picture, Optional<Exception> failure) {}

    /// Writes a place as a PNG once its view has all that it asks for. Blocks until then.
    ///
    /// @param starter would serve the store to Nix
    /// @return why something of it could not be shown, if so; the picture tells it too
    public static Optional<Exception> render(
            Engine engine,
            CacheServer.Starter starter,
            Place place,
            int width,
            int height,
            boolean dark,
            OutputStream out)
            throws IOException, InterruptedException {
        Toolkit.start(true);
        var view = new CompletableFuture<View>();
        try (var serving = new CacheSwitch(engine, starter)) {
            Platform.runLater(() -> take(engine, serving, place, width, height, dark, view));
            write(view.get().picture, out);
            return view.get().failure;
        } catch (ExecutionException e) {
            throw new IOException("could not draw " + place.link(), e.getCause());
        }
    }

    @SuppressWarnings("CatchingUnchecked") // handed to whoever waits
    private static void take(
            Engine engine,
            CacheSwitch serving,
            Place place,
            int width,
            int height,
            boolean dark,
            CompletableFuture<View> view) {
        var thread = Thread.currentThread();
        var before = thread.getUncaughtExceptionHandler();
        thread.setUncaughtExceptionHandler((_, e) -> view.completeExceptionally(e));
        var _ = view.whenComplete((_, _) -> thread.setUncaughtExceptionHandler(before));
        try {
            var settings = new SettingsModel(SettingsModel.fileOf(engine.store().home()));
            settings.themeProperty().set(dark ? Theme.DARK : Theme.LIGHT);
            var window = new Window(engine, settings, place, serving, width, height);
            var _ = view.whenComplete((_, _) -> window.close());
            window.model().meeting().resume();
            Region content = inFull(window.scene(), width, height);
            var stage = new Stage();
            var _ = view.whenComplete((_, _) -> stage.close());
            stage.setScene(window.scene());
            stage.setWidth(Math.min(width, SCREEN));
            stage.setHeight(Math.min(height, SCREEN));
            stage.show();
            window.whenQuiet(() -> {
                var picture = content.snapshot(null, new WritableImage(width, height));
                view.complete(new View(picture, window.failure()));
            });
        } catch (Exception e) {
            view.completeExceptionally(e);
        }
    }

    /// Lays a scene's content out in its full size, although the window is no larger than the
    /// screen that there is without a display.
    private static Region inFull(Scene scene, int width, int height) {
        if (!(scene.getRoot() instanceof Region content)) {
            throw new IllegalStateException("the shell is no region");
        }
        var holder = new Pane();
        scene.setRoot(holder);
        content.getStyleClass().add("root");
        content.setMinSize(width, height);
        content.setPrefSize(width, height);
        content.setMaxSize(width, height);
        holder.getChildren().add(content);
        return content;
    }

    private static void write(WritableImage picture, OutputStream out) throws IOException {
        int width = (int) picture.getWidth();
        int height = (int) picture.getHeight();
        int[] pixels = new int[width * height];
        picture.getPixelReader()
                .getPixels(0, 0, width, height, PixelFormat.getIntArgbInstance(), pixels, 0, width);
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, width, height, pixels, 0, width);
        ImageIO.write(image, "png", out);
    }
}
