package cairn.ui.model;

import java.util.function.Consumer;

/// One half of the window: where it is, where it has been, and what leads out of it. Use on the UI
/// thread only.
public final class Side {
    private final History history;
    private final Consumer<Place> beside;
    private final Consumer<Subject> select;

    /// @param beside opens a place in the other half
    /// @param select tells the inspector
    public Side(Place start, Consumer<Place> beside, Consumer<Subject> select) {
        history = new History(start);
        this.beside = beside;
        this.select = select;
    }

    public History history() {
        return history;
    }

    public void open(Place place) {
        history.go(place);
    }

    public void openBeside(Place place) {
        beside.accept(place);
    }

    public void select(Subject subject) {
        select.accept(subject);
    }
}
