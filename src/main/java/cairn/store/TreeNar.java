package cairn.store;

import cairn.cid.Cid;
import cairn.cid.FormatException;
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
///
/// Refuses directories within each other that have more than [TreeImport#MAX_ENTRIES] entries
/// together: shards that many directories share could stand for more than memory holds.
public final class TreeNar implements NarSource {
    private final BlockSource blocks;
    private final Cid root;

    public TreeNar(BlockSource blocks, Cid root) {
        this.blocks = blocks;
        this.root = root;
    }

    @Override
    public void writeTo(NarSink sink) throws IOException {
        var reader = new UnixFsReader(blocks.streaming());
        Deque<Listing> open = new ArrayDeque<>();
        node(reader, root, sink, open);
        while (!open.isEmpty()) {
            if (open.element().entries.hasNext()) {
                var entry = open.element().entries.next();
                sink.entry(entry.name());
                node(reader, entry.cid(), sink, open);
            } else {
                sink.endDirectory();
                open.pop();
            }
        }
    }

    /// What is left of an open directory.
    ///
    /// @param count how many entries it and those around it have
    private record Listing(Iterator<DirectoryEntry> entries, int count) {}

    private static void node(UnixFsReader reader, Cid cid, NarSink sink, Deque<Listing> open)
            throws IOException {
        // A switch over types would be made at run time, by which a command would wait.
        var node = reader.node(cid);
        if (node instanceof UnixFsNode.RegularFile file) {
            sink.regular(file.executable(), file.size(), reader.contents(file));
        } else if (node instanceof UnixFsNode.Symlink link) {
            sink.symlink(link.target());
        } else if (node instanceof UnixFsNode.Directory directory) {
            sink.directory();
            var entries = reader.entries(directory);
            int count = entries.size() + (open.isEmpty() ? 0 : open.element().count);
            if (count > TreeImport.MAX_ENTRIES) {
                throw new FormatException(
                        "unixfs",
                        0,
                        "directories within each other have more than %d entries, down to %s"
                                .formatted(TreeImport.MAX_ENTRIES, cid));
            }
            open.push(new Listing(entries.iterator(), count));
        }
    }
}
