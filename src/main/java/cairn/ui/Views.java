package cairn.ui;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Objects;
import java.util.ResourceBundle;
import javafx.fxml.FXMLLoader;
import javafx.scene.Parent;

/// Loads views from FXML around controllers that are already built.
final class Views {
    private final ResourceBundle words;

    Views(ResourceBundle words) {
        this.words = words;
    }

    /// Loads the FXML file named after the controller: `SearchController` has `Search.fxml`.
    Parent load(Object controller) {
        String name = controller.getClass().getSimpleName().replaceFirst("Controller$", ".fxml");
        URL file = Objects.requireNonNull(Views.class.getResource("/cairn/fxml/" + name), name);
        var loader = new FXMLLoader(file, words);
        loader.setControllerFactory(_ -> controller);
        try {
            return loader.load();
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
