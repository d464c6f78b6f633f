package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import javafx.scene.Scene;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import javafx.stage.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;

@ExtendWith(ApplicationExtension.class)
class TipTest {
    @SuppressWarnings("NullAway.Init") // TestFX shows it first
    private Label label;

    @SuppressWarnings("NullAway.Init")
    private Label elsewhere;

    @Start
    void show(Stage stage) {
        label = new Label("cell");
        elsewhere = new Label("elsewhere");
        stage.setScene(new Scene(new VBox(label, elsewhere), 200, 100));
        stage.sizeToScene();
        stage.show();
    }

    @Test
    void isThereOnceThePointerComesAndFollowsWhatTheCellShows(FxRobot robot) {
        robot.moveTo(elsewhere);
        var tip = new Tip(label);
        robot.interact(() -> tip.set("one"));
        assertNull(label.getTooltip());
        robot.moveTo(label);
        assertEquals("one", label.getTooltip().getText());
        robot.interact(() -> tip.set("two"));
        assertEquals("two", label.getTooltip().getText());
        robot.interact(() -> tip.set(""));
        assertNull(label.getTooltip());
        robot.interact(() -> tip.set("three"));
        assertEquals("three", label.getTooltip().getText());
    }
}
