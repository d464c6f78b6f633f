package cairn.ui;

import java.util.List;
import javafx.scene.layout.Region;
import javafx.scene.shape.Polygon;
import javafx.scene.shape.Polyline;

/// The course of a figure as a small area, the newest at its right.
public final class Sparkline extends Region {
    /// How many figures fill the width.
    private static final int FULL = 120;

    private final Polygon area = new Polygon();
    private final Polyline line = new Polyline();
    private List<Double> course = List.of();

    public Sparkline() {
        getStyleClass().add("sparkline");
        area.getStyleClass().add("sparkline-area");
        line.getStyleClass().add("sparkline-line");
        area.setManaged(false);
        line.setManaged(false);
        getChildren().addAll(area, line);
    }

    /// Shows figures, the oldest first.
    void show(List<Double> figures) {
        course = figures;
        requestLayout();
    }

    @Override
    protected void layoutChildren() {
        double width = getWidth();
        double height = getHeight() - 2;
        double most = course.stream().mapToDouble(figure -> figure).max().orElse(0);
        double step = width / (FULL - 1);
        line.getPoints().clear();
        int count = Math.min(course.size(), FULL);
        for (int i = 0; i < count; i++) {
            double figure = course.get(course.size() - count + i);
            double share = most == 0 ? 0 : figure / most;
            line.getPoints().addAll(width - (count - 1 - i) * step, 1 + height * (1 - share));
        }
        area.getPoints().setAll(line.getPoints());
        if (count > 0) {
            area.getPoints().addAll(width, height + 1, width - (count - 1) * step, height + 1);
        }
    }
}
