package cairn.ui;

import cairn.ui.model.NodeKind;
import cairn.ui.model.Replay.Then;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// All that one picture of a graph depends on, apart from the graph; it does not change.
///
/// The picture is larger than the view by a margin, so that the view can move before a new one has
/// to be drawn. All lengths are device pixels, and the layout's origin lies on one of them: what
/// two frames show that differ in nothing but that place differs in nothing else.
///
/// @param width of the view
/// @param height of the view
/// @param margin what the picture has beyond the view on each side
/// @param scale pixels per unit of the layout
/// @param left where the layout's origin lies in the view
/// @param top where the layout's origin lies in the view
/// @param density device pixels per pixel of the scene
/// @param hiddenKinds the kinds that are filtered out
/// @param light what is drawn in full, see [GraphLight]
/// @param way the nodes to light a way along, or none for the way between the two selected
/// @param hover the node under the pointer, or -1
/// @param selected the selected nodes
/// @param then what was there at the time that is shown, none for now
record GraphFrame(
        int width,
        int height,
        int margin,
        double scale,
        int left,
        int top,
        double density,
        GraphPalette palette,
        Set<NodeKind> hiddenKinds,
        GraphLight.Kind light,
        List<Integer> way,
        int hover,
        BitSet selected,
        Optional<Then> then) {
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

    /// Where a place of the layout is in the picture.
    double x(double layoutX) {
        return layoutX * scale + left + margin;
    }

    /// Where a place of the layout is in the picture.
    double y(double layoutY) {
        return layoutY * scale + top + margin;
    }

    int pictureWidth() {
        return width + 2 * margin;
    }

    int pictureHeight() {
        return height + 2 * margin;
    }

    /// The same with the layout's origin elsewhere.
    GraphFrame at(int newLeft, int newTop) {
        return new GraphFrame(
                width,
                height,
                margin,
                scale,
                newLeft,
                newTop,
                density,
                palette,
                hiddenKinds,
                light,
                way,
                hover,
                selected,
                then);
    }

    /// Whether something is to be seen around a node.
    boolean isRinged(int node) {
        return selected.get(node) || hover == node || isNews(node);
    }

    /// Whether a node is what happened last at the time that is shown.
    boolean isNews(int node) {
        return then.filter(it -> it.news().get(node)).isPresent();
    }

    /// Whether the same is drawn in full as in another.
    boolean isLitAs(GraphFrame other) {
        return light == other.light
                && way.equals(other.way)
                && hover == other.hover
                && selected.equals(other.selected)
                && then.equals(other.then);
    }

    /// Whether this shows nothing else than another does, although perhaps elsewhere.
    boolean isLike(GraphFrame other) {
        return equals(other.at(left, top));
    }
}
