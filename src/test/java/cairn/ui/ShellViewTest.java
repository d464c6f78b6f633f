package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.ui.model.Place;
import cairn.ui.model.Samples;
import java.io.IOException;
import javafx.scene.control.TableView;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;

@ExtendWith(ApplicationExtension.class)
class ShellViewTest {
    private static final Place PATHS = new Place.Paths("");
    private static final Place TOOL = new Place.OfPath(Samples.TOOL.hash());

    private final SampleWindow window = new SampleWindow();

    ShellViewTest() throws IOException {}

    @Start
    void open(Stage stage) {
        window.show(stage);
    }

    @AfterEach
    void close(FxRobot robot) throws IOException {
        window.close(robot);
    }

    @Test
    void oneFindsAPathWithTheKeyboardAndComesBack(FxRobot robot) {
        robot.push(KeyCode.SLASH);
        robot.write("tool").push(KeyCode.ENTER);
        assertEquals(TOOL, window.place());
        assertEquals("tool", robot.lookup(".title").queryLabeled().getText());
        robot.push(KeyCode.ALT, KeyCode.LEFT);
        assertEquals(PATHS, window.place());
        robot.push(KeyCode.ALT, KeyCode.RIGHT);
        assertEquals(TOOL, window.place());
    }

    @Test
    void selectingShowsAndEnterOpens(FxRobot robot) {
        TableView<?> table = robot.lookup("#paths-table").queryTableView();
        robot.interact(() -> {
            table.requestFocus();
            table.getSelectionModel().select(2);
        });
        assertEquals("tool-1.9", robot.lookup(".inspector-title").queryLabeled().getText());
        assertEquals(PATHS, window.place());
        robot.push(KeyCode.ENTER);
        assertEquals(TOOL, window.place());
    }

    @Test
    void theFilterIsReachedByItsKeyAndCountsWhatItLetsThrough(FxRobot robot) {
        robot.push(KeyCode.CONTROL, KeyCode.F).write("libr");
        assertEquals(1, robot.lookup("#paths-table").queryTableView().getItems().size());
        assertEquals(new Place.Paths("libr"), window.place());
        assertTrue(robot.lookup("#count").queryLabeled().getText().startsWith("1 of 3 paths"));
    }

    @Test
    void aPlaceOpensBesideAnother(FxRobot robot) {
        TableView<?> table = robot.lookup("#paths-table").queryTableView();
        robot.interact(() -> {
            table.requestFocus();
            table.getSelectionModel().select(2);
        });
        robot.push(KeyCode.CONTROL, KeyCode.ENTER);
        assertEquals(PATHS, window.model.first().history().placeProperty().get());
        assertEquals(TOOL, window.place());
        robot.push(KeyCode.CONTROL, KeyCode.W);
        assertEquals(PATHS, window.place());
    }

    @Test
    void escapeLeavesTheImport(FxRobot robot) {
        robot.clickOn("#import");
        assertTrue(robot.lookup("#import-card").tryQuery().isPresent());
        robot.push(KeyCode.ESCAPE);
        assertFalse(robot.lookup("#import-card").tryQuery().isPresent());
    }

    @Test
    void everyPlaceHasAView(FxRobot robot) throws IOException {
        var cid = window.engine.catalog().path(Samples.TOOL).orElseThrow().cid();
        for (String link :
                new String[] {
                    "cairn:overview",
                    "cairn:dag/" + cid,
                    "cairn:graph",
                    "cairn:graph/" + Samples.APPLICATION.hash(),
                    "cairn:diff/" + Samples.TOOL.hash() + "/" + Samples.APPLICATION.hash(),
                    "cairn:drv",
                    "cairn:node",
                    "cairn:settings"
                }) {
            robot.interact(() -> window.model.follow(link));
            assertEquals(link, window.place().link());
        }
    }
}
