package cairn.ui;

import cairn.ui.model.ShellModel;
import cairn.ui.model.Words;
import javafx.fxml.FXML;
import javafx.scene.control.Label;
import javafx.scene.layout.GridPane;

/// Lists the keys.
public final class KeysController {
    private final ShellModel model;

    @FXML private GridPane list;

    KeysController(ShellModel model) {
        this.model = model;
    }

    @FXML
    private void initialize() {
        String[] lines = Words.text("keys.list").split("\n", -1);
        int half = (lines.length + 1) / 2;
        for (int i = 0; i < lines.length; i++) {
            String[] line = lines[i].split("=", 2);
            var key = new Label(line[0].strip());
            key.getStyleClass().add("key");
            list.add(key, i / half * 2, i % half);
            list.add(new Label(line[1].strip()), i / half * 2 + 1, i % half);
        }
    }

    @FXML
    private void close() {
        model.keysOpenProperty().set(false);
    }
}
