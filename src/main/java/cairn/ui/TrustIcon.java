package cairn.ui;

import cairn.ui.model.TrustMark;
import java.util.Locale;
import javafx.scene.shape.FillRule;
import javafx.scene.shape.SVGPath;

/// The shield of a mark among words, in the shapes that [Shield] draws on the graph.
final class TrustIcon extends SVGPath {
    private static final String OUTLINE = "M0 0H12V6.3A6 7.7 0 0 1 0 6.3Z";
    private static final String HOLLOW = "M1.7 1.8H10.3V6.5A4.3 5.7 0 0 1 1.7 6.5Z";
    private static final String HALF = "M1.7 1.8H6V12.2A4.3 5.7 0 0 1 1.7 6.5Z";
    private static final String TICK = "M2.4 7.1L5.3 10.4L9.9 4.5L8.4 3.3L5.2 7.4L3.8 5.8Z";
    private static final String CROSS =
            "M6 5.1L8 3.1L9.2 4.3L7.2 6.3L9.2 8.3L8 9.5L6 7.5L4 9.5L2.8 8.3L4.8 6.3L2.8 4.3L4 3.1Z";

    TrustIcon() {
        setFillRule(FillRule.EVEN_ODD);
    }

    TrustIcon(TrustMark mark) {
        this();
        show(mark);
    }

    void show(TrustMark mark) {
        getStyleClass().setAll("trust", "trust-" + mark.name().toLowerCase(Locale.ROOT));
        setContent(
                switch (mark) {
                    case NONE -> "";
                    case TRUSTED -> OUTLINE + TICK;
                    case UNSIGNED -> OUTLINE + HOLLOW;
                    case UNTRUSTED -> OUTLINE + HALF;
                    case DAMAGED -> OUTLINE + CROSS;
                });
    }
}
