package cairn.ui.model;

import cairn.cid.Cid;
import cairn.nix.StorePath;
import java.util.List;
import java.util.stream.Collectors;

/// What is selected somewhere, and what the inspector tells of.
public sealed interface Subject {
    Subject NOTHING = new Nothing();

    /// What it is called in full; several things a line each.
    String text();

    record Nothing() implements Subject {
        @Override
        public String text() {
            return "";
        }
    }

    record OfPath(StorePath path) implements Subject {
        @Override
        public String text() {
            return path.toString();
        }
    }

    /// Several paths that are shown as one.
    record OfPaths(List<StorePath> paths) implements Subject {
        public OfPaths {
            paths = List.copyOf(paths);
        }

        @Override
        public String text() {
            return paths.stream().map(StorePath::toString).collect(Collectors.joining("\n"));
        }
    }

    record OfBlock(Cid cid) implements Subject {
        @Override
        public String text() {
            return cid.toString();
        }
    }

    /// A file or directory inside a path.
    ///
    /// @param inside where it is, such as `bin/hello`
    record OfFile(StorePath path, String inside, FileNode file) implements Subject {
        @Override
        public String text() {
            return inside.isEmpty() ? path.toString() : path + "/" + inside;
        }
    }
}
