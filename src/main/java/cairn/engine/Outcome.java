package cairn.engine;

import java.util.Optional;
import java.util.stream.Stream;

/// What a build had to do for one derivation.
public enum Outcome {
    /// Its builder ran and gave something new.
    BUILT("built"),

    /// Its builder ran and gave, addressed by content, what was known before: the wave of a change
    /// stops here.
    CUT_OFF("cut-off"),

    /// The derivation is new, but its builder need not run: what it is made of is as before.
    SAVED("saved"),

    /// The outputs came from elsewhere.
    SUBSTITUTED("substituted"),

    /// The outputs were there already.
    PRESENT("present"),

    /// Its builder failed, or that of something that it needs.
    FAILED("failed");

    private final String text;

    Outcome(String text) {
        this.text = text;
    }

    public static Optional<Outcome> of(String text) {
        return Stream.of(values()).filter(outcome -> outcome.text.equals(text)).findFirst();
    }

    @Override
    public String toString() {
        return text;
    }
}
