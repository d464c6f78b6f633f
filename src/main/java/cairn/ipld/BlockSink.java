package cairn.ipld;

import java.io.IOException;

/// Where blocks are written to.
@FunctionalInterface
public interface BlockSink {
    /// Takes a block whose bytes are known to match its identifier. Writing one that is already
    /// there changes nothing.
    void put(Block block) throws IOException;
}
