package cairn.ui;

import cairn.engine.Outcome;
import cairn.ui.model.FileNode;
import cairn.ui.model.NodeKind;
import org.kordamp.ikonli.javafx.FontIcon;

/// The icon of each kind of thing; its colour comes from the style class.
final class Kinds {
    private Kinds() {}

    static FontIcon icon(NodeKind kind) {
        return icon(literal(kind), kind);
    }

    static FontIcon icon(FileNode.Type type) {
        return switch (type) {
            case DIRECTORY -> icon(NodeKind.DIRECTORY);
            case FILE -> icon(NodeKind.FILE);
            case PROGRAM -> icon("fth-terminal", NodeKind.FILE);
            case SYMLINK -> icon("fth-corner-down-right", NodeKind.UNKNOWN);
            case UNREADABLE -> {
                FontIcon icon = icon("fth-alert-triangle", NodeKind.UNKNOWN);
                icon.getStyleClass().add("unreadable");
                yield icon;
            }
        };
    }

    /// The shape of what became of a derivation.
    static FontIcon icon(Outcome outcome) {
        return icon(NodeKind.of(outcome));
    }

    /// Makes an icon show another kind.
    static void set(FontIcon icon, NodeKind kind) {
        icon.setIconLiteral(literal(kind));
        icon.getStyleClass().removeIf(name -> name.startsWith("kind-"));
        icon.getStyleClass().add(style(kind));
    }

    private static FontIcon icon(String literal, NodeKind kind) {
        var icon = new FontIcon(literal);
        icon.getStyleClass().addAll("kind", style(kind));
        return icon;
    }

    private static String style(NodeKind kind) {
        return "kind-" + kind.key();
    }

    /// The name of a kind's icon.
    static String literal(NodeKind kind) {
        return switch (kind) {
            case PATH -> "fth-package";
            case DIRECTORY -> "fth-folder";
            case FILE -> "fth-file";
            case BUILD -> "fth-tool";
            case ENVIRONMENT -> "fth-layers";
            case ATTESTATION -> "fth-award";
            case DERIVATION -> "fth-cpu";
            case UNKNOWN -> "fth-help-circle";
            case BUILT -> "fth-check-circle";
            case CUT_OFF -> "fth-scissors";
            case SAVED -> "fth-skip-forward";
            case SUBSTITUTED -> "fth-download-cloud";
            case PRESENT -> "fth-check";
            case FAILED -> "fth-x-circle";
        };
    }
}
