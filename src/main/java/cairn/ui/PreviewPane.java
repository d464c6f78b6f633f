package cairn.ui;

import cairn.ui.model.Figures;
import cairn.ui.model.Preview;
import cairn.ui.model.Words;
import java.nio.IntBuffer;
import java.util.List;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.collections.FXCollections;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.SelectionMode;
import javafx.scene.control.TextArea;
import javafx.scene.image.ImageView;
import javafx.scene.image.PixelBuffer;
import javafx.scene.image.PixelFormat;
import javafx.scene.image.WritableImage;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.StackPane;

/// Shows what is in a file: text, bytes, a picture, or a sentence about it.
public final class PreviewPane extends StackPane {
    private final ReadOnlyStringWrapper note = new ReadOnlyStringWrapper(this, "note", "");

    /// What is to be known of what is shown, such as that it is only the beginning.
    public ReadOnlyStringProperty noteProperty() {
        return note.getReadOnlyProperty();
    }

    /// Shows something else.
    void show(Preview seen) {
        note.set(
                switch (seen) {
                    case Preview.Text(_, var words) -> words;
                    case Preview.Rows(_, var words) -> words;
                    case Preview.Picture drawn -> drawn.note();
                    case Preview.Link _, Preview.Directory _, Preview.Missing _ -> "";
                });
        getChildren()
                .setAll(
                        switch (seen) {
                            case Preview.Text(var text, _) -> sheet(text);
                            case Preview.Rows(var rows, _) -> list(rows);
                            case Preview.Picture drawn -> picture(drawn);
                            case Preview.Link(var target) ->
                                    notice(Words.text("preview.link", target));
                            case Preview.Directory(var entries) ->
                                    notice(
                                            Words.text(
                                                    "preview.directory",
                                                    entries,
                                                    Figures.count(entries)));
                            case Preview.Missing() -> notice(Words.text("dag.not-here"));
                        });
    }

    /// Shows the last lines, if it is lines that are shown.
    void showEnd() {
        for (Node child : getChildren()) {
            if (child instanceof ListView<?> list) {
                list.scrollTo(list.getItems().size() - 1);
            }
        }
    }

    private static Node sheet(String text) {
        var area = new TextArea(text);
        area.setId("preview-text");
        area.setEditable(false);
        area.getStyleClass().addAll("mono", "sheet");
        return area;
    }

    private static Node list(List<String> rows) {
        var list = new ListView<>(FXCollections.observableArrayList(rows));
        list.setId("preview-rows");
        list.getStyleClass().addAll("mono", "hex");
        list.getSelectionModel().setSelectionMode(SelectionMode.MULTIPLE);
        list.addEventHandler(
                KeyEvent.KEY_PRESSED,
                event -> {
                    if (event.isShortcutDown() && event.getCode() == KeyCode.C) {
                        Clip.copy(String.join("\n", list.getSelectionModel().getSelectedItems()));
                    }
                });
        return list;
    }

    private static Node picture(Preview.Picture drawn) {
        var image =
                new WritableImage(
                        new PixelBuffer<>(
                                drawn.width(),
                                drawn.height(),
                                IntBuffer.wrap(drawn.pixels()),
                                PixelFormat.getIntArgbPreInstance()));
        var view = new ImageView(image);
        view.setId("preview-picture");
        view.setPreserveRatio(true);
        var pane = new StackPane(view);
        pane.getStyleClass().add("picture");
        pane.setMinSize(0, 0);
        pane.layoutBoundsProperty()
                .subscribe(bounds -> {
                    view.setFitWidth(Math.min(image.getWidth(), bounds.getWidth() - 32));
                    view.setFitHeight(Math.min(image.getHeight(), bounds.getHeight() - 32));
                });
        return pane;
    }

    private static Node notice(String text) {
        var label = new Label(text);
        label.setWrapText(true);
        label.getStyleClass().addAll("secondary", "padded");
        StackPane.setAlignment(label, Pos.TOP_LEFT);
        return label;
    }
}
