package cairn.ui;

import javafx.scene.Node;

/// Whether a part of a view is there. One that is not takes no room either.
final class Presence {
    private Presence() {}

    static void show(Node node, boolean shown) {
        node.setVisible(shown);
        node.setManaged(shown);
    }
}
