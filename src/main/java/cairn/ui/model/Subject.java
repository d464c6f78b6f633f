package cairn.ui.model;

import cairn.cid.Cid;
import cairn.nix.StorePath;
import java.util.List;

/// What is selected somewhere, and what the inspector tells of.
public sealed interface Subject {
    Subject NOTHING = new Nothing();

    record Nothing() implements Subject {}

    record OfPath(StorePath path) implements Subject {}

    /// Several paths that are shown as one.
    record OfPaths(List<StorePath> paths) implements Subject {
        public OfPaths {
            paths = List.copyOf(paths);
        }
    }

    record OfBlock(Cid cid) implements Subject {}

    /// A file or directory inside a path.
    ///
    /// @param inside where it is, such as `bin/hello`
    record OfFile(StorePath path, String inside, FileNode file) implements Subject {}
}
