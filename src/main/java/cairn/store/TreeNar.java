package cairn.store;

import cairn.cid.Cid;
import cairn.ipld.BlockSource;
import cairn.nix.NarSink;
import cairn.nix.NarSource;
import cairn.unixfs.DirectoryEntry;
import cairn.unixfs.UnixFsNode;
import cairn.unixfs.UnixFsReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/// The tree of files below a UnixFS root, told as an archive is.
public final class TreeNar implements NarSource {
    private final UnixFsReader reader;
    private final Cid root;

    public TreeNar(BlockSource blocks, Cid root) {
        this.reader = new UnixFsReader(blocks);
        this.root = root;
    }

    @Override
    public void writeTo(NarSink sink) throws IOException {
        Deque<Iterator<DirectoryEntry>> open = new ArrayDeque<>();
        node(root, sink, open);
        while (!open.isEmpty()) {
            if (open.element().hasNext()) {
                var entry = open.element().next();
                sink.entry(entry.name());
                node(entry.cid(), sink, open);
            } else {
                sink.endDirectory();
                open.pop();
            }
        }
    }

    private void node(Cid cid, NarSink sink, Deque<Iterator<DirectoryEntry>> open)
            throws IOException {
        switch (reader.node(cid)) {
            case UnixFsNode.Directory directory -> {
                sink.directory();
                open.push(reader.entries(directory).iterator());
            }
            case UnixFsNode.RegularFile file ->
                    sink.regular(file.executable(), file.size(), reader.contents(file));
            case UnixFsNode.Symlink link -> sink.symlink(link.target());
        }
    }
}
