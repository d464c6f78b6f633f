package cairn.ui;

import cairn.ui.GraphPainter.Tile;
import cairn.ui.GraphPainter.Writing;
import cairn.ui.model.Figures;
import cairn.ui.model.GraphView;
import cairn.ui.model.NodeKind;
import cairn.ui.model.TrustMark;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.stream.Stream;
import javafx.geometry.BoundingBox;
import javafx.geometry.Bounds;
import javafx.geometry.VPos;
import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.FontSmoothingType;
import javafx.scene.text.FontWeight;
import javafx.scene.text.Text;
import javafx.scene.text.TextAlignment;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.IkonResolverProvider;
import org.kordamp.ikonli.javafx.JavaFXFontLoader;

/// Writes what a picture of a graph cannot draw: names, versions and sizes, only where they can be
/// read.
final class GraphLabels {
    /// In one tile.
    private static final int MOST_AT_DOTS = 40;

    private static final double NAME = 13;
    private static final double DETAIL = 11;
    private static final double FAINT = 0.35;
    private static final double SMALLEST = 0.8;

    private final Canvas canvas;
    private final ResourceBundle words;
    private final Text ruler = new Text();
    private GraphView view = GraphView.EMPTY;
    private GraphPainter painter = new GraphPainter(GraphView.EMPTY);
    private String family = "";
    private float[] nameWidths = {};
    private @Nullable Lines[] written = {};
    private GraphLight light = new GraphLight(null, new BitSet(), List.of());
    private final String iconFamily;
    private final Map<NodeKind, String> icons = new EnumMap<>(NodeKind.class);

    /// What is written on a card.
    private record Lines(String name, String detail, String size) {}

    GraphLabels(Canvas canvas, ResourceBundle words) {
        this.canvas = canvas;
        this.words = words;
        var resolver = IkonResolverProvider.getInstance(new JavaFXFontLoader());
        iconFamily = resolver.resolve(Kinds.literal(NodeKind.PATH)).getFontFamily();
        for (NodeKind kind : NodeKind.values()) {
            int code = resolver.resolve(Kinds.literal(kind)).resolve(Kinds.literal(kind)).getCode();
            icons.put(kind, Character.toString(code));
        }
    }

    private void forget() {
        nameWidths = new float[view.nodes().size()];
        written = new Lines[view.nodes().size()];
    }

    /// @param with what the picture was painted with that the words are for
    /// @param writing what is to be written on that picture
    void draw(GraphFrame frame, GraphPainter with, Writing writing, String fontFamily) {
        light = writing.light();
        if (with != painter || !fontFamily.equals(family)) {
            painter = with;
            view = with.view();
            family = fontFamily;
            forget();
        }
        GraphicsContext g = canvas.getGraphicsContext2D();
        g.setTransform(1, 0, 0, 1, 0, 0);
        g.clearRect(0, 0, canvas.getWidth(), canvas.getHeight());
        g.scale(1 / frame.density(), 1 / frame.density());
        g.setFontSmoothingType(FontSmoothingType.GRAY);
        g.setTextBaseline(VPos.CENTER);
        switch (frame.detail()) {
            case CARDS -> cards(g, frame, writing.tiles().getFirst().nodes());
            case NAMES -> names(g, frame, writing.tiles().getFirst().nodes());
            case DOTS -> {
                g.setFont(Font.font(family, DETAIL * frame.density()));
                for (Tile tile : writing.tiles()) {
                    nameDots(g, frame, tile);
                }
            }
        }
    }

    private void cards(GraphicsContext g, GraphFrame frame, List<Integer> visible) {
        double unit = frame.scale();
        double left = -view.layout().spacing().width() * unit / 2;
        double top = -view.layout().spacing().height() * unit / 2;
        double right = -left - 10 * unit;
        g.setFont(Font.font(iconFamily, NAME * unit));
        for (int node : visible) {
            NodeKind kind = view.nodes().get(node).kind();
            g.setFill(colour(frame.palette().of(kind), frame, node));
            put(g, frame, node, icons.getOrDefault(kind, ""), left + 12 * unit, top + 14 * unit);
        }
        g.setFont(Font.font(family, FontWeight.MEDIUM, NAME * unit));
        for (int node : visible) {
            g.setFill(colour(frame.palette().text(), frame, node));
            put(g, frame, node, lines(node).name, left + 30 * unit, top + 14 * unit);
        }
        g.setFont(Font.font(family, DETAIL * unit));
        for (int node : visible) {
            g.setFill(colour(frame.palette().muted(), frame, node));
            put(g, frame, node, lines(node).detail, left + 30 * unit, top + 29 * unit);
        }
        g.setTextAlign(TextAlignment.RIGHT);
        for (int node : visible) {
            g.setFill(colour(frame.palette().muted(), frame, node));
            put(g, frame, node, lines(node).size, right, top + 29 * unit);
        }
        g.setTextAlign(TextAlignment.LEFT);
    }

    /// Writes beside the middle of a node.
    private void put(
            GraphicsContext g, GraphFrame frame, int node, String text, double dx, double dy) {
        g.fillText(text, frame.x(view.layout().x(node)) + dx, frame.y(view.layout().y(node)) + dy);
    }

