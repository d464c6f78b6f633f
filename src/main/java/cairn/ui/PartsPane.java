package cairn.ui;

import cairn.ui.model.Figures;
import java.util.List;
import javafx.geometry.HPos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/// A whole as a bar of its parts, and below it what each of them is, in the same order.
public final class PartsPane extends VBox {
    private static final double WIDE = 480;

    /// What a part is seen as, if it is so small that it would not be.
    private static final double SLIVER = 0.006;

    private final GridPane bar = new GridPane();
    private final GridPane rows = new GridPane();

    public PartsPane() {
        getStyleClass().add("parts");
        bar.getStyleClass().add("parts-bar");
        rows.getStyleClass().add("parts-rows");
        var remark = new ColumnConstraints();
        remark.setHgrow(Priority.ALWAYS);
        var number = new ColumnConstraints();
        number.setHalignment(HPos.RIGHT);
        number.setMinWidth(USE_PREF_SIZE);
        rows.getColumnConstraints()
                .setAll(new ColumnConstraints(), new ColumnConstraints(), number, number, remark);
        rows.widthProperty().subscribe(_ -> makeRoom());
        getChildren().addAll(bar, rows);
    }

    /// A line on a part, or on something else that belongs there.
    ///
    /// @param style of its piece of the bar, empty if it has none
    /// @param count how many it is, in words
    record Part(String style, String name, String count, long bytes, String remark) {}

    void show(List<Part> parts) {
        bar.getChildren().clear();
        bar.getColumnConstraints().clear();
        rows.getChildren().clear();
        long whole =
                Math.max(
                        1,
                        parts.stream()
                                .filter(part -> !part.style.isEmpty())
                                .mapToLong(Part::bytes)
                                .sum());
        for (Part part : parts) {
            var swatch = new Region();
            swatch.getStyleClass().addAll("swatch", part.style.isEmpty() ? "none" : part.style);
            var bytes = label(Figures.size(part.bytes), "figure");
            bytes.setTooltip(new Tooltip(Figures.exactSize(part.bytes)));
            var remark = label(part.remark, "secondary");
            remark.setWrapText(true);
            rows.addRow(
                    rows.getRowCount(),
                    swatch,
                    label(part.name, "name"),
                    label(part.count, "count"),
                    bytes,
                    remark);
            if (!part.style.isEmpty() && part.bytes > 0) {
                var piece = new Region();
                piece.getStyleClass().addAll("piece", part.style);
                Tooltip.install(piece, new Tooltip(part.name + " " + Figures.size(part.bytes)));
                var column = new ColumnConstraints();
                column.setPercentWidth(100 * Math.max(SLIVER, (double) part.bytes / whole));
                bar.getColumnConstraints().add(column);
                bar.addColumn(bar.getColumnConstraints().size() - 1, piece);
            }
        }
        makeRoom();
    }

    /// Leaves the remarks out where there is no room for them.
    private void makeRoom() {
        for (Node node : rows.getChildren()) {
            if (node.getStyleClass().contains("secondary")) {
                Presence.show(node, rows.getWidth() >= WIDE);
            }
        }
    }

    private static Label label(String text, String style) {
        var label = new Label(text);
        label.getStyleClass().add(style);
        label.setMinWidth(style.equals("secondary") ? 0 : USE_PREF_SIZE);
        return label;
    }
}
