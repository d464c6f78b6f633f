package cairn.ui;

import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.layout.StackPane;
import org.jspecify.annotations.Nullable;

/// What lies above the place until it is closed: one card at a time.
public final class Veil extends StackPane {
    private Runnable leaving = () -> {};
    private Runnable onClose = () -> {};
    private @Nullable Node place;

    /// What had the focus before something was shown.
    private @Nullable Node before;

    public Veil() {
        getStyleClass().add("veil");
        setVisible(false);
        setOnMouseClicked(event -> {
            if (equals(event.getTarget())) {
                close();
            }
        });
    }

    /// @param below has the focus afterwards if what had it is gone
    /// @param action is run when nothing is shown any more
    void cover(Node below, Runnable action) {
        place = below;
        onClose = action;
    }

    /// @param onLeave lets go of what lives longer than what is shown
    void show(Parent card, Runnable onLeave) {
        if (!isVisible()) {
            before = getScene().getFocusOwner();
        }
        leave();
        leaving = onLeave;
        getChildren().setAll(card);
        setVisible(true);
        card.requestFocus();
    }

    void close() {
        leave();
        setVisible(false);
        getChildren().clear();
        onClose.run();
        Node next = before == null || before.getScene() != null ? before : place;
        before = null;
        if (next != null) {
            next.requestFocus();
        }
    }

    private void leave() {
        leaving.run();
        leaving = () -> {};
    }
}
