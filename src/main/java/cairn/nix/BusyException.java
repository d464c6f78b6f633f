package cairn.nix;

import java.io.IOException;
import java.io.Serial;

/// Thrown when something could be done, but not now, because too much else is being done.
public final class BusyException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    public BusyException(String message) {
        super(message);
    }
}
