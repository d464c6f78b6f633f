/// The explorer: the shell, one controller for each FXML file, and the graph canvas.
///
/// @see <a href="https://openjfx.io/">JavaFX</a>
@NullMarked
package cairn.ui;

import org.jspecify.annotations.NullMarked;
