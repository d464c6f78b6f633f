package cairn.ui;

import cairn.nix.StorePath;
import cairn.ui.model.Figures;
import cairn.ui.model.NodeKind;
import java.time.Instant;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.scene.control.Label;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.layout.HBox;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;

/// What table cells show, and what keys and clicks do in a table.
final class Cells {
    private Cells() {}

    /// Fills a column with something of each row.
    static <S, T> void fill(
            TableColumn<S, T> column,
            Function<? super S, ? extends T> value,
            Function<TableColumn<S, T>, ? extends TableCell<S, T>> cell) {
        column.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(value.apply(row.getValue())));
        column.setCellFactory(cell::apply);
    }

    /// Bytes in three figures, with the exact number in the tooltip; a negative number is absent.
    static <S> TableCell<S, Long> size() {
        return new Plain<>(
                "number", bytes -> bytes < 0 ? "–" : Figures.size(bytes), Figures::exactSize);
    }

    /// A change of size.
    static <S> TableCell<S, Long> growth() {
        return new Plain<>("number", Figures::growth, Figures::exactSize);
    }

    static <S> TableCell<S, Integer> count() {
        return new Plain<>("number", number -> Figures.count(number), _ -> "");
    }

    static <S> TableCell<S, String> text() {
        return new Plain<>("words", text -> text, text -> text);
    }

    /// A name of fixed width, shortened in the middle.
    static <S> TableCell<S, String> name() {
        return new Plain<>("mono", Figures::shortened, text -> text);
    }

    /// How long ago something was.
    static <S> TableCell<S, Instant> age(Instant now) {
        return new Plain<>("words", at -> Figures.age(at, now), Figures::exactTime);
    }

    /// Icon, glyph and name of a path.
    static <S> TableCell<S, StorePath> path() {
        return new PathCell<>();
    }

    /// Lets a selected row be told, and Enter, double click and their Ctrl variants open one.
    static <S> void openable(TableView<S> table, Consumer<S> select, BiConsumer<S, Boolean> open) {
        table.getSelectionModel()
                .selectedItemProperty()
                .subscribe(row -> {
                    if (row != null) {
                        select.accept(row);
                    }
                });
        table.addEventFilter(
                KeyEvent.KEY_PRESSED,
                event -> {
                    S row = table.getSelectionModel().getSelectedItem();
                    if (event.getCode() == KeyCode.ENTER && row != null) {
                        open.accept(row, event.isShortcutDown());
                        event.consume();
                    }
                });
        table.setOnMouseClicked(event -> {
            S row = table.getSelectionModel().getSelectedItem();
            if (event.getButton() == MouseButton.PRIMARY
                    && event.getClickCount() == 2
                    && row != null) {
                open.accept(row, event.isShortcutDown());
            }
        });
    }

    private static final class Plain<S, T> extends TableCell<S, T> {
        private final Function<T, String> text;
        private final Function<T, String> exact;

        Plain(String style, Function<T, String> text, Function<T, String> exact) {
            this.text = text;
            this.exact = exact;
            getStyleClass().add(style);
        }

        @Override
        protected void updateItem(@Nullable T item, boolean empty) {
            super.updateItem(item, empty);
            if (empty || item == null) {
                setText("");
                setTooltip(null);
                return;
            }
            setText(text.apply(item));
            String tip = exact.apply(item);
            setTooltip(tip.isEmpty() ? null : new Tooltip(tip));
        }
    }

    private static final class PathCell<S> extends TableCell<S, StorePath> {
        private final FontIcon icon = Kinds.icon(NodeKind.PATH);
        private final Digest digest = new Digest();
        private final Label name = new Label();
        private final HBox row = new HBox(icon, digest, name);
        private final Tooltip tooltip = new Tooltip();

        PathCell() {
            row.getStyleClass().add("path-cell");
        }

        @Override
        protected void updateItem(@Nullable StorePath path, boolean empty) {
            super.updateItem(path, empty);
            if (empty || path == null) {
                setGraphic(null);
                setTooltip(null);
                return;
            }
            Kinds.set(icon, path.isDerivation() ? NodeKind.DERIVATION : NodeKind.PATH);
            digest.show(path.hash());
            name.setText(path.name());
            tooltip.setText(path.toString());
            setTooltip(tooltip);
            setGraphic(row);
        }
    }
}
