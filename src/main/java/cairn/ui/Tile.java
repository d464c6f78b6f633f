package cairn.ui;

import cairn.ui.model.Words;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;

/// A figure, what it counts and how fast; a click leads to what it counts.
final class Tile extends Button {
    private final Label figure = new Label();
    private final Label more = new Label();
    private final String label;

    Tile(String key, Runnable open) {
        label = Words.text(key);
        setId(key.replace('.', '-'));
        figure.getStyleClass().add("tile-figure");
        var name = new Label(label);
        name.getStyleClass().add("secondary");
        more.getStyleClass().add("secondary");
        setGraphic(new VBox(figure, name, more));
        getStyleClass().add("tile");
        setOnAction(_ -> open.run());
    }

    void show(String number, String rate) {
        figure.setText(number);
        more.setText(rate);
        setAccessibleText(label + " " + number + ", " + rate);
    }
}
