package cairn.ui;

import cairn.ui.model.Place;
import cairn.ui.model.Screen;
import cairn.ui.model.Side;
import cairn.ui.model.Subject;
import java.util.List;
import javafx.fxml.FXML;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.util.Subscription;
import org.jspecify.annotations.Nullable;

/// Shows the place where one half of the window is.
public final class SideController {
    private final Side side;
    private final Screens screens;
    private final Runnable onClose;
    private final boolean closable;

    @FXML private BorderPane root;
    @FXML private HBox crumbs;
    @FXML private Button copyLink;
    @FXML private Button close;
    @FXML private StackPane content;

    private @Nullable Screen screen;
    private Subscription following = Subscription.EMPTY;
    private Subscription placing = Subscription.EMPTY;

    /// @param onClose closes the half, or null if it is always there
    SideController(Side side, Screens screens, @Nullable Runnable onClose) {
        this.side = side;
        this.screens = screens;
        this.onClose = onClose == null ? () -> {} : onClose;
        closable = onClose != null;
    }

    @FXML
    private void initialize() {
        Presence.show(close, closable);
        placing = side.history().placeProperty().subscribe(this::show);
    }

    @FXML
    private void copyLink() {
        Clip.copy(side.history().placeProperty().get().link());
        Toast.say(copyLink);
    }

    @FXML
    private void close() {
        onClose.run();
    }

    Node node() {
        return root;
    }

    Side side() {
        return side;
    }

    /// Asks again what is shown.
    void refresh() {
        if (screen != null) {
            screen.refresh();
        }
    }

    /// Takes up what is cheap to learn while the store is being changed.
    void glance() {
        if (screen != null) {
            screen.glance();
        }
    }

    /// Abandons what is being asked for, and shows nothing more.
    void leave() {
        placing.unsubscribe();
        following.unsubscribe();
        if (screen != null) {
            screen.close();
        }
    }

    private void show(Place place) {
        if (screen != null && screen.moveTo(place)) {
            return;
        }
        following.unsubscribe();
        if (screen != null) {
            screen.close();
        }
        side.select(Subject.NOTHING);
        var opened = screens.open(place, side);
        screen = opened.model();
        content.getChildren().setAll(opened.node());
        following = opened.model().crumbs().subscribe(this::showCrumbs);
    }

    private void showCrumbs(List<Screen.Crumb> steps) {
        crumbs.getChildren().clear();
        for (Screen.Crumb step : steps) {
            if (!crumbs.getChildren().isEmpty()) {
                var arrow = new Label("›");
                arrow.getStyleClass().add("secondary");
                crumbs.getChildren().add(arrow);
            }
            crumbs.getChildren().add(crumb(step));
        }
    }

    private Node crumb(Screen.Crumb step) {
        if (step.place().isEmpty()) {
            var label = new Label(step.text());
            label.getStyleClass().add("crumb");
            return label;
        }
        var link = new Hyperlink(step.text());
        link.setMinWidth(Region.USE_PREF_SIZE);
        link.setOnAction(_ -> side.open(step.place().get()));
        return link;
    }
}
