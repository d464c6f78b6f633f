package cairn.engine;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// Thrown when a server cannot be reached now. It may be there later.
public final class UnreachableException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    public UnreachableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
