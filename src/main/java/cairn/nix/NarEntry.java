package cairn.nix;

import cairn.cid.Bytes;

/// One step through an archive: a node, or the end of a directory.
///
/// Names are the bytes that the archive has, which need not be UTF-8; the root's is empty.
public sealed interface NarEntry {
    /// Begins a directory. Its entries follow, in the order of their names, and then its [End].
    record Directory(Bytes name) implements NarEntry {}

    /// A file.
    ///
    /// @param size in bytes, as claimed: up to 2^63 - 1, so not to be allocated at once
    record Regular(Bytes name, boolean executable, long size) implements NarEntry {}

    record Symlink(Bytes name, Bytes target) implements NarEntry {}

    /// Ends the directory that began last and has not ended yet.
    record End() implements NarEntry {}
}
