package cairn.nix;

import cairn.cid.Bytes;
import java.io.IOException;
import java.io.InputStream;

/// Takes one tree of files in the order of a NAR: parents before children, names ascending.
///
/// ```
/// node  = regular | symlink | directory { entry node } endDirectory
/// ```
///
/// Archives are written, trees imported and folders restored by implementing it. A sink that has
/// thrown is spent. Belongs to one thread.
public interface NarSink {
    /// Begins a directory.
    void directory() throws IOException;

    /// Names the next node of the directory that is open.
    void entry(Bytes name) throws IOException;

    /// Ends the directory that was begun last.
    void endDirectory() throws IOException;

    /// A file.
    ///
    /// @param size its size in bytes
    /// @param contents must give just as many bytes; read to its end or not at all, and not closed
    void regular(boolean executable, long size, InputStream contents) throws IOException;

    void symlink(Bytes target) throws IOException;
}
