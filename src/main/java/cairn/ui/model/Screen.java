package cairn.ui.model;

import java.util.List;
import java.util.Optional;
import javafx.beans.value.ObservableValue;

/// The model of one view at one place. Use on the UI thread only.
public interface Screen {
    /// A step of the way to the place.
    ///
    /// @param place where a click on it leads
    record Crumb(String text, Optional<Place> place) {
        public Crumb(String text) {
            this(text, Optional.empty());
        }

        public Crumb(String text, Place place) {
            this(text, Optional.of(place));
        }
    }

    /// The way to the place, outermost first.
    ObservableValue<List<Crumb>> crumbs();

    /// Shows a place of the same kind without being made anew, if it can.
    default boolean moveTo(Place place) {
        return false;
    }

    /// Asks again, because the store changed; what is shown stays until then.
    void refresh();

    /// Takes up what is cheap to learn while the store is being changed.
    default void glance() {}

    /// Abandons what is being asked for.
    void close();
}
