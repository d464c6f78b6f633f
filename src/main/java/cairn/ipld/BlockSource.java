package cairn.ipld;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import java.io.IOException;
import java.util.Optional;

/// Where blocks are read from. Safe for use by several threads.
@FunctionalInterface
public interface BlockSource {
    /// The bytes of a block, checked against its identifier, or empty if it is not here.
    ///
    /// Versions 0 and 1 of an identifier name the same block.
    Optional<Bytes> block(Cid cid) throws IOException;

    /// The same blocks for one thread that looks at each leaf once: the bytes of a raw block hold
    /// only until the next block is asked for, so that their memory can be used again.
    default BlockSource streaming() {
        return this;
    }
}
