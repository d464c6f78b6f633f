package cairn.ui;

import cairn.ui.model.NodeKind;
import cairn.ui.model.TrustMark;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// The colours of a picture of a graph as `0xRRGGBB`, resolved from the style sheets.
record GraphPalette(
        int background,
        int card,
        int border,
        int edge,
        int accent,
        int text,
        int muted,
        Map<NodeKind, Integer> kinds,
        Map<TrustMark, Integer> trust) {
    GraphPalette {
        kinds = Collections.unmodifiableMap(new EnumMap<>(kinds));
        trust = Collections.unmodifiableMap(new EnumMap<>(trust));
    }

    int of(NodeKind kind) {
        return kinds.getOrDefault(kind, muted);
    }

    int of(TrustMark mark) {
        return trust.getOrDefault(mark, muted);
    }

    /// A mixture of two colours.
    ///
    /// @param part how much of the first, 0 to 1
    static int mix(int first, int second, double part) {
        int mixed = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            double channel = (first >> shift & 0xff) * part + (second >> shift & 0xff) * (1 - part);
            mixed |= (int) Math.round(channel) << shift;
        }
        return mixed;
    }
}