    /// A card's lines, cut to its width once.
    private Lines lines(int node) {
        var known = written[node];
        if (known != null) {
            return known;
        }
        double wide = view.layout().spacing().width() - 30;
        boolean marked = view.nodes().get(node).trust() != TrustMark.NONE;
        String size = Figures.size(view.nodes().get(node).size());
        var lines =
                new Lines(
                        shortened(name(node), wide - (marked ? 46 : 28), NAME),
                        shortened(detail(node), wide - 18 - width(size, DETAIL), DETAIL),
                        size);
        written[node] = lines;
        return lines;
    }

    private void names(GraphicsContext g, GraphFrame frame, List<Integer> visible) {
        double unit = frame.density();
        double wide = view.layout().spacing().width() * frame.scale();
        for (int node : visible) {
            var kind = view.nodes().get(node).kind();
            // A name says what a thing is, but not what became of it.
            double mark = kind.isOutcome() ? 13 * unit : 0;
            if (kind.isOutcome()) {
                g.setFont(Font.font(iconFamily, DETAIL * unit));
                g.setFill(colour(frame.palette().of(kind), frame, node));
                put(g, frame, node, icons.getOrDefault(kind, ""), 7 * unit - wide / 2, 0);
            }
            double room = (wide - 10 * unit - mark) / (nameWidth(node) * unit);
            // A name is set smaller before it is cut.
            double size = Math.clamp(room, SMALLEST, 1);
            double part = room / size;
            String name = name(node);
            int keep = (int) (name.length() * part) - 1;
            g.setFont(Font.font(family, DETAIL * unit * size));
            g.setFill(colour(frame.palette().text(), frame, node));
            put(
                    g,
                    frame,
                    node,
                    part >= 1 ? name : keep < 1 ? "" : name.substring(0, keep) + "…",
                    7 * unit + mark - wide / 2,
                    0);
        }
    }

    /// Names dots where there is room beside, below or above them.
    private void nameDots(GraphicsContext g, GraphFrame frame, Tile tile) {
        List<Integer> candidates = tile.nodes();
        var bounds = new BoundingBox(tile.left(), tile.top(), frame.width(), frame.height());
        List<Bounds> taken = new ArrayList<>();
        for (int node : candidates) {
            double radius = painter.radius(frame, node);
            taken.add(around(frame, node, -radius, 0, 2 * radius, 2 * radius));
        }
        int written = 0;
        for (int node : candidates) {
            double gap = painter.radius(frame, node) + 4 * frame.density();
            double wide = nameWidth(node) * frame.density();
            double high = 1.3 * DETAIL * frame.density();
            var place =
                    Stream.of(
                                    around(frame, node, gap, 0, wide, high),
                                    around(frame, node, -wide / 2, gap + high / 2, wide, high),
                                    around(frame, node, -wide / 2, -gap - high / 2, wide, high))
                            .filter(box ->
                                    bounds.contains(box)
                                            && taken.stream().noneMatch(box::intersects))
                            .findFirst();
            if (place.isPresent() && written++ < MOST_AT_DOTS) {
                var box = place.get();
                taken.add(box);
                g.setGlobalAlpha(0.65);
                g.setFill(colour(frame.palette().background(), frame, node));
                g.fillRect(
                        Math.floor(0.5 + box.getMinX() - 2),
                        Math.floor(0.5 + box.getMinY()),
                        Math.floor(0.5 + box.getWidth() + 4),
                        Math.floor(0.5 + box.getHeight()));
                g.setGlobalAlpha(1);
                g.setFill(colour(frame.palette().text(), frame, node));
                g.fillText(name(node), box.getMinX(), box.getCenterY());
            }
        }
    }

    /// A box beside the middle of a node: from `dx` on, around the height `dy`.
    private Bounds around(
            GraphFrame frame, int node, double dx, double dy, double wide, double high) {
        return new BoundingBox(
                frame.x(view.layout().x(node)) + dx,
                frame.y(view.layout().y(node)) + dy - high / 2,
                wide,
                high);
    }

    private Color colour(int rgb, GraphFrame frame, int node) {
        int shown =
                light.isFaint(node)
                        ? GraphPalette.mix(rgb, frame.palette().background(), FAINT)
                        : rgb;
        return Color.rgb(shown >> 16 & 0xff, shown >> 8 & 0xff, shown & 0xff);
    }

    private String name(int node) {
        var of = view.nodes().get(node);
        return of.name().isEmpty() ? words.getString("cluster.mixed") : of.name();
    }

    private String detail(int node) {
        var of = view.nodes().get(node);
        return of.members() > 1
                ? words.getString("cluster.members").formatted(Figures.count(of.members()))
                : of.detail();
    }

    /// The width of a whole name in the small size.
    private float nameWidth(int node) {
        if (nameWidths[node] == 0) {
            nameWidths[node] = (float) Math.max(1, width(name(node), DETAIL));
        }
        return nameWidths[node];
    }

    private String shortened(String text, double room, double size) {
        double wide = width(text, size);
        if (wide <= room) {
            return text;
        }
        int keep = (int) (text.length() * room / wide) - 1;
        return keep < 1 ? "" : text.substring(0, keep) + "…";
    }

    private double width(String text, double size) {
        ruler.setFont(Font.font(family, size));
        ruler.setText(text);
        return ruler.getLayoutBounds().getWidth();
    }
}
