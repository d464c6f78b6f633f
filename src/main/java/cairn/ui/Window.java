package cairn.ui;

import cairn.engine.CacheSwitch;
import cairn.engine.Engine;
import cairn.ui.model.Place;
import cairn.ui.model.Problem;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.ShellModel;
import cairn.ui.model.Words;
import java.util.Optional;
import javafx.animation.AnimationTimer;
import javafx.application.Platform;
import javafx.scene.Parent;
import javafx.scene.Scene;
import javafx.util.Subscription;

/// A scene with the shell in it, and what has to be closed with it.
final class Window implements AutoCloseable {
    /// For how many pulses nothing must have been under way, so that what arrived last is drawn.
    private static final int QUIET = 4;

    private final FxWork work = new FxWork();
    private final ShellModel model;
    private final ShellController controller;
    private final Scene scene;
    private final Subscription look;
    private boolean closed;

    Window(
            Engine engine,
            SettingsModel settings,
            Place place,
            CacheSwitch serving,
            double width,
            double height) {
        Look.prepare(settings);
        model = new ShellModel(engine, work, Platform::runLater, settings, place, serving);
        var views = new Views(Words.bundle());
        controller = new ShellController(model, views);
        Parent root = views.load(controller);
        scene = new Scene(root, width, height);
        look = Look.follow(scene, settings);
        controller.watch();
    }

    Scene scene() {
        return scene;
    }

    ShellModel model() {
        return model;
    }

    /// Whether something is being read or done, or drawn off the UI thread.
    boolean isBusy() {
        return work.pendingProperty().get() > 0
                || model.activities().runningProperty().get() > 0
                || scene.getRoot().lookupAll(".graph-canvas").stream()
                        .anyMatch(node ->
                                node instanceof GraphCanvas canvas
                                        && canvas.getWidth() >= 1
                                        && canvas.drawingProperty().get());
    }

    /// Runs something once the window shows all that it asked for, unless it is closed before.
    void whenQuiet(Runnable action) {
        new AnimationTimer() {
            private int quiet;

            @Override
            public void handle(long now) {
                quiet = isBusy() ? 0 : quiet + 1;
                if (closed || quiet >= QUIET) {
                    stop();
                }
                if (!closed && quiet >= QUIET) {
                    action.run();
                }
            }
        }.start();
    }

    /// Why something that the window should show is not there, if so.
    Optional<Exception> failure() {
        return scene.getRoot().lookupAll(".state-pane").stream()
                .filter(StatePane.class::isInstance)
                .flatMap(pane -> ((StatePane) pane).problem().stream())
                .findFirst()
                .or(() -> model.migrating().stateProperty().get().problem())
                .map(Problem::cause);
    }

    @Override
    public void close() {
        closed = true;
        look.unsubscribe();
        controller.close();
        model.close();
        work.close();
    }
}
