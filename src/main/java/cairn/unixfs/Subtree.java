package cairn.unixfs;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.ipld.PbLink;

/// A file, directory or symlink that has been written, or a part of a file.
///
/// @param cid its topmost block
/// @param size the bytes of content of a file or of part of one, otherwise 0
/// @param totalSize the bytes of all its blocks, a block that occurs twice counted twice: what a
///   link to it states as Tsize
public record Subtree(Cid cid, long size, long totalSize) {
    /// A raw block as part of a file, or as a whole one.
    public static Subtree leaf(Cid cid, long size) {
        return new Subtree(cid, size, size);
    }

    PbLink link(Bytes name) {
        return new PbLink(cid, name, totalSize);
    }
}
