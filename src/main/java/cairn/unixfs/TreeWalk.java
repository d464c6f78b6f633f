package cairn.unixfs;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.ipld.Block;
import cairn.ipld.BlockSource;
import cairn.ipld.PbLink;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Predicate;

/// Finds the blocks below a root one at a time: parents first, children in the order of their
/// links, which is the order that a CAR wants and that a file is read in.
///
/// The caller pulls. Leaves are named and not read. Inline blocks are followed and not named, as no
/// store holds them. Blocks of other codecs than UnixFS has count as leaves. Not safe for use by
/// several threads.
public final class TreeWalk {
    private final BlockSource source;
    private final Predicate<Cid> isNew;
    private final Deque<Cid> pending = new ArrayDeque<>();

    /// @param isNew called with the version 1 identifier of each block that is found; tells whether
    ///   to visit it. `set::add` visits each once, in several walks too if they share the set.
    public TreeWalk(BlockSource source, Cid root, Predicate<Cid> isNew) {
        this.source = source;
        this.isNew = isNew;
        pending.push(root);
    }

    /// Moves to the next block, or returns empty after the last.
    ///
    /// @throws FormatException if a block is malformed; the walk can go on without what is below it
    public Optional<Visit> next() throws IOException {
        while (!pending.isEmpty()) {
            Cid cid = pending.pop();
            boolean inline = cid.hash().code() == HashFunction.IDENTITY_CODE;
            if (!inline && !isNew.test(cid.toV1())) {
                continue;
            }
            if (!cid.is(Codec.DAG_PB)) {
                if (!inline) {
                    return Optional.of(new Visit.Leaf(cid));
                }
                continue;
            }
            Optional<Bytes> bytes = inline ? Optional.of(cid.hash().digest()) : source.block(cid);
            if (bytes.isEmpty()) {
                return Optional.of(new Visit.Missing(cid));
            }
            var block = new Block(cid, bytes.get());
            for (PbLink link : UnixFsBlock.node(block).links().reversed()) {
                pending.push(link.hash());
            }
            if (!inline) {
                return Optional.of(new Visit.Inner(block));
            }
        }
        return Optional.empty();
    }

    /// What a walk finds.
    public sealed interface Visit {
        Cid cid();

        /// A block with links, or that could have some.
        record Inner(Block block) implements Visit {
            @Override
            public Cid cid() {
                return block.cid();
            }
        }

        /// A block without links. It has not been read and may be missing.
        record Leaf(Cid cid) implements Visit {}

        /// A block that is not there, and that may have links.
        record Missing(Cid cid) implements Visit {}
    }
}
