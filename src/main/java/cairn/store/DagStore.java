package cairn.store;

import cairn.cid.Cid;
import cairn.ipld.BlockSource;
import cairn.nix.StorePath;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// A store of paths that keeps them as blocks, and so can name what they are made of.
public interface DagStore extends PathStore, BlockSource {
    /// What a path is made of.
    ///
    /// @param path its PathNode
    /// @param tree the root of its files
    record Cids(Cid path, Cid tree) {}

    /// What a path is made of, if the store has it.
    Optional<Cids> cids(StorePath path) throws IOException;

    /// The paths whose closure or whose tree an identifier names, in their order.
    List<StorePath> named(Cid cid) throws IOException;
}
