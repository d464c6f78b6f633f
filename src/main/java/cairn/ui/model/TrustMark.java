package cairn.ui.model;

/// How far a thing is trusted, as a shield tells it; `NONE` where trust is not the question.
public enum TrustMark {
    NONE,
    TRUSTED,
    UNSIGNED,
    UNTRUSTED,
    DAMAGED
}
