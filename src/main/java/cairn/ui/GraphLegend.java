package cairn.ui;

import cairn.ui.model.Figures;
import cairn.ui.model.GraphView;
import cairn.ui.model.NodeKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.stream.IntStream;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.VBox;
import javafx.scene.text.Font;

/// The kinds of node of a graph, which is also the filter for them, and how much is not shown. Use
/// on the UI thread.
final class GraphLegend extends VBox {
    private final ResourceBundle words;
    private final Runnable onFilter;
    private final FlowPane kinds = new FlowPane();
    private final Label counts = new Label();
    private final Set<NodeKind> hidden = EnumSet.noneOf(NodeKind.class);
    private GraphView view = GraphView.EMPTY;
    private boolean band;

    /// @param onFilter told when other kinds are hidden
    GraphLegend(ResourceBundle words, Runnable onFilter) {
        this.words = words;
        this.onFilter = onFilter;
        getStyleClass().add("graph-foot");
        setPickOnBounds(false);
        kinds.getStyleClass().add("graph-legend");
        counts.getStyleClass().add("graph-counts");
        counts.setWrapText(true);
        getChildren().addAll(kinds, counts);
    }

    /// The kinds that are filtered out.
    Set<NodeKind> hidden() {
        return EnumSet.copyOf(hidden);
    }

    /// The font that words of the graph are written in.
    Font font() {
        return counts.getFont();
    }

    void onFont(Runnable action) {
        counts.fontProperty().addListener((_, _, _) -> action.run());
    }

    /// Shows another graph, of which nothing is filtered out.
    void show(GraphView now) {
        view = now;
        hidden.clear();
        kinds.getChildren().clear();
        for (NodeKind kind : NodeKind.values()) {
            int count =
                    now.nodes().stream()
                            .filter(node -> node.kind() == kind)
                            .mapToInt(GraphView.Node::members)
                            .sum();
            if (count > 0) {
                kinds.getChildren().add(filter(kind, count));
            }
        }
        setVisible(!now.nodes().isEmpty());
        count();
    }

    /// Lays the kinds out in one row where there is room for that.
    void wrap() {
        kinds.setPrefWrapLength(
                kinds.getChildren().stream().mapToDouble(kind -> kind.prefWidth(-1) + 4).sum());
    }

    /// Says whether only the left end is shown at first.
    void tellBand(boolean now) {
        if (now != band) {
            band = now;
            count();
        }
    }

    private ToggleButton filter(NodeKind kind, int count) {
        String name = kind.key();
        var button =
                new ToggleButton(
                        words.getString("kind." + name) + " " + Figures.count(count),
                        Kinds.icon(kind));
        button.setId("graph-kind-" + name);
        button.getStyleClass().add("graph-kind");
        button.setSelected(true);
        button.setAlignment(Pos.CENTER_LEFT);
        button.setOnAction(_ -> {
            if (!hidden.remove(kind)) {
                hidden.add(kind);
            }
            count();
            onFilter.run();
        });
        return button;
    }

    /// Says how much is shown, and how much is not.
    private void count() {
        var parts = new ArrayList<String>();
        int filtered =
                view.nodes().stream()
                        .filter(node -> hidden.contains(node.kind()))
                        .mapToInt(GraphView.Node::members)
                        .sum();
        int shown =
                (int) view.nodes().stream().filter(node -> !hidden.contains(node.kind())).count();
        parts.add(words(shown == 1 ? "count.one" : "count.nodes", shown));
        if (view.hidden() > 0) {
            parts.add(
                    switch (view.clusters()) {
                        case 0 -> words("count.hidden", view.hidden());
                        case 1 -> words("count.cluster", view.hidden());
                        default -> words("count.clusters", view.hidden(), view.clusters());
                    });
        }
        if (filtered > 0) {
            parts.add(words("count.filtered", filtered));
        }
        if (view.impliedEdges() > 0) {
            parts.add(
                    words(
                            view.impliedEdges() == 1 ? "count.implied.one" : "count.implied",
                            view.impliedEdges()));
        }
        if (band) {
            int layers =
                    1
                            + IntStream.range(0, view.nodes().size())
                                    .map(view.layout()::layer)
                                    .max()
                                    .orElse(0);
            parts.add(words("count.band", layers));
        }
        counts.setText(view.nodes().isEmpty() ? "" : String.join(" · ", parts));
    }

    private String words(String key, int... values) {
        return words.getString(key)
                .formatted(IntStream.of(values).mapToObj(Figures::count).toArray());
    }
}
