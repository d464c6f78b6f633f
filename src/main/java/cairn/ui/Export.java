package cairn.ui;

import cairn.ui.model.Problems;
import cairn.ui.model.Words;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import javafx.scene.Node;
import javafx.scene.control.Alert;
import javafx.stage.FileChooser;

/// Writes what a view shows to a file that the user chooses.
final class Export {
    private Export() {}

    static void save(Node owner, String name, String content) {
        var chooser = new FileChooser();
        chooser.setInitialFileName(name);
        File file = chooser.showSaveDialog(owner.getScene().getWindow());
        if (file == null) {
            return;
        }
        try {
            Files.writeString(file.toPath(), content);
        } catch (IOException e) {
            var alert =
                    new Alert(
                            Alert.AlertType.ERROR,
                            Words.text(
                                    "export.failed",
                                    file.toString(),
                                    Problems.describe(e).sentence()));
            alert.initOwner(owner.getScene().getWindow());
            alert.setHeaderText(null);
            alert.show();
        }
    }
}
