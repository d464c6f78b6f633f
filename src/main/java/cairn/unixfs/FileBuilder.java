package cairn.unixfs;

import cairn.cid.Bytes;
import cairn.cid.Codec;
import cairn.ipld.Block;
import cairn.ipld.BlockSink;
import cairn.ipld.PbLink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Writes one file of which the leaves come in order.
///
/// The layout is the balanced one of IPFS: all leaves are equally deep, and every node but the last
/// of its level is full. A node is written as soon as it is full, so memory use does not depend on
/// the size of the file. Not safe for use by several threads.
public final class FileBuilder {
    static final int MAX_LINKS = 1024;

    private final BlockSink sink;
    private final int maxLinks;
    private final List<List<Subtree>> levels = new ArrayList<>();

    public FileBuilder(BlockSink sink) {
        this(sink, MAX_LINKS);
    }

    FileBuilder(BlockSink sink, int maxLinks) {
        this.sink = sink;
        this.maxLinks = maxLinks;
        levels.add(new ArrayList<>());
    }

    /// Writes a leaf and adds it.
    public void add(Bytes content) throws IOException {
        add(write(content));
    }

    /// Adds a leaf that others write, see [Subtree#leaf(Cid, long)]; an empty one adds nothing.
    public void add(Subtree leaf) throws IOException {
        if (leaf.size() > 0) {
            add(0, leaf);
        }
    }

    /// Writes what is left to write. The builder is spent.
    ///
    /// A file of one leaf is that leaf, and a file without leaves the empty raw block, unless it is
    /// executable: then it has a node that says so.
    public Subtree finish(boolean executable) throws IOException {
        for (int level = 0; level < levels.size() - 1; level++) {
            add(level + 1, node(levels.get(level), false));
        }
        List<Subtree> top = levels.getLast();
        if (executable || top.size() > 1) {
            return node(top, executable);
        }
        return top.isEmpty() ? write(Bytes.EMPTY) : top.getFirst();
    }

    private Subtree write(Bytes content) throws IOException {
        var block = Block.of(Codec.RAW, content);
        sink.put(block);
        return Subtree.leaf(block.cid(), content.length());
    }

    private void add(int level, Subtree part) throws IOException {
        if (level == levels.size()) {
            levels.add(new ArrayList<>());
        }
        List<Subtree> parts = levels.get(level);
        if (parts.size() == maxLinks) {
            add(level + 1, node(parts, false));
            parts.clear();
        }
        parts.add(part);
    }

    private Subtree node(List<Subtree> parts, boolean executable) throws IOException {
        List<Long> sizes = parts.stream().map(Subtree::size).toList();
        List<PbLink> links = parts.stream().map(part -> part.link(Bytes.EMPTY)).toList();
        return UnixFsBlock.write(sink, UnixFsData.file(sizes, executable), links);
    }
}
