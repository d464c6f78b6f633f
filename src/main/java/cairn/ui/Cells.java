package cairn.ui;

import cairn.engine.Outcome;
import cairn.nix.StorePath;
import cairn.ui.model.Figures;
import cairn.ui.model.NodeKind;
import cairn.ui.model.TrustMark;
import cairn.ui.model.Verdict;
import cairn.ui.model.Words;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.scene.control.Label;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.input.MouseButton;
import javafx.scene.layout.HBox;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;

/// What table cells show.
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

    /// Text of fixed width as it is.
    static <S> TableCell<S, String> plainMono() {
        return new Plain<>("mono", text -> text, text -> text);
    }

    static <S> TableCell<S, Long> number() {
        return new Plain<>("number", number -> Figures.count(number), _ -> "");
    }

    /// A time of day, with the day in the tooltip.
    static <S> TableCell<S, Instant> time() {
        return new Plain<>("words", Figures::timeOfDay, Figures::exactTime);
    }

    /// A figure with its unit.
    static <S> TableCell<S, String> figure() {
        return new Plain<>("number", text -> text, _ -> "");
    }

    /// How long ago something was, as of when it is shown; nothing for the epoch.
    static <S> TableCell<S, Instant> age(Supplier<Instant> now) {
        return new Plain<>(
                "words",
                at -> at.equals(Instant.EPOCH) ? "–" : Figures.age(at, now.get()),
                at -> at.equals(Instant.EPOCH) ? "" : Figures.exactTime(at));
    }

    /// How long ago something was.
    static <S> TableCell<S, Instant> age(Instant now) {
        return new Plain<>("words", at -> Figures.age(at, now), Figures::exactTime);
    }

    /// Icon, glyph and name of a path.
    static <S> TableCell<S, StorePath> path() {
        return new PathCell<>();
    }

    /// A shield and a word, with the reason in the tooltip.
    static <S> TableCell<S, Verdict> trust() {
        return new TrustCell<>();
    }

    /// The number of a row's signatures, with the shield of what they are worth once that is known;
    /// a click on it opens them.
    static <S> TableCell<S, Verdict> signatures(Function<S, Integer> number, Consumer<S> open) {
        return new SignaturesCell<>(number, open);
    }

    /// A number that a click opens what it counts of.
    static <S> TableCell<S, Integer> count(Consumer<S> open) {
        return new Link<>(number -> Figures.count(number), _ -> "", open);
    }

    /// As [#size()], and a click opens what weighs so much.
    static <S> TableCell<S, Long> size(Consumer<S> open) {
        return new Link<>(bytes -> bytes < 0 ? "–" : Figures.size(bytes), Figures::exactSize, open);
    }

    /// How long something took.
    static <S> TableCell<S, Duration> duration() {
        return new Plain<>(
                "number", time -> time.isZero() ? "–" : Figures.duration(time), Duration::toString);
    }

    /// Shape and word of what became of a derivation.
    static <S> TableCell<S, Outcome> outcome() {
        return new OutcomeCell<>();
    }

    private static final class OutcomeCell<S> extends TableCell<S, Outcome> {
        private final Tip tip = new Tip(this);

        @Override
        protected void updateItem(@Nullable Outcome outcome, boolean empty) {
            boolean same = outcome != null && outcome.equals(getItem()) && getGraphic() != null;
            super.updateItem(outcome, empty);
            if (empty || outcome == null) {
                setText("");
                setGraphic(null);
                tip.set("");
                return;
            }
            if (same) {
                return;
            }
            setText(Words.of(outcome));
            setGraphic(Kinds.icon(outcome));
            tip.set(Words.sentence(outcome));
        }
    }

    private static final class Plain<S, T> extends TableCell<S, T> {
        private final Function<T, String> text;
        private final Function<T, String> exact;
        private final Tip tip = new Tip(this);

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
                tip.set("");
                return;
            }
            setText(text.apply(item));
            tip.set(exact.apply(item));
        }
    }

    private static final class PathCell<S> extends TableCell<S, StorePath> {
        private final FontIcon icon = Kinds.icon(NodeKind.PATH);
        private final Digest digest = new Digest();
        private final Label name = new Label();
        private final HBox row = new HBox(icon, digest, name);
        private final Tip tip = new Tip(this);

        PathCell() {
            row.getStyleClass().add("path-cell");
        }

        @Override
        protected void updateItem(@Nullable StorePath path, boolean empty) {
            super.updateItem(path, empty);
            if (empty || path == null) {
                setGraphic(null);
                tip.set("");
                return;
            }
            Kinds.set(icon, path.isDerivation() ? NodeKind.DERIVATION : NodeKind.PATH);
            digest.show(path.hash());
            name.setText(path.name());
            tip.set(path.toString());
            setGraphic(row);
        }
    }

    /// A number of which only the figures are clicked, so that the row can be selected beside them.
    private static final class Link<S, T> extends TableCell<S, T> {
        private final Function<T, String> text;
        private final Function<T, String> exact;
        private final Label number;
        private final Tip tip;

        Link(Function<T, String> text, Function<T, String> exact, Consumer<S> open) {
            this.text = text;
            this.exact = exact;
            number = link(this, open);
            tip = new Tip(number);
            getStyleClass().add("number");
        }

        @Override
        protected void updateItem(@Nullable T item, boolean empty) {
            super.updateItem(item, empty);
            if (empty || item == null) {
                setGraphic(null);
                return;
            }
            number.setText(text.apply(item));
            tip.set(exact.apply(item));
            setGraphic(number);
        }
    }

    private static <S> Label link(TableCell<S, ?> cell, Consumer<S> open) {
        var label = new Label();
        label.getStyleClass().add("clickable");
        label.setOnMouseClicked(event -> {
            S row = cell.getTableRow().getItem();
            if (event.getButton() == MouseButton.PRIMARY && row != null) {
                open.accept(row);
                event.consume();
            }
        });
        return label;
    }

    private static final class SignaturesCell<S> extends TableCell<S, Verdict> {
        private final Function<S, Integer> number;
        private final Label count;
        private final TrustIcon icon = new TrustIcon();
        private final HBox row;
        private final Tip tip = new Tip(this);

        SignaturesCell(Function<S, Integer> number, Consumer<S> open) {
            this.number = number;
            count = link(this, open);
            row = new HBox(icon, count);
            row.getStyleClass().add("signatures-cell");
            getStyleClass().add("number");
        }

        @Override
        protected void updateItem(@Nullable Verdict verdict, boolean empty) {
            super.updateItem(verdict, empty);
            S item = getTableRow() == null ? null : getTableRow().getItem();
            if (empty || item == null) {
                setGraphic(null);
                tip.set("");
                return;
            }
            count.setText(Figures.count(number.apply(item)));
            icon.show(verdict == null ? TrustMark.NONE : verdict.mark());
            tip.set(verdict == null ? "" : verdict.reason());
            setGraphic(row);
        }
    }

    private static final class TrustCell<S> extends TableCell<S, Verdict> {
        private final TrustIcon icon = new TrustIcon();
        private final Tip tip = new Tip(this);

        @Override
        protected void updateItem(@Nullable Verdict verdict, boolean empty) {
            super.updateItem(verdict, empty);
            if (empty || verdict == null) {
                setText("");
                setGraphic(null);
                tip.set("");
                return;
            }
            icon.show(verdict.mark());
            setText(Words.of(verdict.mark()));
            tip.set(verdict.reason());
            setGraphic(icon);
        }
    }
}
