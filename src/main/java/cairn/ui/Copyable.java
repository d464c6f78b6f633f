package cairn.ui;

import cairn.ui.model.Naming;
import cairn.ui.model.Words;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.OverrunStyle;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.VBox;

/// A name below what it is a name in, copied by a click.
final class Copyable extends VBox {
    Copyable(Naming name) {
        getStyleClass().add("naming");
        var label = new Label(name.label());
        label.getStyleClass().add("secondary");
        var text = new Button(name.text());
        text.getStyleClass().addAll("copyable", "mono");
        text.setMaxWidth(Double.MAX_VALUE);
        text.setMnemonicParsing(false);
        text.setTextOverrun(OverrunStyle.CENTER_ELLIPSIS);
        text.setTooltip(new Tooltip(name.text()));
        text.setAccessibleText(Words.text("name.copy", name.label()));
        text.setOnAction(_ -> {
            Clip.copy(name.text());
            Toast.say(text);
        });
        getChildren().addAll(label, text);
    }
}
