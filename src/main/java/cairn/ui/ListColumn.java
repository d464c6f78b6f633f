package cairn.ui;

import javafx.scene.control.TableColumn;

/// A column of a list, with the name under which it is sorted, exported and remembered.
public final class ListColumn<S, T> extends TableColumn<S, T> {
    private String key = "";
    private double from;

    /// Which column of the model this is.
    public String getKey() {
        return key;
    }

    public void setKey(String name) {
        key = name;
    }

    /// How wide the list must be for this column to be shown, in pixels.
    public double getFrom() {
        return from;
    }

    public void setFrom(double width) {
        from = width;
    }
}
