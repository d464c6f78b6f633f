package cairn.store;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/// Thrown when the file of the index holds what no index does; says what helps.
public final class DamagedIndexException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    DamagedIndexException(Path file, String what, Throwable cause) {
        super(
                "%s: %s is damaged; 'cairn repair' rebuilds it from the packs"
                        .formatted(file, what),
                cause);
    }
}
