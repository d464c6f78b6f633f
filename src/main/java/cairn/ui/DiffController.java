package cairn.ui;

import cairn.ui.model.DiffModel;
import cairn.ui.model.DiffModel.Comparison;
import cairn.ui.model.DiffModel.Fate;
import cairn.ui.model.DiffModel.Row;
import cairn.ui.model.Figures;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Verdict;
import cairn.ui.model.Words;
import java.util.Locale;
import javafx.fxml.FXML;
import javafx.scene.control.Label;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.layout.HBox;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;

/// Binds `Diff.fxml` to a [DiffModel].
public final class DiffController {
    private final DiffModel model;
    private final SettingsModel settings;

    @FXML private StatePane state;
    @FXML private HBox title;
    @FXML private Label summary;
    @FXML private TablePane<Row> pane;
    @FXML private TableColumn<Row, Fate> fate;
    @FXML private TableColumn<Row, String> name;
    @FXML private TableColumn<Row, String> before;
    @FXML private TableColumn<Row, String> after;
    @FXML private TableColumn<Row, Long> growth;
    @FXML private TableColumn<Row, Verdict> trust;

    DiffController(DiffModel model, SettingsModel settings) {
        this.model = model;
        this.settings = settings;
    }

    @FXML
    private void initialize() {
        state.follow(model.comparison());
        Cells.fill(fate, Row::fate, _ -> new FateCell());
        Cells.fill(name, Row::name, _ -> Cells.text());
        Cells.fill(before, Row::versionBefore, _ -> Cells.text());
        Cells.fill(after, Row::versionAfter, _ -> Cells.text());
        Cells.fill(growth, Row::growth, _ -> Cells.growth());
        trust.setCellFactory(_ -> Cells.trust());
        trust.setCellValueFactory(row -> model.verdict(row.getValue()));
        pane.show(model.listing(), settings);
        model.comparison()
                .valueProperty()
                .subscribe(found -> {
                    if (found != null) {
                        show(found);
                    }
                });
    }

    @FXML
    private void swap() {
        model.swap();
    }

    private void show(Comparison found) {
        var from = new Label(found.before().name(), new Digest(found.before().hash()));
        var to = new Label(found.after().name(), new Digest(found.after().hash()));
        from.getStyleClass().add("title");
        to.getStyleClass().add("title");
        title.getChildren().setAll(from, new FontIcon("fth-arrow-right"), to);
        summary.setText(
                Words.text(
                        "diff.summary",
                        Figures.size(found.sizeBefore()),
                        Figures.size(found.sizeAfter()),
                        Figures.growth(found.sizeAfter() - found.sizeBefore()),
                        found.rows().size(),
                        Figures.count(found.rows().size()),
                        found.difference().unchanged(),
                        Figures.count(found.difference().unchanged())));
    }

    private static final class FateCell extends TableCell<Row, Fate> {
        @Override
        protected void updateItem(@Nullable Fate fate, boolean empty) {
            super.updateItem(fate, empty);
            if (empty || fate == null) {
                setText("");
                setGraphic(null);
                return;
            }
            setText(
                    Words.text(
                            switch (fate) {
                                case ADDED -> "diff.added";
                                case REMOVED -> "diff.removed";
                                case CHANGED -> "diff.changed";
                                case REBUILT -> "diff.rebuilt";
                            }));
            var icon =
                    new FontIcon(
                            switch (fate) {
                                case ADDED -> "fth-plus";
                                case REMOVED -> "fth-minus";
                                case CHANGED -> "fth-edit-2";
                                case REBUILT -> "fth-refresh-cw";
                            });
            icon.getStyleClass().add("fate-" + fate.name().toLowerCase(Locale.ROOT));
            setGraphic(icon);
        }
    }
}
