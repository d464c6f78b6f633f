package cairn.unixfs;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.ipld.Block;

/// A file, directory or symlink.
///
/// Each keeps its topmost block, so that going on from it does not read that block again.
public sealed interface UnixFsNode {
    Block block();

    default Cid cid() {
        return block().cid();
    }

    record Directory(Block block) implements UnixFsNode {}

    /// A file with content.
    ///
    /// @param size the bytes of content that the topmost block states; reading gives exactly as
    ///   many or fails
    record RegularFile(Block block, long size, boolean executable) implements UnixFsNode {}

    /// A name for another place.
    ///
    /// @param target where it points to, unchecked
    record Symlink(Block block, Bytes target) implements UnixFsNode {}
}
