package cairn.ui;

import cairn.ui.model.Glyph;
import javafx.scene.shape.SVGPath;

/// The small pattern by which a hash is recognised across the screen.
final class Digest extends SVGPath {
    private static final double CELL = 2.2;

    Digest() {
        getStyleClass().add("glyph");
    }

    Digest(String name) {
        this();
        show(name);
    }

    /// Shows the pattern of a hash or a CID.
    void show(String name) {
        boolean[] cells = HashGlyph.cells(Glyph.digest(name));
        // An empty square keeps the size the same for all patterns.
        var path =
                new StringBuilder("M0 0 M" + CELL * HashGlyph.SIZE + " " + CELL * HashGlyph.SIZE);
        for (int i = 0; i < cells.length; i++) {
            if (cells[i]) {
                int row = i / HashGlyph.SIZE;
                path.append(" M%.1f %.1fh2v2h-2z".formatted(i % HashGlyph.SIZE * CELL, row * CELL));
            }
        }
        setContent(path.toString());
    }
}
