package cairn.ui.model;

import java.util.ArrayDeque;
import java.util.Deque;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;

/// Where one has been, and the way back and forward. Use on the UI thread only.
public final class History {
    private static final int REMEMBERED = 500;

    private final Deque<Place> behind = new ArrayDeque<>();
    private final Deque<Place> ahead = new ArrayDeque<>();
    private final ReadOnlyObjectWrapper<Place> place;
    private final ReadOnlyBooleanWrapper canGoBack = new ReadOnlyBooleanWrapper(this, "canGoBack");
    private final ReadOnlyBooleanWrapper canGoForward =
            new ReadOnlyBooleanWrapper(this, "canGoForward");

    public History(Place start) {
        place = new ReadOnlyObjectWrapper<>(this, "place", start);
    }

    /// Goes somewhere; what was ahead is forgotten. Going where one is changes nothing.
    public void go(Place next) {
        if (next.equals(place.get())) {
            return;
        }
        behind.push(place.get());
        if (behind.size() > REMEMBERED) {
            behind.removeLast();
        }
        ahead.clear();
        arrive(next);
    }

    /// Takes the present place's stead, as when its filter changes; back leads to the one before.
    public void replace(Place next) {
        arrive(next);
    }

    public void back() {
        if (!behind.isEmpty()) {
            ahead.push(place.get());
            arrive(behind.pop());
        }
    }

    public void forward() {
        if (!ahead.isEmpty()) {
            behind.push(place.get());
            arrive(ahead.pop());
        }
    }

    public ReadOnlyObjectProperty<Place> placeProperty() {
        return place.getReadOnlyProperty();
    }

    public ReadOnlyBooleanProperty canGoBackProperty() {
        return canGoBack.getReadOnlyProperty();
    }

    public ReadOnlyBooleanProperty canGoForwardProperty() {
        return canGoForward.getReadOnlyProperty();
    }

    private void arrive(Place next) {
        place.set(next);
        canGoBack.set(!behind.isEmpty());
        canGoForward.set(!ahead.isEmpty());
    }
}
