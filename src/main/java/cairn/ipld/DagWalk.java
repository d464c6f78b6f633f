package cairn.ipld;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.cid.KeySet;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// Walks all that some roots lead to: each block once, a block before what it links to, links in
/// the order in which they stand in the block.
///
/// The caller pulls, and only then the source is asked. Memory grows by some 40 bytes for each
/// block, and with the size of none but inline ones. Not safe for use by several threads.
public final class DagWalk {
    private final BlockSource source;
    private final KeySet seen = new KeySet();

    /// What is left of the siblings on the way down; none that is used up, so that a chain of
    /// blocks takes no room.
    private final Deque<Iterator<Cid>> open = new ArrayDeque<>();

    public DagWalk(BlockSource source, List<Cid> roots) {
        this.source = source;
        open(roots);
    }

    /// Goes to the next block, or returns empty when all were visited.
    public Optional<Visit> next() throws IOException {
        while (!open.isEmpty()) {
            Iterator<Cid> siblings = open.element();
            Cid cid = siblings.next();
            if (!siblings.hasNext()) {
                open.remove();
            }
            if (seen.add(cid)) {
                return Optional.of(visit(cid));
            }
        }
        return Optional.empty();
    }

    private Visit visit(Cid cid) throws IOException {
        Optional<Bytes> bytes = bytes(cid);
        if (bytes.isEmpty()) {
            return new Visit.Missing(cid);
        }
        var block = new Block(cid, bytes.get());
        try {
            List<NamedLink> links = Codecs.links(block);
            open(links.stream().map(NamedLink::cid).toList());
            return new Visit.Found(block, links);
        } catch (FormatException e) {
            return new Visit.Malformed(block, e);
        }
    }

    private void open(List<Cid> siblings) {
        if (!siblings.isEmpty()) {
            open.push(siblings.iterator());
        }
    }

    /// An identifier of the identity function carries its block.
    private Optional<Bytes> bytes(Cid cid) throws IOException {
        return cid.hash().code() == HashFunction.IDENTITY_CODE
                ? Optional.of(cid.hash().digest())
                : source.block(cid);
    }
}
