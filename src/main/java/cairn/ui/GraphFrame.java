package cairn.ui;

import cairn.ui.model.NodeKind;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All that one picture of a graph depends on, apart from the graph; it does not change.
///
/// @param scale device pixels per unit of the layout
/// @param left where the layout's origin lies, in device pixels
/// @param density device pixels per pixel of the scene
/// @param hiddenKinds the kinds that are filtered out
/// @param lit the nodes that matter now, or null for all; everything else is faint
/// @param litEdges edges of the layout to draw in full
/// @param direct edges to draw in full that the layout leaves out, as source and target
/// @param hover the node under the pointer, or -1
/// @param selected the selected nodes
record GraphFrame(
        int width,
        int height,
        double scale,
        double left,
        double top,
        double density,
        GraphPalette palette,
        Set<NodeKind> hiddenKinds,
        @Nullable BitSet lit,
        @Nullable BitSet litEdges,
        List<int[]> direct,
        int hover,
        BitSet selected) {
    /// Cards, then names, then dots.
    enum Detail {
        CARDS,
        NAMES,
        DOTS
    }

    private static final double CARDS_FROM = 0.6;

    /// Pixels per unit from which on names stand inside the nodes rather than beside them.
    static final double NAMES_FROM = 0.3;

    Detail detail() {
        double seen = scale / density;
        return seen >= CARDS_FROM ? Detail.CARDS : seen >= NAMES_FROM ? Detail.NAMES : Detail.DOTS;
    }

    float x(float layoutX) {
        return (float) (layoutX * scale + left);
    }

    float y(float layoutY) {
        return (float) (layoutY * scale + top);
    }
}
