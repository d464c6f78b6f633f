package cairn.ui;

import cairn.graph.Digraph;
import cairn.graph.LayeredLayout;
import cairn.ui.GraphFrame.Detail;
import cairn.ui.model.GraphView;
import cairn.ui.model.NodeKind;
import cairn.ui.model.TrustMark;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Paints a graph into a [Raster]: links, cards, names' backgrounds or dots; no words.
///
/// Needs no toolkit and is meant for a thread of its own. Whatever depends on the graph or on what
/// is filtered and lit is worked out once and kept until that changes. One thread at a time.
final class GraphPainter {
    private static final double FAINT = 0.28;

    /// How many dots of a tile are looked at for their names.
    private static final int CANDIDATES = 160;

    /// How far the first tile of names begins before the layout does.
    private static final double APART = 60;

    private final GraphView view;
    private final LayeredLayout layout;
    private final int nodes;
    private final float[] x;
    private final float[] y;
    private final NodeKind[] kind;
    private final boolean[] several;
    private final float[] weight;
    private final float[] share;
    private final int[] byWeight;
    private final double halfWidth;
    private final double halfHeight;

    // The links from left to right, and where each layer's begin.
    private final int[] from;
    private final int[] to;
    private final int[] order;
    private final int[] layerStart;
    private final float[] layerX;
    private final GraphInk linkInk;

    private Set<NodeKind> shownFor = Set.of();
    private @Nullable BitSet shown;
    private @Nullable GraphFrame litFor;
    private GraphLight light = new GraphLight(null, new BitSet(), List.of());
    private BitSet litLinks = new BitSet();

