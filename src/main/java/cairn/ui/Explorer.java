package cairn.ui;

import cairn.engine.Engine;
import cairn.ui.model.Place;
import cairn.ui.model.Problems;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.scene.control.Label;
import javafx.scene.image.Image;
import javafx.scene.layout.StackPane;
import javafx.stage.Stage;
import org.jspecify.annotations.Nullable;

/// The desktop explorer in a window of its own.
public final class Explorer {
    private static final double WIDTH = 1280;
    private static final double HEIGHT = 800;

    private final Path home;
    private final Place place;
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable Window window;

    private Explorer(Path home, Place place) {
        this.home = home;
        this.place = place;
    }

    /// Opens the explorer on a home, and returns when its window is closed.
    ///
    /// The store opens while JavaFX starts.
    public static void open(Path home, Place place) throws InterruptedException, IOException {
        var engine = CompletableFuture.supplyAsync(() -> engine(home));
        var explorer = new Explorer(home, place);
        Toolkit.start(false);
        Platform.runLater(() -> explorer.show(engine));
        explorer.closed.await();
        Platform.exit();
        if (!engine.isCompletedExceptionally()) {
            engine.join().close();
        }
    }

    private static Engine engine(Path home) {
        try {
            return Engine.open(home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void show(CompletableFuture<Engine> engine) {
        var stage = new Stage();
        stage.setTitle(Words.text("app.title"));
        stage.getIcons().addAll(icons());
        stage.setOnHidden(_ -> close());
        var settings = new SettingsModel(home.resolve("explorer.properties"));
        stage.setScene(new Scene(new StackPane(), WIDTH, HEIGHT));
        Look.follow(stage.getScene(), settings);
        CompletableFuture<Engine> _ =
                engine.whenComplete((opened, failure) ->
                        Platform.runLater(() -> {
                            if (opened != null) {
                                window = new Window(opened, settings, place, WIDTH, HEIGHT);
                                stage.setScene(window.scene());
                            } else {
                                fail(stage, failure);
                            }
                            stage.show();
                        }));
    }

    private static void fail(Stage stage, Throwable failure) {
        var cause = failure.getCause() instanceof Exception e ? e : new IOException(failure);
        var words = new Label(Problems.describe(cause).toString());
        words.setWrapText(true);
        words.getStyleClass().add("padded");
        stage.getScene().setRoot(new StackPane(words));
    }

    private void close() {
        if (window != null) {
            window.model().settings().save();
            window.close();
        }
        closed.countDown();
    }

    private static List<Image> icons() {
        return List.of("16", "32", "48", "128", "256").stream()
                .map(size ->
                        new Image(
                                Objects.requireNonNull(
                                                Explorer.class.getResource(
                                                        "/cairn/icons/cairn-" + size + ".png"))
                                        .toExternalForm()))
                .toList();
    }
}
