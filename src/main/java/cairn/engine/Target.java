package cairn.engine;

import cairn.cid.Cid;
import cairn.nix.StorePath;
import java.nio.file.Path;
import java.util.List;

/// What a text that a user gave stands for.
public sealed interface Target {
    /// A store path, which the store has unless it was written out in full.
    record OfPath(StorePath path) implements Target {}

    /// A block, which need not be here.
    record OfBlock(Cid cid) implements Target {}

    /// A file outside of the store.
    record OfFile(Path file) implements Target {}

    /// Several paths that the text may mean, by name.
    record Ambiguous(String text, List<StorePath> candidates) implements Target {}

    /// Nothing that is known.
    record Unknown(String text) implements Target {}
}
