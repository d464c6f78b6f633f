package cairn.nix;

import java.io.IOException;

/// A tree of files that can be told to a sink: an archive, a folder, the blocks of a store.
@FunctionalInterface
public interface NarSource {
    /// Tells the whole tree, once.
    void writeTo(NarSink sink) throws IOException;
}
