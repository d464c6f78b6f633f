package cairn.ui;

import cairn.ui.model.NodeKind;
import cairn.ui.model.TrustMark;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.css.CssMetaData;
import javafx.css.StyleConverter;
import javafx.css.Styleable;
import javafx.css.StyleableObjectProperty;
import javafx.css.StyleableProperty;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;

/// The colours of a [GraphCanvas], which style sheets set by the properties
/// `-cairn-graph-background`, `-card`, `-border`, `-edge`, `-accent`, `-text` and `-muted`, one
/// `-kind-…` for each kind of node and one `-trust-…` for each mark.
final class GraphStyle {
    private static final List<String> NAMES =
            Stream.of(
                            Stream.of(
                                    "background",
                                    "card",
                                    "border",
                                    "edge",
                                    "accent",
                                    "text",
                                    "muted"),
                            Stream.of(NodeKind.values()).map(kind -> "kind-" + kind.key()),
                            Stream.of(TrustMark.values())
                                    .map(mark -> "trust-" + mark.name().toLowerCase(Locale.ROOT)))
                    .flatMap(names -> names)
                    .toList();
    private static final List<Colour> COLOURS =
            NAMES.stream().map(name -> new Colour("-cairn-graph-" + name)).toList();
    private static final List<CssMetaData<? extends Styleable, ?>> ALL = all();

    private final List<StyleableProperty<Color>> colours = new ArrayList<>();
    private final ReadOnlyObjectWrapper<GraphPalette> palette;

    GraphStyle(GraphCanvas canvas) {
        COLOURS.forEach(colour -> colours.add(property(canvas, colour)));
        palette = new ReadOnlyObjectWrapper<>(canvas, "palette", resolve());
    }

    static List<CssMetaData<? extends Styleable, ?>> cssMetaData() {
        return ALL;
    }

    ReadOnlyObjectProperty<GraphPalette> paletteProperty() {
        return palette.getReadOnlyProperty();
    }

    private static final class Colour extends CssMetaData<GraphCanvas, Color> {
        Colour(String name) {
            super(name, StyleConverter.getColorConverter(), Color.GRAY);
        }

        @Override
        public boolean isSettable(GraphCanvas canvas) {
            return true;
        }

        @Override
        public StyleableProperty<Color> getStyleableProperty(GraphCanvas canvas) {
            return canvas.style().colours.get(COLOURS.indexOf(this));
        }
    }

    private StyleableProperty<Color> property(GraphCanvas canvas, Colour colour) {
        return new StyleableObjectProperty<>(colour.getInitialValue(canvas)) {
            @Override
            protected void invalidated() {
                get();
                palette.set(resolve());
            }

            @Override
            public Object getBean() {
                return canvas;
            }

            @Override
            public String getName() {
                return colour.getProperty();
            }

            @Override
            public CssMetaData<? extends Styleable, Color> getCssMetaData() {
                return colour;
            }
        };
    }

    private GraphPalette resolve() {
        var rgb = colours.stream().map(property -> rgb(property.getValue())).iterator();
        int background = rgb.next();
        int card = rgb.next();
        int border = rgb.next();
        int edge = rgb.next();
        int accent = rgb.next();
        int text = rgb.next();
        int muted = rgb.next();
        var kinds = new EnumMap<NodeKind, Integer>(NodeKind.class);
        EnumSet.allOf(NodeKind.class).forEach(kind -> kinds.put(kind, rgb.next()));
        var trust = new EnumMap<TrustMark, Integer>(TrustMark.class);
        EnumSet.allOf(TrustMark.class).forEach(mark -> trust.put(mark, rgb.next()));
        return new GraphPalette(background, card, border, edge, accent, text, muted, kinds, trust);
    }

    private static int rgb(Color colour) {
        return (int) Math.round(colour.getRed() * 255) << 16
                | (int) Math.round(colour.getGreen() * 255) << 8
                | (int) Math.round(colour.getBlue() * 255);
    }

    private static List<CssMetaData<? extends Styleable, ?>> all() {
        var all = new ArrayList<CssMetaData<? extends Styleable, ?>>(Region.getClassCssMetaData());
        all.addAll(COLOURS);
        return List.copyOf(all);
    }
}
