package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.ui.model.BuildSamples;
import cairn.ui.model.Place;
import cairn.ui.model.Samples;
import java.io.IOException;
import java.util.Optional;
import javafx.scene.Node;
import javafx.scene.control.Slider;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;

@ExtendWith(ApplicationExtension.class)
class ReplayViewTest {
    private final SampleWindow window = new SampleWindow();

    ReplayViewTest() throws IOException {
        BuildSamples.add(window.engine);
    }

    @Start
    void open(Stage stage) {
        window.show(stage);
        window.model.open(new Place.Graph(Optional.of(Samples.APPLICATION.hash())));
    }

    @AfterEach
    void close(FxRobot robot) throws IOException {
        window.close(robot);
    }

    @Test
    void theSliderTellsWhatHappened(FxRobot robot) {
        assertFalse(robot.lookup("#graph-replay-bar").queryAs(Node.class).isVisible());
        robot.clickOn("#graph-replay");
        Slider slider = robot.lookup("#graph-slider").queryAs(Slider.class);
        assertTrue(slider.isVisible());
        assertEquals(slider.getMax(), slider.getValue());
        robot.interact(slider::requestFocus);
        robot.push(KeyCode.HOME);
        assertTrue(moment(robot).endsWith("before anything of it was here"), moment(robot));
        robot.interact(() -> slider.setValue(1));
        assertTrue(moment(robot).endsWith(" · Application-2.0: built · 1 of 8"), moment(robot));
        robot.push(KeyCode.END);
        assertTrue(moment(robot).endsWith(" · 8 of 8"), moment(robot));
        robot.clickOn("#graph-replay");
        assertFalse(robot.lookup("#graph-replay-bar").queryAs(Node.class).isVisible());
    }

    private static String moment(FxRobot robot) {
        return robot.lookup("#graph-moment").queryLabeled().getText();
    }
}
