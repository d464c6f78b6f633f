package cairn.ui;

import cairn.ui.model.SearchModel;
import cairn.ui.model.Words;
import javafx.application.Platform;
import javafx.beans.binding.Bindings;
import javafx.geometry.Bounds;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.Region;
import org.kordamp.ikonli.javafx.FontIcon;

/// The field for everything, and what was found right below it.
final class ShellSearch {
    private static final double FOUND_HEIGHT = 360;
    private static final double NOTE_HEIGHT = 52;

    private final SearchModel model;
    private final Fields fields;
    private final TextField search;
    private final ListView<SearchModel.Line> lines;

    /// The nodes that it consists of.
    ///
    /// @param root what all lies in
    /// @param box what the field stands in
    /// @param icon tells what the field is for at the moment
    /// @param found holds the lines and the note
    /// @param place has the focus once one leaves the field
    record Fields(
            Region root,
            Region box,
            FontIcon icon,
            TextField search,
            Region found,
            ListView<SearchModel.Line> lines,
            Label note,
            Node place) {}

    ShellSearch(SearchModel model, Fields fields) {
        this.model = model;
        this.fields = fields;
        search = fields.search;
        lines = fields.lines;
        Label note = fields.note;
        search.textProperty().bindBidirectional(model.textProperty());
        model.forActionsProperty()
                .subscribe(actions -> {
                    fields.icon.setIconLiteral(actions ? "fth-chevron-right" : "fth-search");
                    search.setPromptText(Words.text(actions ? "search.actions" : "search.prompt"));
                });
        lines.setItems(model.lines());
        lines.setCellFactory(_ -> {
            var cell = new SearchCell();
            cell.setOnMouseClicked(_ -> {
                if (!cell.isEmpty()) {
                    choose(false);
                }
            });
            return cell;
        });
        note.textProperty().bind(model.noteProperty());
        note.visibleProperty().bind(model.noteProperty().isNotEmpty());
        note.managedProperty().bind(note.visibleProperty());
        lines.visibleProperty().bind(Bindings.isNotEmpty(model.lines()));
        lines.managedProperty().bind(lines.visibleProperty());
        search.focusedProperty().subscribe(_ -> showFound());
        lines.focusedProperty().subscribe(_ -> showFound());
        model.lines().subscribe(() -> Platform.runLater(this::showFound));
        model.noteProperty().subscribe(_ -> showFound());
        search.addEventFilter(KeyEvent.KEY_PRESSED, this::pressInSearch);
        fields.root.layoutBoundsProperty().subscribe(_ -> showFound());
    }

    /// Lets one type, a name or an action.
    void enter(boolean actions) {
        model.forActionsProperty().set(actions);
        search.requestFocus();
        search.selectAll();
    }

    private void pressInSearch(KeyEvent event) {
        int selected = lines.getSelectionModel().getSelectedIndex();
        switch (event.getCode()) {
            case DOWN ->
                    lines.getSelectionModel()
                            .select(Math.min(selected + 1, lines.getItems().size() - 1));
            case UP -> lines.getSelectionModel().select(Math.max(selected - 1, 0));
            case ENTER -> choose(event.isShortcutDown());
            case ESCAPE -> {
                model.clear();
                fields.place.requestFocus();
            }
            default -> {
                return;
            }
        }
        event.consume();
    }

    private void choose(boolean beside) {
        if (lines.getItems().isEmpty()) {
            return;
        }
        int selected = Math.max(0, lines.getSelectionModel().getSelectedIndex());
        SearchModel.Line line = lines.getItems().get(selected);
        fields.place.requestFocus();
        if (beside) {
            model.chooseBeside(line);
        } else {
            model.choose(line);
        }
    }

    /// Shows what was found right below the field, as long as one is there.
    private void showFound() {
        boolean something = !model.lines().isEmpty() || !model.noteProperty().get().isEmpty();
        boolean shown = something && (search.isFocused() || lines.isFocused());
        fields.found.setVisible(shown);
        if (!shown) {
            return;
        }
        if (lines.getSelectionModel().getSelectedIndex() < 0) {
            lines.getSelectionModel().selectFirst();
        }
        Bounds field =
                fields.root.sceneToLocal(fields.box.localToScene(fields.box.getLayoutBounds()));
        double rows = lines.getItems().size() * 36.0 + 10;
        double height = lines.getItems().isEmpty() ? NOTE_HEIGHT : Math.min(FOUND_HEIGHT, rows);
        fields.found.resizeRelocate(field.getMinX(), field.getMaxY() + 4, field.getWidth(), height);
    }
}
