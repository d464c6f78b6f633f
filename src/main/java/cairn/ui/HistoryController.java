package cairn.ui;

import cairn.ui.model.ActivitiesModel;
import cairn.ui.model.Figures;
import cairn.ui.model.ShellModel;
import cairn.ui.model.Words;
import javafx.fxml.FXML;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;

/// Lists what runs and what ran.
public final class HistoryController {
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

    private final class Cell extends ListCell<ActivitiesModel.Line> {
        @Override
        protected void updateItem(ActivitiesModel.@Nullable Line line, boolean empty) {
            super.updateItem(line, empty);
            if (empty || line == null) {
                setGraphic(null);
                return;
            }
            var title = new Label(line.activity().title());
            var status = new Label(line.status());
            status.getStyleClass().add(line.hasFailed() ? "problem-text" : "secondary");
            status.setTooltip(new Tooltip(line.status()));
            var words = new VBox(title, status);
            HBox.setHgrow(words, Priority.ALWAYS);
            var time = new Label(Figures.duration(line.snapshot().elapsed()));
            time.getStyleClass().add("secondary");
            var row = new HBox(words, time);
            row.getStyleClass().add("search-line");
            if (line.isRunning()) {
                var cancel = new Button(Words.text("activity.cancel"));
                cancel.setOnAction(_ -> model.activities().cancel(line));
                row.getChildren().add(cancel);
            }
            setGraphic(row);
        }
    }
}
