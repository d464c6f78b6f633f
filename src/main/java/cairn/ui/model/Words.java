package cairn.ui.model;

import cairn.engine.Outcome;
import cairn.engine.Readiness;
import cairn.engine.Substituters;
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

    /// What a request to the node is about.
    public static String of(Asked.Kind kind) {
        return switch (kind) {
            case CACHE_INFO -> text("asked.cache-info");
            case NARINFO -> text("asked.narinfo");
            case NAR -> text("asked.nar");
            case LISTING -> text("asked.listing");
            case REALISATION -> text("asked.realisation");
            case LOG -> text("asked.log");
            case FILE -> text("asked.file");
            case BLOCK -> text("asked.block");
            case METRICS -> text("asked.metrics");
            case OTHER -> text("asked.other");
        };
    }

    /// How another store does.
    public static String of(Substituters.State state) {
        return switch (state) {
            case UNTRIED -> text("upstream.untried");
            case WORKING -> text("upstream.working");
            case RESTING -> text("upstream.resting");
            case OFFLINE -> text("upstream.offline");
        };
    }

    /// What something is that a build lacks.
    public static String of(Readiness.Kind kind) {
        return switch (kind) {
            case SOURCE -> text("lack.source");
            case OUTPUT -> text("lack.output");
            case FETCHED -> text("lack.fetched");
            case IMPURE -> text("lack.impure");
            case REFERENCE -> text("lack.reference");
            case DERIVATION -> text("lack.derivation");
        };
    }

    /// A sentence on how another store does.
    public static String sentence(Substituters.State state) {
        return switch (state) {
            case UNTRIED -> text("upstream.untried-more");
            case WORKING -> text("upstream.working-more");
            case RESTING -> text("upstream.resting-more");
            case OFFLINE -> text("upstream.offline-more");
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
