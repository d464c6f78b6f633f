package cairn.ui;

import javafx.css.PseudoClass;
import javafx.scene.layout.Region;

/// Tells style sheets that a row has no room for the words on its buttons.
final class Narrow {
    private static final PseudoClass NARROW = PseudoClass.getPseudoClass("narrow");

    private Narrow() {}

    /// Tells from now on.
    ///
    /// @param below how wide a row is that has just enough room
    static void follow(Region row, double below) {
        row.widthProperty()
                .subscribe(
                        width -> row.pseudoClassStateChanged(NARROW, width.doubleValue() < below));
    }
}
