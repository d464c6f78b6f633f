package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Builds a listing from a tree that is told.
final class NarLister implements NarSink {
    private final NarSize position = new NarSize();
    private final Deque<SortedMap<Bytes, NarListing>> open = new ArrayDeque<>();
    private final Deque<Bytes> names = new ArrayDeque<>();
    private @Nullable NarListing root;

    /// The listing of the tree, which must have ended.
    NarListing listing() {
        if (root == null) {
            throw new IllegalStateException("the tree has not ended");
        }
        return root;
    }

    @Override
    public void directory() throws FormatException {
        position.directory();
        open.push(new TreeMap<>());
    }

    @Override
    public void entry(Bytes name) throws FormatException {
        position.entry(name);
        names.push(name);
    }

    @Override
    public void endDirectory() throws FormatException {
        position.endDirectory();
        add(new NarListing.Directory(open.pop()));
    }

    @Override
    public void regular(boolean executable, long size, InputStream contents)
            throws FormatException {
        add(new NarListing.Regular(size, executable, position.regular(executable, size)));
    }

    @Override
    public void symlink(Bytes target) throws FormatException {
        position.symlink(target);
        add(new NarListing.Symlink(target));
    }

    private void add(NarListing node) {
        if (open.isEmpty()) {
            root = node;
        } else {
            open.element().put(names.pop(), node);
        }
    }
}
