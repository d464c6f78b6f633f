package cairn.ui;

import cairn.engine.Engine;
import cairn.store.Home;
import cairn.ui.model.Answer;
import cairn.ui.model.Place;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.scene.image.Image;
import javafx.stage.Stage;
import org.jspecify.annotations.Nullable;

/// The desktop explorer in a window of its own.
public final class Explorer {
    private static final double WIDTH = 1280;
    private static final double HEIGHT = 800;

    private final Path home;
    private final Place place;
    private final FxWork work = new FxWork();
    private final Answer<Engine> engine = new Answer<>(work);
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
        var early = new FutureTask<>(() -> Engine.open(home));
        Thread.ofVirtual().name("open").start(early);
        var explorer = new Explorer(home, place);
        Toolkit.start(false);
        Platform.runLater(() -> explorer.show(early));
        explorer.closed.await();
        explorer.work.close();
        Platform.exit();
        if (explorer.engine.known().isPresent()) {
            explorer.engine.known().get().close();
        }
    }

    /// Shows the window, and the store in it once it is open.
    private void show(FutureTask<Engine> early) {
        var stage = new Stage();
        stage.setTitle(Words.text("app.title"));
        stage.getIcons().addAll(icons());
        stage.setOnHidden(_ -> close());
        var settings = SettingsModel.of(new Home(home));
        var opening = new StatePane();
        stage.setScene(new Scene(opening, WIDTH, HEIGHT));
        Look.follow(stage.getScene(), settings);
        var first = new AtomicReference<@Nullable FutureTask<Engine>>(early);
        engine.ask(() -> {
            var begun = first.getAndSet(null);
            return begun == null ? Engine.open(home) : begun.get();
        });
        engine.valueProperty()
                .subscribe(opened -> {
                    if (opened != null) {
                        window = new Window(opened, settings, place, WIDTH, HEIGHT);
                        stage.setScene(window.scene());
                    }
                });
        opening.follow(engine);
        stage.show();
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
