package cairn.ui;

import cairn.ui.model.Since;
import cairn.ui.model.Words;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import javafx.css.PseudoClass;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Tooltip;
import javafx.util.StringConverter;
import org.jspecify.annotations.Nullable;

/// Asks from when on one wants to hear: one of those that are offered, or a time that is typed.
/// What is no time is told while it is typed, and forgotten when one goes on elsewhere.
public final class SinceBox extends ComboBox<Since> {
    private static final PseudoClass WRONG = PseudoClass.getPseudoClass("wrong");

    public SinceBox() {
        getItems().setAll(Since.OFFERED);
        setEditable(true);
        setVisibleRowCount(Since.OFFERED.size());
        var tip = new Tooltip(Words.text("subjects.since-more"));
        tip.setWrapText(true);
        tip.setMaxWidth(360);
        setTooltip(tip);
        getEditor().setPromptText(Words.text("subjects.since"));
        getEditor().accessibleTextProperty().bind(accessibleTextProperty());
        setConverter(
                new StringConverter<>() {
                    @Override
                    public String toString(@Nullable Since since) {
                        return since == null ? "" : since.toString();
                    }

                    @Override
                    public Since fromString(String typed) {
                        return Since.parse(typed, ZonedDateTime.now(ZoneId.systemDefault()))
                                .orElseGet(() -> getValue());
                    }
                });
        getEditor()
                .textProperty()
                .subscribe(typed -> {
                    boolean wrong =
                            Since.parse(typed, ZonedDateTime.now(ZoneId.systemDefault())).isEmpty();
                    pseudoClassStateChanged(WRONG, wrong);
                    tip.setText(Words.text(wrong ? "subjects.since-wrong" : "subjects.since-more"));
                });
        focusedProperty()
                .subscribe(focused -> {
                    if (!focused) {
                        commitValue();
                        getEditor().setText(getConverter().toString(getValue()));
                    }
                });
    }
}
