package cairn.ui;

import cairn.ui.model.History;
import cairn.ui.model.Place;
import cairn.ui.model.ShellModel;
import cairn.ui.model.Subject;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javafx.event.Event;
import javafx.scene.Node;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.ListView;
import javafx.scene.control.TableView;
import javafx.scene.control.TextInputControl;
import javafx.scene.control.TreeTableView;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.Region;
import org.jspecify.annotations.Nullable;

/// What keys and the buttons for back and forward do, wherever one is in the shell.
final class ShellKeys {
    private final ShellModel model;
    private final Region root;
    private final Node sides;
    private final Veil veil;
    private final ShellSearch search;
    private final Screens screens;
    private final Views views;
    private final Supplier<Node> active;
    private boolean peeking;

    /// @param root what all lies in
    /// @param sides what the places lie in
    /// @param active the half that is in use
    ShellKeys(
            ShellModel model,
            Region root,
            Node sides,
            Veil veil,
            ShellSearch search,
            Screens screens,
            Views views,
            Supplier<Node> active) {
        this.model = model;
        this.root = root;
        this.sides = sides;
        this.veil = veil;
        this.search = search;
        this.screens = screens;
        this.views = views;
        this.active = active;
        root.addEventFilter(KeyEvent.KEY_PRESSED, this::press);
        root.addEventHandler(KeyEvent.KEY_TYPED, this::type);
        root.addEventFilter(MouseEvent.MOUSE_PRESSED, this::pressMouse);
    }

    private void press(KeyEvent event) {
        if (handled(event)) {
            event.consume();
        }
    }

    private boolean handled(KeyEvent event) {
        KeyCode code = event.getCode();
        if (event.isAltDown() && (code == KeyCode.LEFT || code == KeyCode.RIGHT)) {
            if (code == KeyCode.LEFT) {
                history().back();
            } else {
                history().forward();
            }
            return true;
        }
        Node owner = root.getScene().getFocusOwner();
        if (event.isShortcutDown()) {
            return code == KeyCode.ENTER && owner instanceof GraphCanvas
                    ? openBeside()
                    : shortcut(code, event.isShiftDown());
        }
        return switch (code) {
            case ESCAPE -> backOut();
            case SPACE -> peek(owner);
            case DOWN -> sides.equals(owner) && enterTable();
            case F, A, D, W, DIGIT0, NUMPAD0, PLUS, ADD, EQUALS, MINUS, SUBTRACT ->
                    !event.isAltDown() && !isTyping() && !isList(owner) && toGraph(event);
            default -> false;
        };
    }

    private static boolean isList(@Nullable Node node) {
        return node instanceof TableView<?>
                || node instanceof TreeTableView<?>
                || node instanceof ListView<?>;
    }

    /// Shows what is selected in a list or a graph over the place, or no longer.
    private boolean peek(@Nullable Node owner) {
        if (peeking) {
            boolean leaves = !isTyping() && !(owner instanceof ButtonBase);
            if (leaves) {
                veil.close();
            }
            return leaves;
        }
        Subject subject = model.inspector().subjectProperty().get();
        var place = Place.of(subject);
        if (veil.isVisible()
                || !(isList(owner) || owner instanceof GraphCanvas)
                || place.isEmpty()) {
            return false;
        }
        var controller =
                new PeekController(model, views, screens, subject, place.get(), veil::close);
        veil.show(
                views.load(controller),
                () -> {
                    controller.leave();
                    peeking = false;
                });
        peeking = true;
        return true;
    }

    private boolean openBeside() {
        var place = Place.of(model.inspector().subjectProperty().get());
        place.ifPresent(model::openBeside);
        return place.isPresent();
    }

    /// Hands a key to the graph that is shown, if it does not have the focus yet.
    private boolean toGraph(KeyEvent event) {
        for (Node node : visible(".graph-canvas")) {
            if (!node.isFocused()) {
                node.requestFocus();
                Event.fireEvent(node, event.copyFor(node, node));
                return true;
            }
        }
        return false;
    }

    private boolean enterTable() {
        for (Node node : visible(".table-pane")) {
            if (node instanceof TablePane<?> pane) {
                pane.enter();
                return true;
            }
        }
        return false;
    }

    /// What is to be seen of a kind, in what lies above the place or in the half that is in use.
    private List<Node> visible(String selector) {
        Node scope = veil.isVisible() ? veil : active.get();
        return scope.lookupAll(selector).stream().filter(ShellKeys::isShown).toList();
    }

    private static boolean isShown(Node node) {
        for (Node at = node; at != null; at = at.getParent()) {
            if (!at.isVisible()) {
                return false;
            }
        }
        return true;
    }

    private boolean shortcut(KeyCode code, boolean shift) {
        switch (code) {
            case K -> search.enter(true);
            case C -> {
                return root.getScene().getFocusOwner() instanceof GraphCanvas && copySelected();
            }
            case F -> {
                return focusFilter();
            }
            case I -> model.toggleInspector();
            case B -> model.toggleRail();
            case W -> model.unsplit();
            case L -> Clip.copy(history().placeProperty().get().link());
            case V -> {
                if (shift || !isTyping()) {
                    model.follow(Clip.text());
                    return true;
                }
                return false;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean copySelected() {
        String text = model.inspector().subjectProperty().get().text();
        if (!text.isEmpty()) {
            Clip.copy(text);
        }
        return !text.isEmpty();
    }

    private void type(KeyEvent event) {
        if (isTyping()) {
            return;
        }
        switch (event.getCharacter()) {
            case "/" -> search.enter(false);
            case "?" -> model.keysOpenProperty().set(true);
            default -> {
                return;
            }
        }
        event.consume();
    }

    private boolean isTyping() {
        return root.getScene().getFocusOwner() instanceof TextInputControl;
    }

    private boolean focusFilter() {
        List<Node> panes = visible(".table-pane");
        for (Node node :
                Stream.concat(panes.stream().filter(Node::isFocusWithin), panes.stream())
                        .toList()) {
            if (node instanceof TablePane<?> pane && pane.enterFilter()) {
                return true;
            }
        }
        return false;
    }

    /// Leaves what lies above the place, then the field one types in.
    private boolean backOut() {
        if (veil.isVisible()) {
            veil.close();
            return true;
        }
        if (isTyping()) {
            sides.requestFocus();
            return true;
        }
        return false;
    }

    private void pressMouse(MouseEvent event) {
        if (event.getButton() == MouseButton.BACK) {
            history().back();
        } else if (event.getButton() == MouseButton.FORWARD) {
            history().forward();
        }
    }

    private History history() {
        return model.activeProperty().get().history();
    }
}
