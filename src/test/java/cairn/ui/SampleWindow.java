package cairn.ui;

import cairn.engine.CacheSwitch;
import cairn.engine.Engine;
import cairn.gateway.Gateway;
import cairn.ui.model.DirectWork;
import cairn.ui.model.Place;
import cairn.ui.model.Samples;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.ShellModel;
import cairn.ui.model.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.stage.Stage;
import org.testfx.api.FxRobot;

/// The shell on a small store of its own, at the list of paths.
final class SampleWindow {
    final Path home = Files.createTempDirectory("cairn");
    final Engine engine = Samples.engine(home);
    final CacheSwitch serving = new CacheSwitch(engine, Gateway::start);
    final SettingsModel settings = new SettingsModel(home.resolve("settings"));
    final ShellModel model =
            new ShellModel(
                    engine,
                    new DirectWork(),
                    Platform::runLater,
                    settings,
                    new Place.Paths(""),
                    serving);

    SampleWindow() throws IOException {}

    void show(Stage stage) {
        var views = new Views(Words.bundle());
        stage.setScene(new Scene(views.load(new ShellController(model, views)), 980, 700));
        Look.follow(stage.getScene(), settings);
        stage.sizeToScene(); // it is one for all tests, and some resize it
        stage.show();
    }

    /// Where one is, in the half that is in use.
    Place place() {
        return model.activeProperty().get().history().placeProperty().get();
    }

    void close(FxRobot robot) throws IOException {
        robot.interact(model::close); // after what is still to be shown
        serving.close();
        engine.close();
        try (var files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
