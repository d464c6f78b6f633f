package cairn.store;

import java.io.IOException;
import java.io.Serial;

/// Thrown when a path cannot be taken, because paths that it refers to are not there; names them.
public final class MissingReferenceException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    public MissingReferenceException(String message) {
        super(message);
    }
}
