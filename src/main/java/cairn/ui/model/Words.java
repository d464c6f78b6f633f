package cairn.ui.model;

import cairn.engine.Outcome;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;

/// The sentences of the explorer, by their keys in `words.properties`.
public final class Words {
    private static final ResourceBundle BUNDLE = ResourceBundle.getBundle("cairn.ui.words");

    private Words() {}

    public static ResourceBundle bundle() {
        return BUNDLE;
    }

    /// The sentence of a key, with `{0}`, `{1}` … filled in.
    public static String text(String key, Object... parts) {
        String pattern = BUNDLE.getString(key);
        return parts.length == 0 ? pattern : new MessageFormat(pattern, Locale.ROOT).format(parts);
    }

    /// What became of a derivation.
    public static String of(Outcome outcome) {
        return switch (outcome) {
            case BUILT -> text("outcome.built");
            case CUT_OFF -> text("outcome.cut-off");
            case SAVED -> text("outcome.saved");
            case SUBSTITUTED -> text("outcome.substituted");
            case PRESENT -> text("outcome.present");
            case FAILED -> text("outcome.failed");
        };
    }

    /// A sentence on what became of a derivation.
    public static String sentence(Outcome outcome) {
        return switch (outcome) {
            case BUILT -> text("outcome.built-more");
            case CUT_OFF -> text("outcome.cut-off-more");
            case SAVED -> text("outcome.saved-more");
            case SUBSTITUTED -> text("outcome.substituted-more");
            case PRESENT -> text("outcome.present-more");
            case FAILED -> text("outcome.failed-more");
        };
    }

    /// What is the matter with a path that was to come.
    public static String of(Migrating.Setback.Why why) {
        return switch (why) {
            case DAMAGED -> text("setback.damaged");
            case LACKING -> text("setback.lacking");
            case HELD_BACK -> text("setback.held-back");
            case DIFFERENT -> text("setback.different");
            case UNREADABLE -> text("setback.unreadable");
            case WRONG_HERE -> text("setback.wrong-here");
        };
    }

    /// The word for how far something is trusted; empty where that is not the question.
    public static String of(TrustMark mark) {
        return switch (mark) {
            case NONE -> "";
            case TRUSTED -> text("trust.trusted");
            case UNSIGNED -> text("trust.unsigned");
            case UNTRUSTED -> text("trust.untrusted");
            case DAMAGED -> text("trust.damaged-word");
        };
    }
}
