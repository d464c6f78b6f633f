package cairn.ui;

import cairn.ui.model.Answer;
import cairn.ui.model.Place;
import cairn.ui.model.Preview;
import cairn.ui.model.ShellModel;
import cairn.ui.model.Side;
import cairn.ui.model.Subject;
import cairn.ui.model.Words;
import javafx.fxml.FXML;
import javafx.scene.control.Label;
import javafx.scene.layout.StackPane;

/// Shows what is selected, over the place and without leaving it: a file large, anything else as
/// its own place would.
public final class PeekController {
    private final ShellModel model;
    private final Views views;
    private final Subject subject;
    private final Side side;
    private final SideController place;
    private final Answer<Preview> preview;
    private final Runnable onClose;

    @FXML private Label title;
    @FXML private StackPane content;

    /// @param start the place of the subject
    PeekController(
            ShellModel model,
            Views views,
            Screens screens,
            Subject subject,
            Place start,
            Runnable onClose) {
        this.model = model;
        this.views = views;
        this.subject = subject;
        this.onClose = onClose;
        side = new Side(start, model::openBeside, _ -> {});
        place = new SideController(side, screens, null);
        preview = new Answer<>(model.work());
    }

    @FXML
    private void initialize() {
        if (!(subject instanceof Subject.OfFile(var path, var inside, var file))) {
            title.setText(Words.text("peek.title"));
            content.getChildren().add(views.load(place));
            return;
        }
        title.setText(path.name() + "/" + inside);
        var shown = new PreviewPane();
        var state = new StatePane();
        state.setContent(shown);
        state.follow(preview);
        preview.valueProperty()
                .subscribe(seen -> {
                    if (seen != null) {
                        shown.show(seen);
                    }
                });
        preview.ask(() -> model.library().preview(file));
        content.getChildren().add(state);
    }

    @FXML
    private void open() {
        model.open(side.history().placeProperty().get());
        onClose.run();
    }

    @FXML
    private void close() {
        onClose.run();
    }

    /// Abandons what is being asked for.
    void leave() {
        place.leave();
        preview.cancel();
    }
}
