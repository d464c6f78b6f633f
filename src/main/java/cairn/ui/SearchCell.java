package cairn.ui;

import cairn.ui.model.Figures;
import cairn.ui.model.SearchModel;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;

/// A line below the search field.
final class SearchCell extends ListCell<SearchModel.Line> {
    @Override
    protected void updateItem(SearchModel.@Nullable Line line, boolean empty) {
        super.updateItem(line, empty);
        if (empty || line == null) {
            setGraphic(null);
            return;
        }
        var row = new HBox();
        row.getStyleClass().add("search-line");
        var gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        switch (line) {
            case SearchModel.Line.Found(var match) -> {
                var detail = new Label(Figures.shortened(match.detail()));
                detail.getStyleClass().addAll("mono", "secondary");
                row.getChildren()
                        .addAll(
                                Kinds.icon(match.kind()),
                                new Label(match.title()),
                                gap,
                                new Digest(match.detail()),
                                detail);
            }
            case SearchModel.Line.Action(var title, var keys, _) -> {
                row.getChildren().addAll(new FontIcon("fth-chevron-right"), new Label(title), gap);
                if (!keys.isEmpty()) {
                    var key = new Label(keys);
                    key.getStyleClass().add("key");
                    row.getChildren().add(key);
                }
            }
        }
        setGraphic(row);
    }
}
