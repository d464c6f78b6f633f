package cairn.ui;

import cairn.ui.model.ActivitiesModel.Line;
import cairn.ui.model.Figures;
import cairn.ui.model.Problem;
import cairn.ui.model.ShellModel;
import cairn.ui.model.Words;
import java.time.Instant;
import java.util.Optional;
import javafx.fxml.FXML;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import org.jspecify.annotations.Nullable;

/// Lists what runs and what ran.
public final class ActivitiesController {
    private final ShellModel model;

    @FXML private TablePane<Line> pane;
    @FXML private TableColumn<Line, String> title;
    @FXML private TableColumn<Line, Line> status;
    @FXML private TableColumn<Line, String> elapsed;
    @FXML private TableColumn<Line, Instant> started;
    @FXML private TableColumn<Line, Line> action;
    @FXML private Label sentence;
    @FXML private Label advice;

    ActivitiesController(ShellModel model) {
        this.model = model;
    }

    @FXML
    private void initialize() {
        Cells.fill(title, line -> line.activity().title(), _ -> Cells.text());
        Cells.fill(status, line -> line, _ -> new StatusCell());
        Cells.fill(elapsed, line -> Figures.duration(line.snapshot().elapsed()), _ -> Cells.text());
        Cells.fill(
                started,
                line -> line.activity().startedAt(),
                _ -> Cells.age(model.engine().clock().instant()));
        Cells.fill(action, line -> line, _ -> new ActionCell());
        pane.show(model.activityList(), model.settings());
        pane.getTable().getSelectionModel().selectedItemProperty().subscribe(this::tell);
    }

    @FXML
    private void close() {
        model.activitiesOpenProperty().set(false);
    }

    /// Follows what runs no longer.
    void leave() {
        pane.leave();
    }

    /// Tells all of the line that is selected, which its row has no room for.
    private void tell(@Nullable Line line) {
        Optional<Problem> problem = line == null ? Optional.empty() : line.problem();
        sentence.setText(
                line == null ? "" : problem.map(Problem::sentence).orElseGet(line::status));
        sentence.getStyleClass().setAll("label", problem.isEmpty() ? "secondary" : "problem-text");
        advice.setText(problem.map(Problem::advice).orElse(""));
        Presence.show(sentence, line != null);
        Presence.show(advice, problem.isPresent());
    }

    /// How far it is or how it ended; what went wrong stands out.
    private static final class StatusCell extends TableCell<Line, Line> {
        private final Tip tip = new Tip(this);

        @Override
        protected void updateItem(@Nullable Line line, boolean empty) {
            super.updateItem(line, empty);
            getStyleClass().remove("problem-text");
            if (empty || line == null) {
                setText("");
                tip.set("");
                return;
            }
            setText(line.status());
            tip.set(line.status());
            if (line.hasFailed()) {
                getStyleClass().add("problem-text");
            }
        }
    }

    /// Keeps its buttons while the figures beside them change, so that one can click on them.
    private final class ActionCell extends TableCell<Line, Line> {
        private final Button cancel = new Button(Words.text("activity.cancel"));
        private final Button copy = new Button(Words.text("problem.copy"));

        ActionCell() {
            cancel.getStyleClass().addAll("flat", "small");
            cancel.setOnAction(_ -> model.activities().cancel(getItem()));
            copy.getStyleClass().addAll("flat", "small");
            copy.setOnAction(_ -> {
                Clip.copy(getItem().problem().map(Problem::details).orElse(""));
                Toast.say(copy);
            });
        }

        @Override
        protected void updateItem(@Nullable Line line, boolean empty) {
            super.updateItem(line, empty);
            if (empty || line == null) {
                setGraphic(null);
                return;
            }
            cancel.setDisable(line.activity().isCancelled());
            setGraphic(line.isRunning() ? cancel : line.hasFailed() ? copy : null);
        }
    }
}
