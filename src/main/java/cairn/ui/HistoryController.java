package cairn.ui;

import cairn.ui.model.ActivitiesModel;
import cairn.ui.model.Figures;
import cairn.ui.model.Problem;
import cairn.ui.model.ShellModel;
import cairn.ui.model.Words;
import java.util.List;
import java.util.Optional;
import javafx.fxml.FXML;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;

/// Lists what runs and what ran.
public final class HistoryController {
    /// What stands beside the words of a line.
    private static final double BESIDE = 196;

    private final ShellModel model;

    @FXML private ListView<ActivitiesModel.Line> lines;

    HistoryController(ShellModel model) {
        this.model = model;
    }

    @FXML
    private void initialize() {
        lines.setItems(model.activities().lines());
        lines.setPlaceholder(new Label(Words.text("activity.none")));
        lines.setCellFactory(_ -> new Cell());
    }

    @FXML
    private void close() {
        model.historyOpenProperty().set(false);
    }

    /// Keeps its nodes while the figures in them change, so that one can click on them.
    private final class Cell extends ListCell<ActivitiesModel.Line> {
        private final Label title = new Label();
        private final Label status = new Label();
        private final Label advice = new Label();
        private final Label time = new Label();
        private final Button cancel = new Button(Words.text("activity.cancel"));
        private final Button copy = new Button(Words.text("problem.copy"));
        private final HBox row;

        Cell() {
            setPrefWidth(0); // as wide as the list
            status.setWrapText(true);
            advice.setWrapText(true);
            advice.getStyleClass().add("secondary");
            time.getStyleClass().add("secondary");
            copy.getStyleClass().addAll("flat", "small");
            var words = new VBox(title, status, advice);
            words.setMinWidth(0);
            // A cell asks how high its words are only at the width that they prefer.
            words.prefWidthProperty().bind(lines.widthProperty().subtract(BESIDE));
            HBox.setHgrow(words, Priority.ALWAYS);
            row = new HBox(words, time, cancel, copy);
            row.getStyleClass().add("search-line");
            for (Region fixed : List.of(time, cancel, copy)) {
                fixed.setMinWidth(Region.USE_PREF_SIZE);
            }
        }

        @Override
        protected void updateItem(ActivitiesModel.@Nullable Line line, boolean empty) {
            super.updateItem(line, empty);
            if (empty || line == null) {
                setGraphic(null);
                return;
            }
            Optional<Problem> problem = line.problem();
            title.setText(line.activity().title());
            status.setText(problem.map(Problem::sentence).orElseGet(line::status));
            status.getStyleClass()
                    .setAll("label", problem.isEmpty() ? "secondary" : "problem-text");
            show(advice, problem.isPresent());
            advice.setText(problem.map(Problem::advice).orElse(""));
            time.setText(Figures.duration(line.snapshot().elapsed()));
            show(cancel, line.isRunning());
            cancel.setDisable(line.activity().isCancelled());
            cancel.setOnAction(_ -> model.activities().cancel(line));
            show(copy, problem.isPresent());
            copy.setOnAction(_ -> {
                Clip.copy(problem.map(Problem::details).orElse(""));
                Toast.say(copy);
            });
            setGraphic(row);
        }

        private static void show(Node node, boolean shown) {
            node.setVisible(shown);
            node.setManaged(shown);
        }
    }
}