    GraphPainter(GraphView view) {
        this.view = view;
        layout = view.layout();
        nodes = view.nodes().size();
        x = new float[layout.slots()];
        y = new float[layout.slots()];
        for (int slot = 0; slot < x.length; slot++) {
            x[slot] = layout.x(slot);
            y[slot] = layout.y(slot);
        }
        halfWidth = layout.spacing().width() / 2;
        halfHeight = layout.spacing().height() / 2;
        kind = new NodeKind[nodes];
        several = new boolean[nodes];
        weight = new float[nodes];
        share = new float[nodes];
        long largest = 1;
        long heaviest = 1;
        for (GraphView.Node node : view.nodes()) {
            largest = Math.max(largest, node.size());
            heaviest = Math.max(heaviest, node.added());
        }
        for (int i = 0; i < nodes; i++) {
            GraphView.Node node = view.nodes().get(i);
            kind[i] = node.kind();
            several[i] = node.members() > 1;
            weight[i] = (float) Math.sqrt((double) Math.max(0, node.added()) / heaviest);
            share[i] = (float) Math.max(0, node.size()) / largest;
        }
        byWeight =
                IntStream.range(0, nodes)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> -weight[i]))
                        .mapToInt(i -> i)
                        .toArray();
        Digraph links = layout.links();
        from = new int[links.edges()];
        to = new int[links.edges()];
        order = new int[links.edges()];
        int layers = 0;
        for (int slot = 0; slot < x.length; slot++) {
            layers = Math.max(layers, layout.layer(slot) + 1);
        }
        layerX = new float[layers];
        layerStart = new int[layers + 1];
        for (int slot = 0; slot < x.length; slot++) {
            layerX[layout.layer(slot)] = x[slot];
            layerStart[layout.layer(slot) + 1] += links.outDegree(slot);
        }
        for (int i = 0; i < layers; i++) {
            layerStart[i + 1] += layerStart[i];
        }
        int[] next = layerStart.clone();
        for (int slot = 0; slot < x.length; slot++) {
            for (int e = links.firstEdge(slot); e < links.firstEdge(slot + 1); e++) {
                order[e] = next[layout.layer(slot)]++;
                from[order[e]] = slot;
                to[order[e]] = links.target(e);
            }
        }
        linkInk = new GraphInk(layout, from, to);
    }

    GraphView view() {
        return view;
    }

    /// What is to be written on a picture.
    ///
    /// @param tiles the nodes whose names matter, by the part of the picture they lie in; a single
    ///   one unless nodes are dots
    record Writing(GraphLight light, List<Tile> tiles) {}

    /// A part of the picture of the view's size.
    ///
    /// @param left where it begins
    /// @param top where it begins
    /// @param nodes those that add most first
    record Tile(double left, double top, List<Integer> nodes) {}

    /// Paints a picture, and tells what is to be written on it.
    Writing paint(Raster raster, GraphFrame frame) {
        if (litFor == null || !litFor.isLitAs(frame)) {
            light = GraphLight.of(view, frame);
            litLinks = linksUnder(light.edges());
            litFor = frame;
        }
        raster.clear(frame.palette().background());
        paintLinks(raster, frame);
        switch (frame.detail()) {
            case CARDS, NAMES -> {
                for (int node = 0; node < nodes; node++) {
                    if (isVisible(frame, node)) {
                        if (frame.detail() == Detail.CARDS) {
                            paintCard(raster, frame, node);
                        } else {
                            paintName(raster, frame, node);
                        }
                    }
                }
            }
            case DOTS -> paintDots(raster, frame);
        }
        double half = frame.detail() == Detail.DOTS ? 0 : halfWidth;
        for (GraphLight.Link edge : light.direct()) {
            raster.curve(
                    frame.x(x[edge.from()] + half),
                    frame.y(y[edge.from()]),
                    frame.x(x[edge.to()] - half),
                    frame.y(y[edge.to()]),
                    1.5 * thickness(frame),
                    frame.palette().accent(),
                    Raster.OPAQUE);
        }
        return new Writing(light, frame.detail() == Detail.DOTS ? tiles(frame) : visible(frame));
    }

    private List<Tile> visible(GraphFrame frame) {
        return List.of(
                new Tile(
                        0,
                        0,
                        IntStream.range(0, nodes)
                                .filter(node -> isVisible(frame, node))
                                .boxed()
                                .toList()));
    }

    /// Chooses the dots that add most, in each of the tiles that the picture touches.
    ///
    /// The layout is cut into tiles of the view's size, and each is filled by itself: so what is
    /// named does not depend on where the view stands.
    private List<Tile> tiles(GraphFrame frame) {
        double left = frame.x(0) - APART * frame.density();
        double top = frame.y(0) - APART * frame.density();
        int firstAcross = (int) Math.floor(-left / frame.width());
        int firstDown = (int) Math.floor(-top / frame.height());
        int across = (int) Math.ceil((frame.pictureWidth() - left) / frame.width()) - firstAcross;
        int down = (int) Math.ceil((frame.pictureHeight() - top) / frame.height()) - firstDown;
        var tiles = new ArrayList<Tile>();
        for (int i = 0; i < across * down; i++) {
            tiles.add(
                    new Tile(
                            left + (double) (firstAcross + i % across) * frame.width(),
                            top + (double) (firstDown + i / across) * frame.height(),
                            new ArrayList<>()));
        }
        for (int node : byWeight) {
            int column = (int) Math.floor((frame.x(x[node]) - left) / frame.width()) - firstAcross;
            int row = (int) Math.floor((frame.y(y[node]) - top) / frame.height()) - firstDown;
            if (column >= 0
                    && column < across
                    && row >= 0
                    && row < down
                    && isShown(frame, node)
                    && !light.isFaint(node)) {
                var candidates = tiles.get(row * across + column).nodes();
                if (candidates.size() < CANDIDATES) {
                    candidates.add(node);
                }
            }
        }
        return tiles;
    }

    private static double thickness(GraphFrame frame) {
        return frame.density() * Math.clamp(frame.scale() / frame.density(), 1, 1.6);
    }

    boolean isShown(GraphFrame frame, int node) {
        return !frame.hiddenKinds().contains(kind[node]);
    }

    /// Whether a node is not filtered out and lies in the picture.
    boolean isVisible(GraphFrame frame, int node) {
        double atX = frame.x(x[node]);
        double atY = frame.y(y[node]);
        double wide = halfWidth * frame.scale() + 20 * frame.density();
        double high = halfHeight * frame.scale() + 20 * frame.density();
        return atX > -wide
                && atX < frame.pictureWidth() + wide
                && atY > -high
                && atY < frame.pictureHeight() + high
                && isShown(frame, node);
    }

    /// The radius of a node's dot in device pixels.
    double radius(GraphFrame frame, int node) {
        double least = leastRadius(frame);
        return radius(frame, node, least, mostRadius(frame, least));
    }

    private double radius(GraphFrame frame, int node, double least, double most) {
        return (least + (most - least) * weight[node]) * frame.density();
    }

    private double leastRadius(GraphFrame frame) {
        double crowd =
                nodes
                        * part(frame.width(), layout.width(), frame)
                        * part(frame.height(), layout.height(), frame);
        return Math.clamp(Math.max(pitch(frame) * 0.3, 50 / Math.sqrt(crowd)), 0.8, 3.5);
    }

    private double mostRadius(GraphFrame frame, double least) {
        return Math.max(1.5 * least, Math.clamp(pitch(frame) * 0.9, 5, 14));
    }

    private double pitch(GraphFrame frame) {
        return 2 * halfHeight * frame.scale() / frame.density();
    }

    /// How much of the layout's width or height is in the picture, about.
    private static double part(int seen, double all, GraphFrame frame) {
        return Math.clamp(seen / (all * frame.scale()), 1e-3, 1);
    }

    private void paintLinks(Raster raster, GraphFrame frame) {
        BitSet visible = shown(frame.hiddenKinds());
        int first = 0;
        int last = layerX.length - 1;
        while (first < last && frame.x(layerX[first + 1]) < 0) {
            first++;
        }
        while (last > first && frame.x(layerX[last] - halfWidth) > raster.width) {
            last--;
        }
        int begin = layerX.length == 0 ? 0 : layerStart[first];
        int end = layerX.length == 0 ? 0 : layerStart[last + 1];
        boolean dim = light.nodes() != null;
        double thickness = thickness(frame);
        int colour = frame.palette().edge();
        GraphInk.Pen[] pens = linkInk.pens(frame);
        for (int i = begin; i < end; i++) {
            GraphInk.Pen pen = pens[linkInk.cell(i)];
            if (pen.draws(i) && isInside(frame, i) && (visible == null || visible.get(i))) {
                int strength = (int) (Raster.OPAQUE * pen.strength() * (dim ? FAINT : 1));
                paintLink(raster, frame, i, pen.curved(), thickness, colour, strength);
            }
        }
        int strong = dim ? Raster.OPAQUE : (int) (Raster.OPAQUE * 0.9);
        for (int i = litLinks.nextSetBit(begin);
                i >= 0 && i < end;
                i = litLinks.nextSetBit(i + 1)) {
            if (isInside(frame, i) && (visible == null || visible.get(i))) {
                paintLink(
                        raster,
                        frame,
                        i,
                        pens[linkInk.cell(i)].curved(),
                        1.5 * thickness,
                        frame.palette().accent(),
                        strong);
            }
        }
    }

    private boolean isInside(GraphFrame frame, int link) {
        double y1 = frame.y(y[from[link]]);
        double y2 = frame.y(y[to[link]]);
        return Math.max(y1, y2) > -8 && Math.min(y1, y2) < frame.pictureHeight() + 8;
    }

    private void paintLink(
            Raster raster,
            GraphFrame frame,
            int link,
            boolean curved,
            double thickness,
            int colour,
            int strength) {
        int a = from[link];
        int b = to[link];
        double y1 = frame.y(y[a]);
        double y2 = frame.y(y[b]);
        if (!curved) {
            raster.line(frame.x(x[a]), y1, frame.x(x[b]), y2, colour, strength);
            return;
        }
        boolean dots = frame.detail() == Detail.DOTS;
        double half = dots ? halfWidth * 0.4 : halfWidth;
        double x1 = frame.x(x[a] + (dots && a < nodes ? 0 : half));
        double x2 = frame.x(x[b] - (dots && b < nodes ? 0 : half));
        if (a >= nodes) {
            raster.curve(frame.x(x[a] - half), y1, x1, y1, thickness, colour, strength);
        }
        raster.curve(x1, y1, x2, y2, thickness, colour, strength);
    }

    /// The links over which an edge between two shown nodes runs, or null for all.
    private @Nullable BitSet shown(Set<NodeKind> hiddenKinds) {
        if (hiddenKinds.isEmpty()) {
            return null;
        }
        if (shown == null || !shownFor.equals(hiddenKinds)) {
            Digraph graph = layout.graph();
            var edges = new BitSet();
            for (int node = 0; node < nodes; node++) {
                for (int e = graph.firstEdge(node); e < graph.firstEdge(node + 1); e++) {
                    edges.set(
                            e,
                            !hiddenKinds.contains(kind[node])
                                    && !hiddenKinds.contains(kind[graph.target(e)]));
                }
            }
            shown = linksUnder(edges);
            shownFor = hiddenKinds;
        }
        return shown;
    }

    /// The links over which some edges of the layout run, by their place in the order of layers.
    private BitSet linksUnder(BitSet edges) {
        var marked = new BitSet();
        Digraph links = layout.links();
        for (int e = edges.nextSetBit(0); e >= 0; e = edges.nextSetBit(e + 1)) {
            int[] route = layout.route(e);
            for (int i = 1; i < route.length; i++) {
                int link = order[links.edge(route[i - 1], route[i])];
                if (i > 1 && marked.get(link)) {
                    break; // the rest of the lane is marked too
                }
                marked.set(link);
            }
        }
        return marked;
    }

    private void paintDots(Raster raster, GraphFrame frame) {
        GraphPalette palette = frame.palette();
        double least = leastRadius(frame);
        double most = mostRadius(frame, least);
        for (int node : byWeight) {
            if (!isVisible(frame, node)) {
                continue;
            }
            double radius = radius(frame, node, least, most);
            double atX = frame.x(x[node]);
            double atY = frame.y(y[node]);
            int colour = palette.of(kind[node]);
            if (light.isFaint(node)) {
                raster.disc(
                        atX,
                        atY,
                        radius,
                        GraphPalette.mix(colour, palette.background(), FAINT),
                        Raster.OPAQUE);
                continue;
            }
            if (radius < 1.3) {
                raster.spot(atX, atY, radius, colour);
                continue;
            }
            if (radius > 2.5 * frame.density()) {
                raster.disc(
                        atX, atY, radius + frame.density(), palette.background(), Raster.OPAQUE);
            }
            raster.disc(atX, atY, radius, colour, Raster.OPAQUE);
            if (several[node]) {
                raster.disc(atX, atY, radius * 0.5, palette.background(), Raster.OPAQUE);
            }
        }
        frame.selected().stream()
                .filter(node -> isVisible(frame, node))
                .forEach(node -> ring(raster, frame, node));
        frame.then()
                .ifPresent(then ->
                        then.news().stream()
                                .filter(node -> isVisible(frame, node))
                                .forEach(node -> ring(raster, frame, node)));
        if (frame.hover() >= 0 && isVisible(frame, frame.hover())) {
            ring(raster, frame, frame.hover());
        }
    }

    private void ring(Raster raster, GraphFrame frame, int node) {
        double density = frame.density();
        double radius = radius(frame, node);
        double atX = frame.x(x[node]);
        double atY = frame.y(y[node]);
        raster.disc(atX, atY, radius + 4 * density, frame.palette().accent(), Raster.OPAQUE);
        raster.disc(atX, atY, radius + 2 * density, frame.palette().background(), Raster.OPAQUE);
        raster.disc(atX, atY, radius, frame.palette().of(kind[node]), Raster.OPAQUE);
    }

    private void paintName(Raster raster, GraphFrame frame, int node) {
        GraphPalette palette = frame.palette();
        double unit = frame.scale();
        double wide = 2 * halfWidth * unit;
        double high = Math.min(2 * halfHeight * unit, 22 * frame.density());
        double atX = frame.x(x[node]) - wide / 2;
        double atY = frame.y(y[node]) - high / 2;
        double faint = light.isFaint(node) ? FAINT : 1;
        int colour = palette.of(kind[node]);
        int fill = GraphPalette.mix(colour, palette.background(), 0.14 * faint);
        double round = 3 * frame.density();
        outline(raster, frame, node, atX, atY, wide, high, round);
        raster.box(atX, atY, wide, high, round, fill, Raster.OPAQUE);
        double bar = 3 * frame.density();
        raster.box(
                atX,
                atY,
                bar,
                high,
                1,
                GraphPalette.mix(colour, palette.background(), faint),
                Raster.OPAQUE);
    }

    private void paintCard(Raster raster, GraphFrame frame, int node) {
        GraphPalette palette = frame.palette();
        double unit = frame.scale();
        double wide = 2 * halfWidth * unit;
        double high = 2 * halfHeight * unit;
        double atX = frame.x(x[node]) - wide / 2;
        double atY = frame.y(y[node]) - high / 2;
        double round = 4 * unit;
        double faint = light.isFaint(node) ? FAINT : 1;
        int colour = GraphPalette.mix(palette.of(kind[node]), palette.card(), faint);
        int border = GraphPalette.mix(palette.border(), palette.background(), faint);
        if (several[node]) {
            for (int i = 2; i > 0; i--) {
                double off = 3 * i * unit;
                raster.box(atX + off, atY + off, wide, high, round, border, Raster.OPAQUE);
                raster.box(
                        atX + off + 1,
                        atY + off + 1,
                        wide - 2,
                        high - 2,
                        round - 1,
                        palette.card(),
                        Raster.OPAQUE);
            }
        }
        outline(raster, frame, node, atX, atY, wide, high, round);
        raster.box(atX, atY, wide, high, round, border, Raster.OPAQUE);
        double line = frame.density();
        raster.box(
                atX + line,
                atY + line,
                wide - 2 * line,
                high - 2 * line,
                round - line,
                palette.card(),
                Raster.OPAQUE);
        raster.box(atX, atY, 5 * unit, high, round, colour, Raster.OPAQUE);
        raster.box(atX + 3 * unit, atY + line, 2 * unit, high - 2 * line, 0, colour, Raster.OPAQUE);

        double track = wide - 24 * unit;
        double barY = atY + high - 6 * unit;
        int trackColour = GraphPalette.mix(palette.border(), palette.card(), 0.6 * faint);
        raster.box(atX + 14 * unit, barY, track, 2.5 * unit, unit, trackColour, Raster.OPAQUE);
        double part = Math.max(share[node] * track, Math.min(2 * unit, track));
        raster.box(atX + 14 * unit, barY, part, 2.5 * unit, unit, colour, Raster.OPAQUE);

        double mark = 15 * unit;
        double markX = atX + wide - mark - 8 * unit;
        double markY = atY + 6 * unit;
        if (!several[node]) {
            int ink = GraphPalette.mix(palette.muted(), palette.card(), 0.8 * faint);
            raster.shape(
                    markX, markY, mark, mark, HashGlyph.of(view.nodes().get(node).digest()), ink);
        }
        TrustMark trust = view.nodes().get(node).trust();
        if (trust != TrustMark.NONE) {
            int ink = GraphPalette.mix(palette.of(trust), palette.card(), faint);
            raster.shape(
                    markX - 17 * unit, markY + unit, 12 * unit, 13.5 * unit, Shield.of(trust), ink);
        }
    }

    /// The border of what is selected or under the pointer.
    private static void outline(
            Raster raster,
            GraphFrame frame,
            int node,
            double x,
            double y,
            double w,
            double h,
            double round) {
        double wide =
                frame.density()
                        * (frame.hover() == node && !frame.selected().get(node) ? 1.5 : 2.5);
        if (frame.isRinged(node)) {
            raster.box(
                    x - wide,
                    y - wide,
                    w + 2 * wide,
                    h + 2 * wide,
                    round + wide,
                    frame.palette().accent(),
                    Raster.OPAQUE);
        }
    }

    /// The node at a point of the view in device pixels, or -1.
    int nodeAt(GraphFrame frame, double atX, double atY) {
        double layoutX = (atX - frame.left()) / frame.scale();
        double layoutY = (atY - frame.top()) / frame.scale();
        boolean dots = frame.detail() == Detail.DOTS;
        double least = leastRadius(frame);
        double most = mostRadius(frame, least);
        int best = -1;
        double nearest = Double.MAX_VALUE;
        for (int node = 0; node < nodes; node++) {
            double dx = Math.abs(x[node] - layoutX);
            double dy = Math.abs(y[node] - layoutY);
            double reach =
                    dots
                            ? (radius(frame, node, least, most) + 3 * frame.density())
                                    / frame.scale()
                            : 0;
            boolean hit =
                    dots ? dx * dx + dy * dy <= reach * reach : dx <= halfWidth && dy <= halfHeight;
            if (hit && dx * dx + dy * dy < nearest && isShown(frame, node)) {
                best = node;
                nearest = dx * dx + dy * dy;
            }
        }
        return best;
    }
}
