package cairn.unixfs;

import cairn.cid.Cid;
import java.io.IOException;
import java.io.Serial;

/// Thrown when a block that is needed is not there; nothing is wrong with those that are.
public final class MissingBlockException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    private final transient Cid cid;

    public MissingBlockException(Cid cid) {
        super("block " + cid + " is missing");
        this.cid = cid;
    }

    public Cid cid() {
        return cid;
    }
}
