package cairn.engine;

import cairn.cid.FormatException;
import java.io.IOException;
import java.io.Serial;

/// Thrown when what somebody brings is not taken. The message tells him why.
public final class RefusedException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    /// What kind of reason it is.
    public enum Reason {
        /// Its parts do not agree with each other.
        WRONG,
        /// He may not do this.
        FORBIDDEN,
        /// It does not go with what is here.
        CONFLICT,
        TOO_LARGE,
        TOO_SLOW
    }

    private final Reason reason;

    public RefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /// For what is malformed.
    public RefusedException(FormatException e) {
        this(Reason.WRONG, String.valueOf(e.getMessage()));
        initCause(e);
    }

    public Reason reason() {
        return reason;
    }
}
