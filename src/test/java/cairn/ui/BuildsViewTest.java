package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Cid;
import cairn.ui.model.BuildSamples;
import cairn.ui.model.Place;
import java.io.IOException;
import java.util.List;
import javafx.geometry.Orientation;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.Labeled;
import javafx.scene.control.ListView;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TabPane;
import javafx.scene.control.TableView;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;

@ExtendWith(ApplicationExtension.class)
class BuildsViewTest {
    private final SampleWindow window = new SampleWindow();
    private final List<Cid> stopped = BuildSamples.add(window.engine);
    private final List<Cid> broken = BuildSamples.fail(window.engine);

    BuildsViewTest() throws IOException {}

    @Start
    void open(Stage stage) {
        window.show(stage);
        window.model.open(new Place.Builds());
    }

    @AfterEach
    void close(FxRobot robot) throws IOException {
        window.close(robot);
    }

    @Test
    void theListTellsOutcomesInWordsAndShapesAndOpensABuild(FxRobot robot) {
        TableView<?> table = robot.lookup("#builds-table").queryTableView();
        assertEquals(8, table.getItems().size());
        assertEquals("8 builds", robot.lookup("#count").queryLabeled().getText());
        assertTrue(cells(robot).containsAll(List.of("Failed", "Saved", "Cut off", "Built")));
        robot.push(KeyCode.CONTROL, KeyCode.F).write("cut-off");
        assertEquals("1 of 8 builds", robot.lookup("#count").queryLabeled().getText());
        robot.push(KeyCode.DOWN).push(KeyCode.ENTER);
        assertEquals(new Place.OfBuild(stopped.getFirst()), window.place());
    }

    @Test
    void whereTheWaveStoppedIsToldInWordsAndInTheGraph(FxRobot robot) {
        show(robot, stopped.getFirst());
        assertEquals(
                "The wave stopped here: 2 derivations need not be built.",
                robot.lookup("#build-wave").queryLabeled().getText());
        assertEquals("Cut off 1", legend(robot, "cut-off").getText());
        assertEquals("Saved 2", legend(robot, "saved").getText());
        assertFalse(robot.lookup("#graph-kind-derivation").tryQuery().isPresent());
        assertEquals(
                List.of("− // one", "+ // two"),
                robot.lookup("#build-changes").queryAs(Node.class).lookupAll(".mono").stream()
                        .filter(Label.class::isInstance)
                        .map(line -> ((Labeled) line).getText())
                        .toList());
        assertEquals(1, robot.lookup("#build-outputs").queryTableView().getItems().size());
    }

    @Test
    void whatFailedShowsItsLogAtOnce(FxRobot robot) {
        show(robot, broken.getFirst());
        TabPane tabs = robot.lookup("#build-tabs").queryAs(TabPane.class);
        assertEquals("Log", tabs.getSelectionModel().getSelectedItem().getText());
        ListView<?> log = robot.lookup("#preview-rows").queryListView();
        assertEquals("installing library-1.10", log.getItems().getLast());
        show(robot, broken.getLast());
        String wave = robot.lookup("#build-wave").queryLabeled().getText();
        assertEquals("Not built, because library-1.10, tool-1.9 failed.", wave);
        assertEquals(
                "Its builder did not run, so there is no log.",
                robot.lookup("#build-log-note").queryLabeled().getText());
    }

    @Test
    void aNarrowWindowPutsTheGraphAboveTheRest(FxRobot robot) {
        show(robot, stopped.getFirst());
        SplitPane halves = robot.lookup("#build-halves").queryAs(SplitPane.class);
        assertEquals(Orientation.HORIZONTAL, halves.getOrientation());
        robot.interact(() -> halves.getScene().getWindow().setWidth(520));
        robot.interact(() -> {});
        assertEquals(Orientation.VERTICAL, halves.getOrientation());
    }

    private void show(FxRobot robot, Cid build) {
        robot.interact(() -> window.model.open(new Place.OfBuild(build)));
        robot.interact(() -> {});
    }

    private static ToggleButton legend(FxRobot robot, String kind) {
        return robot.lookup("#graph-kind-" + kind).queryAs(ToggleButton.class);
    }

    private static List<String> cells(FxRobot robot) {
        return robot.from(robot.lookup("#builds-table")).lookup(".table-cell").queryAll().stream()
                .map(cell -> ((Labeled) cell).getText())
                .toList();
    }
}
