package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.engine.CacheSwitch;
import cairn.engine.Engine;
import cairn.gateway.Gateway;
import cairn.ui.model.DirectWork;
import cairn.ui.model.Figures;
import cairn.ui.model.Migrating.Phase;
import cairn.ui.model.MigrationSamples;
import cairn.ui.model.Place;
import cairn.ui.model.Samples;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.ShellModel;
import cairn.ui.model.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import javafx.application.Platform;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Label;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;

@ExtendWith(ApplicationExtension.class)
class MigrationViewTest {
    private final Path room = Files.createTempDirectory("cairn");
    private final Path cache = MigrationSamples.cache(room);
    private final Engine engine = Engine.open(room.resolve("home"));
    private final SettingsModel settings = new SettingsModel(room.resolve("settings"));
    private final ShellModel model =
            new ShellModel(
                    engine,
                    new DirectWork(),
                    Platform::runLater,
                    settings,
                    new Place.Overview(),
                    new CacheSwitch(engine, Gateway::start));

    MigrationViewTest() throws IOException {}

    @Start
    void open(Stage stage) {
        var views = new Views(Words.bundle());
        var shell = new ShellController(model, views, (_, _) -> Optional.of(cache));
        stage.setScene(new Scene(views.load(shell), 980, 900));
        Look.follow(stage.getScene(), settings);
        stage.sizeToScene();
        stage.show();
    }

    @AfterEach
    void close(FxRobot robot) throws IOException {
        robot.interact(model::close); // after what is still to be shown
        engine.close();
        try (var files = Files.walk(room)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aFolderIsPlannedBroughtAndVerified(FxRobot robot) throws Exception {
        robot.clickOn("#offer-migrate");
        assertEquals(new Place.Migration(""), place());
        assertTrue(robot.lookup("#migration-plan").queryButton().isDisabled());
        robot.clickOn("#migration-folder").clickOn("#migration-plan");
        assertEquals(Phase.PLANNED, rest(robot));
        assertEquals(new Place.Migration(cache.toString()), place());
        assertEquals(
                "Bring 3 paths (" + size() + ")",
                robot.lookup("#migration-bring").queryButton().getText());
        assertEquals(
                List.of(
                        "It has 3 paths",
                        "Is here no path",
                        "Comes 3 paths",
                        "Stored once no path"),
                rows(robot));
        assertTrue(robot.lookup("#migration-interim").query().isVisible());
        robot.clickOn("#migration-bring");
        assertEquals(Phase.DONE, rest(robot));
        assertFalse(robot.lookup("#migration-interim").query().isVisible());
        assertEquals("Every one of 3 paths verifies", text(robot, "#migration-statement"));
        assertEquals("Trust: 0 trusted, 0 untrusted, 3 unsigned.", text(robot, "#migration-trust"));
        assertEquals(
                "All is here: the source need not stay among the substituters.",
                text(robot, "#migration-last"));
        robot.clickOn("#migration-paths");
        assertEquals(3, robot.lookup("#paths-table").queryTableView().getItems().size());
        robot.push(KeyCode.ALT, KeyCode.LEFT);
        assertEquals("Every one of 3 paths verifies", text(robot, "#migration-statement"));
    }

    @Test
    void aDamagedPathIsNamedAndLeadsNowhere(FxRobot robot) throws Exception {
        MigrationSamples.damage(cache, Samples.TOOL);
        robot.interact(() -> model.follow("cairn:migration?from=file://" + cache));
        assertEquals(Phase.PLANNED, rest(robot));
        robot.clickOn("#migration-bring");
        assertEquals(Phase.DONE, rest(robot));
        assertEquals("The one path that is here verifies", text(robot, "#migration-statement"));
        assertEquals("2 paths did not come, or do not verify", text(robot, "#migration-losses"));
        assertTrue(robot.lookup("#migration-interim").query().isVisible());
        assertEquals(2, robot.lookup("#migration-setbacks").queryTableView().getItems().size());
        assertEquals(
                "Not all is here: let the source stay among the substituters, and migrate again.",
                text(robot, "#migration-last"));
    }

    @Test
    void aSourceThatFailsIsToldInThePlaceAndTriedAgain(FxRobot robot) throws Exception {
        robot.interact(() -> model.open(new Place.Migration("")));
        robot.interact(
                () -> model.migrating().locationProperty().set(room.resolve("none").toString()));
        robot.clickOn("#migration-from").push(KeyCode.ENTER);
        assertEquals(Phase.FAILED, rest(robot));
        assertEquals(
                "There is no file " + room.resolve("none") + ".",
                text(robot, "#migration-problem"));
        Files.createSymbolicLink(room.resolve("none"), cache);
        robot.clickOn("#migration-again");
        assertEquals(Phase.PLANNED, rest(robot));
        assertFalse(robot.lookup("#migration-stopped").query().isVisible());
    }

    @Test
    void itIsReachedByItsActionAndFromTheImport(FxRobot robot) {
        robot.push(KeyCode.CONTROL, KeyCode.K).write("migrate").push(KeyCode.ENTER);
        assertEquals(new Place.Migration(""), place());
        robot.interact(() -> model.open(new Place.Paths("")));
        robot.clickOn("#import").clickOn("#import-migrate");
        assertEquals(new Place.Migration(""), place());
        assertFalse(robot.lookup("#import-card").tryQuery().isPresent());
    }

    /// How the migration stands once nothing is under way.
    private Phase rest(FxRobot robot) throws InterruptedException {
        var rested = new CountDownLatch(1);
        robot.interact(() ->
                model.migrating()
                        .stateProperty()
                        .subscribe(state -> {
                            if (!state.isWorking()) {
                                rested.countDown();
                            }
                        }));
        rested.await();
        robot.interact(() -> {});
        return model.migrating().stateProperty().get().phase();
    }

    private static List<String> rows(FxRobot robot) {
        var names = robot.from(robot.lookup("#migration-amounts")).lookup(".name").queryAll();
        var counts = robot.from(robot.lookup("#migration-amounts")).lookup(".count").queryAll();
        var other = counts.iterator();
        return names.stream().map(name -> text(name) + " " + text(other.next())).toList();
    }

    private static String text(Node node) {
        return ((Label) node).getText();
    }

    private static String text(FxRobot robot, String id) {
        return robot.lookup(id).queryLabeled().getText();
    }

    private Place place() {
        return model.activeProperty().get().history().placeProperty().get();
    }

    private static String size() throws IOException {
        return Figures.size(
                Samples.narSize("a library")
                        + Samples.narSize("some tool")
                        + Samples.narSize("the application\n"));
    }
}
