package cairn.ui;

import cairn.ui.model.Words;
import java.io.File;
import java.nio.file.Path;
import java.util.Optional;
import javafx.stage.DirectoryChooser;
import javafx.stage.FileChooser;
import javafx.stage.Window;

/// Asks for something on the disk; waits until one has chosen or decided not to.
interface Chooser {
    /// The dialogs of the desktop.
    Chooser DESKTOP =
            (owner, folder) -> {
                File chosen;
                if (folder) {
                    var dialog = new DirectoryChooser();
                    dialog.setTitle(Words.text("import.choose-folder"));
                    chosen = dialog.showDialog(owner);
                } else {
                    var dialog = new FileChooser();
                    dialog.setTitle(Words.text("import.choose-file"));
                    chosen = dialog.showOpenDialog(owner);
                }
                return Optional.ofNullable(chosen).map(File::toPath);
            };

    /// Asks for one file or folder.
    ///
    /// @param folder whether a folder is asked for rather than a file
    Optional<Path> choose(Window owner, boolean folder);
}
