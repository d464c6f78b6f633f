package cairn.ui.model;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/// The one search field: names, identifiers, links, and actions. Use on the UI thread only.
public final class SearchModel {
    private static final int MOST = 30;

    /// A line below the field.
    public sealed interface Line {
        record Found(Match match) implements Line {}

        /// Something to do.
        ///
        /// @param keys the keys that do it too, or empty
        record Action(String title, String keys, Runnable run) implements Line {}
    }

    private final Library library;
    private final Work work;
    private final List<Line.Action> actions;
    private final Consumer<Place> open;
    private final Consumer<Place> openBeside;

    private final StringProperty text = new SimpleStringProperty(this, "text", "");
    private final BooleanProperty forActions = new SimpleBooleanProperty(this, "forActions");
    private final ObservableList<Line> lines = FXCollections.observableArrayList();
    private final ObservableList<Line> shown = FXCollections.unmodifiableObservableList(lines);
    private final ReadOnlyStringWrapper note = new ReadOnlyStringWrapper(this, "note", "");
    private Work.Ticket current = Work.Ticket.NONE;
    private boolean pasted;

    /// @param open opens a place on the side that is in use
    public SearchModel(
            Library library,
            Work work,
            List<Line.Action> actions,
            Consumer<Place> open,
            Consumer<Place> openBeside) {
        this.library = library;
        this.work = work;
        this.actions = List.copyOf(actions);
        this.open = open;
        this.openBeside = openBeside;
        text.subscribe((old, typed) -> {
            pasted = typed.length() - old.length() > 6;
            search();
        });
        forActions.subscribe((_, _) -> search());
    }

    public StringProperty textProperty() {
        return text;
    }

    /// Whether the field is for actions rather than for things.
    public BooleanProperty forActionsProperty() {
        return forActions;
    }

    /// What was found, best first.
    public ObservableList<Line> lines() {
        return shown;
    }

    /// Why nothing was found, else empty.
    public ReadOnlyStringProperty noteProperty() {
        return note.getReadOnlyProperty();
    }

    /// Does what a line says, and clears the field.
    public void choose(Line line) {
        clear();
        switch (line) {
            case Line.Found(var match) -> open.accept(match.place());
            case Line.Action action -> action.run.run();
        }
    }

    /// Opens what a line leads to in the other half of the window.
    public void chooseBeside(Line line) {
        if (line instanceof Line.Found(var match)) {
            clear();
            openBeside.accept(match.place());
        } else {
            choose(line);
        }
    }

    public void clear() {
        text.set("");
        forActions.set(false);
    }

    private void search() {
        current.cancel();
        String typed = text.get().strip();
        note.set("");
        if (forActions.get()) {
            String word = typed.toLowerCase(Locale.ROOT);
            lines.setAll(
                    actions.stream()
                            .filter(action -> action.title.toLowerCase(Locale.ROOT).contains(word))
                            .toList());
            return;
        }
        if (typed.isEmpty()) {
            lines.clear();
            return;
        }
        current = work.run(() -> library.search(typed, MOST), this::show, this::fail);
    }

    private void show(List<Match> found) {
        lines.setAll(found.stream().map(Line.Found::new).toList());
        if (found.isEmpty()) {
            note.set(Words.text("search.nothing"));
        }
        if (pasted && found.size() == 1) {
            choose(lines.getFirst());
        }
    }

    private void fail(Exception cause) {
        lines.clear();
        note.set(Problems.describe(cause).sentence());
    }
}
