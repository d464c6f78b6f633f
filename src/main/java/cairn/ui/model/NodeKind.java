package cairn.ui.model;

import cairn.engine.Outcome;
import java.util.Locale;

/// What a node of a graph is; each kind has a colour and an icon of its own. Derivations of a run
/// are told apart by what became of them.
public enum NodeKind {
    PATH,
    DIRECTORY,
    FILE,
    BUILD,
    ENVIRONMENT,
    ATTESTATION,
    DERIVATION,
    UNKNOWN,
    BUILT,
    CUT_OFF,
    SAVED,
    SUBSTITUTED,
    PRESENT,
    FAILED;

    public static NodeKind of(Outcome outcome) {
        return switch (outcome) {
            case BUILT -> BUILT;
            case CUT_OFF -> CUT_OFF;
            case SAVED -> SAVED;
            case SUBSTITUTED -> SUBSTITUTED;
            case PRESENT -> PRESENT;
            case FAILED -> FAILED;
        };
    }

    /// Whether it tells what became of a derivation, rather than what a thing is.
    public boolean isOutcome() {
        return compareTo(BUILT) >= 0;
    }

    /// Its name in style sheets and among the words.
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
