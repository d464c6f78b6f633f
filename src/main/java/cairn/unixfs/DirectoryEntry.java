package cairn.unixfs;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.ipld.PbLink;

/// A name in a directory, and what it stands for.
///
/// @param name a byte string that a file system takes as a name: not empty, not "." or "..",
///   without slash and NUL
/// @param totalSize the cumulative size of the blocks below, as whoever wrote the directory claims
///   it; an unsigned 64-bit integer
public record DirectoryEntry(Bytes name, Cid cid, long totalSize) {
    private static final Bytes SELF = Bytes.utf8(".");
    private static final Bytes PARENT = Bytes.utf8("..");

    public DirectoryEntry {
        if (!isName(name)) {
            throw new IllegalArgumentException("not a file name: '" + name.toUtf8() + "'");
        }
    }

    public DirectoryEntry(Bytes name, Subtree subtree) {
        this(name, subtree.cid(), subtree.totalSize());
    }

    static boolean isName(Bytes name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.at(i) == '/' || name.at(i) == 0) {
                return false;
            }
        }
        return !name.isEmpty() && !name.equals(SELF) && !name.equals(PARENT);
    }

    /// A link with something in front of the name.
    PbLink link(Bytes prefix) {
        return new PbLink(cid, prefix.concat(name), totalSize);
    }
}
