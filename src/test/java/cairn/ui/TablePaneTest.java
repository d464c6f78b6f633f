package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.ui.model.ColumnLook;
import java.io.IOException;
import java.util.List;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;

@ExtendWith(ApplicationExtension.class)
class TablePaneTest {
    private final SampleWindow window = new SampleWindow();

    TablePaneTest() throws IOException {}

    @Start
    void open(Stage stage) {
        window.settings.inspectorOpenProperty().set(false);
        window.settings.keepColumns(
                "paths",
                List.of(
                        new ColumnLook("narSize", 120, true),
                        new ColumnLook("path", 300, true),
                        new ColumnLook("references", 90, false)));
        window.show(stage);
    }

    @AfterEach
    void close(FxRobot robot) throws IOException {
        window.close(robot);
    }

    @Test
    void columnsStandAsTheyWereLeft(FxRobot robot) {
        assertEquals(
                List.of(
                        "narSize",
                        "path",
                        "version",
                        "closureSize",
                        "signatures",
                        "registeredAt",
                        "hash"),
                shown(table(robot)));
    }

    @Test
    void aColumnThatIsHiddenIsRemembered(FxRobot robot) {
        robot.interact(() -> table(robot).getVisibleLeafColumn(2).setVisible(false));
        assertEquals(
                List.of("references", "version"),
                window.settings.columns("paths").stream()
                        .filter(look -> !look.visible())
                        .map(ColumnLook::key)
                        .toList());
    }

    @Test
    void aNumberLeadsToWhatItCounts(FxRobot robot) {
        var figures = robot.lookup("#paths-table .clickable").queryAll();
        assertFalse(figures.isEmpty());
        robot.clickOn(figures.iterator().next());
        assertFalse(window.place().link().startsWith("cairn:paths"), window.place().link());
    }

    @Test
    void onlyADoubleClickOnARowOpensOne(FxRobot robot) {
        robot.interact(() -> table(robot).getSelectionModel().select(0));
        String before = window.place().link();
        robot.doubleClickOn("#paths-table .column-header");
        assertEquals(before, window.place().link());
        robot.doubleClickOn("#paths-table .table-row-cell:filled .words");
        assertTrue(window.place().link().startsWith("cairn:path/"), window.place().link());
    }

    private static TableView<?> table(FxRobot robot) {
        return robot.lookup("#paths-table").queryTableView();
    }

    private static List<String> shown(TableView<?> table) {
        return table.getVisibleLeafColumns().stream().map(TablePaneTest::key).toList();
    }

    private static String key(TableColumn<?, ?> column) {
        return column instanceof ListColumn<?, ?> listed ? listed.getKey() : "";
    }
}
