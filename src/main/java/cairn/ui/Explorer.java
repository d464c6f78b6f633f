package cairn.ui;

import cairn.engine.CacheServer;
import cairn.engine.CacheSwitch;
import cairn.engine.Engine;
import cairn.engine.Network;
import cairn.store.Home;
import cairn.ui.model.Answer;
import cairn.ui.model.Answer.Phase;
import cairn.ui.model.Place;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javafx.animation.PauseTransition;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.scene.image.Image;
import javafx.stage.Stage;
import javafx.util.Duration;
import org.jspecify.annotations.Nullable;

/// The desktop explorer in a window of its own.
public final class Explorer {
    private static final double WIDTH = 1280;
    private static final double HEIGHT = 800;

    private static final Duration AFTER_FIRST_FRAME = Duration.millis(200);

    private final Path home;
    private final Place place;
    private final CacheServer.Starter starter;
    private final Network network;
    private final FxWork work = new FxWork();
    private final Answer<Engine> engine = new Answer<>(work);

    /// Whatever was opened, even if nobody waits for it any more.
    private final Queue<Engine> opened = new ConcurrentLinkedQueue<>();

    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable Window window;
    private @Nullable CacheSwitch serving;

    private Explorer(Path home, Place place, CacheServer.Starter starter, Network network) {
        this.home = home;
        this.place = place;
        this.starter = starter;
        this.network = network;
    }

    /// Opens the explorer on a home, and returns when its window is closed.
    ///
    /// The store opens while JavaFX starts.
    ///
    /// @param starter serves the store to Nix where one asks for that
    /// @param network leads to other nodes where one asks for that
    public static void open(Path home, Place place, CacheServer.Starter starter, Network network)
            throws InterruptedException, IOException {
        new Explorer(home, place, starter, network).run(false, _ -> {});
    }

    /// Opens the explorer on a home and closes it again as soon as it shows all that it asked for.
    ///
    /// @param headless draw without a display
    public static void rehearse(Path home, boolean headless, CacheServer.Starter starter)
            throws InterruptedException, IOException {
        new Explorer(home, new Place.Overview(), starter, Network.NONE)
                .run(headless, Explorer::closeWhenQuiet);
    }

    /// @param onShown is given the window once it has the store
    private void run(boolean headless, Consumer<Window> onShown)
            throws InterruptedException, IOException {
        var early = new FutureTask<>(this::openStore);
        Thread opening = Thread.ofVirtual().name("open").start(early);
        Toolkit.start(headless);
        var settings = SettingsModel.of(new Home(home));
        Platform.runLater(() -> show(settings, early, onShown));
        closed.await();
        if (window != null) {
            settings.save();
        }
        work.close();
        Platform.exit();
        opening.join();
        if (serving != null) {
            serving.close();
        }
        for (Engine each : opened) {
            each.close();
        }
    }

    private Engine openStore() throws IOException {
        Engine store = Engine.open(home, InstantSource.system(), System.getenv(), network);
        opened.add(store);
        return store;
    }

    /// Shows the window once the store is open, as most are by now; else that it is being opened.
    private void show(SettingsModel settings, FutureTask<Engine> early, Consumer<Window> onShown) {
        var stage = new Stage();
        stage.setTitle(Words.text("app.title"));
        stage.setOnHidden(_ -> close());
        var decorated = new PauseTransition(AFTER_FIRST_FRAME);
        decorated.setOnFinished(_ -> stage.getIcons().setAll(icons()));
        stage.setOnShown(_ -> decorated.play());
        var first = new AtomicReference<@Nullable FutureTask<Engine>>(early);
        engine.ask(() -> {
            var begun = first.getAndSet(null);
            return begun == null ? openStore() : begun.get();
        });
        engine.valueProperty()
                .subscribe(store -> {
                    if (store != null && closed.getCount() > 0) {
                        serving = new CacheSwitch(store, starter);
                        window = new Window(store, settings, place, serving, WIDTH, HEIGHT);
                        stage.setScene(window.scene());
                        stage.show();
                        // Others can wait until there is something to see.
                        window.whenQuiet(window.model().meeting()::resume);
                        onShown.accept(window);
                    }
                });
        engine.phaseProperty()
                .subscribe(phase -> {
                    boolean late = phase == Phase.WAITING && !early.isDone();
                    if (stage.getScene() == null && (late || phase == Phase.FAILED)) {
                        var opening = new StatePane();
                        stage.setScene(new Scene(opening, WIDTH, HEIGHT));
                        Look.follow(stage.getScene(), settings);
                        opening.follow(engine);
                        stage.show();
                    }
                });
    }

    private static void closeWhenQuiet(Window shown) {
        shown.scene().getWindow().setOpacity(0);
        shown.whenQuiet(() -> shown.scene().getWindow().hide());
    }

    private void close() {
        if (window != null) {
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
