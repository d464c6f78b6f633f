package cairn.ui;

import cairn.ui.model.Words;
import java.util.Map;
import javafx.scene.control.ContextMenu;
import javafx.scene.control.Labeled;
import javafx.scene.control.MenuItem;
import javafx.scene.input.Clipboard;
import javafx.scene.input.DataFormat;

/// The clipboard, as text.
final class Clip {
    private Clip() {}

    static void copy(String text) {
        Clipboard.getSystemClipboard().setContent(Map.of(DataFormat.PLAIN_TEXT, text));
    }

    /// What was copied last, or empty.
    static String text() {
        String text = Clipboard.getSystemClipboard().getString();
        return text == null ? "" : text;
    }

    /// Lets the words of a label be copied by its menu.
    static void offer(Labeled label) {
        var copy = new MenuItem(Words.text("list.copy"));
        copy.setOnAction(_ -> copy(label.getText()));
        label.setContextMenu(new ContextMenu(copy));
    }
}
