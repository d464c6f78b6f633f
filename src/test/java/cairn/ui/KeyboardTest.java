package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.ui.model.GraphView;
import cairn.ui.model.Place;
import cairn.ui.model.Samples;
import cairn.ui.model.SettingsModel;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import javafx.geometry.Point2D;
import javafx.scene.control.TableView;
import javafx.scene.control.TreeTableView;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;

@ExtendWith(ApplicationExtension.class)
class KeyboardTest {
    private static final Place PATHS = new Place.Paths("");
    private static final Place TOOL = new Place.OfPath(Samples.TOOL.hash());

    private final SampleWindow window = new SampleWindow();

    KeyboardTest() throws IOException {}

    @Start
    void open(Stage stage) {
        window.show(stage);
    }

    @AfterEach
    void close(FxRobot robot) throws IOException {
        window.close(robot);
    }

    @Test
    void controlKListsWhatToDo(FxRobot robot) {
        robot.push(KeyCode.CONTROL, KeyCode.K).write("dark").push(KeyCode.ENTER);
        assertEquals(SettingsModel.Theme.DARK, window.settings.themeProperty().get());
    }

    @Test
    void spacePreviewsAPathAndEnterOpensIt(FxRobot robot) {
        select(robot, 2);
        robot.push(KeyCode.SPACE);
        assertEquals("tool", robot.lookup("#peek .title").queryLabeled().getText());
        assertEquals(PATHS, window.place());
        robot.push(KeyCode.SPACE);
        assertFalse(robot.lookup("#peek").tryQuery().isPresent());
        robot.push(KeyCode.SPACE).push(KeyCode.ESCAPE);
        assertFalse(robot.lookup("#peek").tryQuery().isPresent());
        robot.push(KeyCode.SPACE).push(KeyCode.ENTER);
        assertFalse(robot.lookup("#peek").tryQuery().isPresent());
        assertEquals(TOOL, window.place());
    }

    @Test
    void spacePreviewsAFile(FxRobot robot) {
        robot.interact(() -> window.model.open(TOOL));
        TreeTableView<?> files = robot.lookup("#files").queryAs(TreeTableView.class);
        robot.interact(() -> {
            files.requestFocus();
            files.getSelectionModel().select(1);
        });
        robot.push(KeyCode.SPACE);
        assertEquals(
                "some tool", robot.lookup("#peek #preview-text").queryTextInputControl().getText());
        assertEquals(TOOL, window.place());
    }

    @Test
    void controlFFiltersTheListThatIsSeen(FxRobot robot) {
        robot.interact(() ->
                window.model.open(
                        new Place.OfPath(Samples.APPLICATION.hash(), Place.OfPath.Tab.REFERENCES)));
        robot.push(KeyCode.CONTROL, KeyCode.F).write("libr");
        TableView<?> references = robot.lookup("#references").queryAs(TableView.class);
        assertEquals(1, references.getItems().size());
        robot.push(KeyCode.DOWN).push(KeyCode.ENTER);
        assertEquals(new Place.OfPath(Samples.LIBRARY.hash()), window.place());
    }

    @Test
    void controlCCopiesWhatIsSelected(FxRobot robot) {
        select(robot, 1);
        robot.push(KeyCode.SHIFT, KeyCode.DOWN).push(KeyCode.CONTROL, KeyCode.C);
        robot.interact(() -> assertEquals(Samples.LIBRARY + "\n" + Samples.TOOL, Clip.text()));
    }

    @Test
    void theGraphObeysItsKeysWhateverHasTheFocus(FxRobot robot) {
        robot.clickOn("#rail-graph");
        GraphCanvas canvas = robot.lookup(".graph-canvas").queryAs(GraphCanvas.class);
        robot.interact(() -> canvas.select(List.of(Samples.APPLICATION)));
        Point2D before = canvas.place(Samples.LIBRARY);
        robot.push(KeyCode.PLUS);
        robot.interact(canvas::requestFocus);
        robot.push(KeyCode.RIGHT);
        assertEquals(
                List.of(Samples.TOOL), canvas.selected().stream().map(GraphView.Node::id).toList());
        robot.push(KeyCode.CONTROL, KeyCode.C);
        robot.interact(() -> assertEquals(Samples.TOOL.toString(), Clip.text()));
        robot.push(KeyCode.CONTROL, KeyCode.ENTER);
        assertEquals(TOOL, window.place());
        assertEquals(
                new Place.Graph(Optional.empty()),
                window.model.first().history().placeProperty().get());
        assertNotEquals(before, canvas.place(Samples.LIBRARY));
    }

    @Test
    void theQuestionMarkListsTheKeysAndEscapeLeavesThem(FxRobot robot) {
        robot.write("?");
        assertTrue(robot.lookup("#keys").tryQuery().isPresent());
        robot.push(KeyCode.ESCAPE);
        assertFalse(robot.lookup("#keys").tryQuery().isPresent());
    }

    @Test
    void whatAnotherProcessBringsIsShownOnceOneDoesNotRead(FxRobot robot) throws IOException {
        select(robot, 0);
        robot.interact(window.model::watch);
        Samples.add(
                window.engine, Samples.path("4b9jydsiygi6jhlz2dxbrxi6b4m1rn4r", "late-1"), "late");
        robot.interact(window.model::watch);
        TableView<?> table = robot.lookup("#paths-table").queryTableView();
        assertEquals(3, table.getItems().size());
        assertEquals("1 new", robot.lookup("#fresh").queryLabeled().getText());
        robot.clickOn("#fresh");
        assertEquals(4, table.getItems().size());
        assertEquals(0, table.getSelectionModel().getSelectedIndex());
    }

    private static void select(FxRobot robot, int row) {
        TableView<?> table = robot.lookup("#paths-table").queryTableView();
        robot.interact(() -> {
            table.requestFocus();
            table.getSelectionModel().select(row);
        });
    }
}
