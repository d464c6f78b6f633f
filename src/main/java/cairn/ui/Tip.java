package cairn.ui;

import javafx.scene.control.Control;
import javafx.scene.control.Tooltip;
import javafx.scene.input.MouseEvent;
import org.jspecify.annotations.Nullable;

/// What a cell tells where the pointer rests. A tooltip is dear to make, and on hardly any of the
/// cells of a table a pointer ever rests; so there is one once the pointer comes.
final class Tip {
    private final Control control;
    private String text = "";
    private @Nullable Tooltip tooltip;

    Tip(Control control) {
        this.control = control;
        control.addEventFilter(
                MouseEvent.MOUSE_ENTERED,
                _ -> {
                    if (tooltip == null) {
                        tooltip = new Tooltip();
                        apply(tooltip);
                    }
                });
    }

    /// @param words empty for nothing
    void set(String words) {
        if (!text.equals(words)) {
            text = words;
            if (tooltip != null) {
                apply(tooltip);
            }
        }
    }

    private void apply(Tooltip shown) {
        shown.setText(text);
        control.setTooltip(text.isEmpty() ? null : shown);
    }
}
