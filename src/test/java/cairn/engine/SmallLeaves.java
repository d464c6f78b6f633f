package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.Codec;
import cairn.ipld.Block;
import cairn.ipld.BlockSink;
import cairn.nix.NarSink;
import cairn.unixfs.DirectoryEntry;
import cairn.unixfs.FileBuilder;
import cairn.unixfs.Subtree;
import cairn.unixfs.UnixFsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Makes a tree as another tool might cut it: each file in leaves of 1,000 bytes.
final class SmallLeaves implements NarSink {
    private final BlockSink blocks;
    private final Deque<List<DirectoryEntry>> open = new ArrayDeque<>();
    private final Deque<Bytes> names = new ArrayDeque<>();
    private Subtree root = Subtree.leaf(Block.of(Codec.RAW, Bytes.EMPTY).cid(), 0);

    SmallLeaves(BlockSink blocks) {
        this.blocks = blocks;
    }

    Subtree root() {
        return root;
    }

    @Override
    public void directory() {
        open.push(new ArrayList<>());
    }

    @Override
    public void entry(Bytes name) {
        names.push(name.compact());
    }

    @Override
    public void endDirectory() throws IOException {
        add(new UnixFsWriter(blocks).directory(open.pop()));
    }

    @Override
    public void regular(boolean executable, long size, InputStream contents) throws IOException {
        var file = new FileBuilder(blocks);
        for (byte[] leaf = contents.readNBytes(1000);
                leaf.length > 0;
                leaf = contents.readNBytes(1000)) {
            file.add(Bytes.wrap(leaf));
        }
        add(file.finish(executable));
    }

    @Override
    public void symlink(Bytes target) throws IOException {
        add(new UnixFsWriter(blocks).symlink(target));
    }

    private void add(Subtree node) {
        root = node;
        if (!open.isEmpty()) {
            open.element().add(new DirectoryEntry(names.pop(), node));
        }
    }
}
