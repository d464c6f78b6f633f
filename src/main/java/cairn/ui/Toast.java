package cairn.ui;

import cairn.ui.model.Words;
import javafx.animation.PauseTransition;
import javafx.scene.control.Labeled;
import javafx.util.Duration;

/// Says for a moment, in the place of a button's words, that something was copied.
final class Toast {
    private static final Duration MOMENT = Duration.millis(1200);
    private static final String SAYING = "saying";

    private Toast() {}

    static void say(Labeled button) {
        if (button.getProperties().putIfAbsent(SAYING, true) != null) {
            return;
        }
        String text = button.getText();
        button.setText(Words.text("name.copied"));
        var pause = new PauseTransition(MOMENT);
        pause.setOnFinished(_ -> {
            button.setText(text);
            button.getProperties().remove(SAYING);
        });
        pause.play();
    }
}
