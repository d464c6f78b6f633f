package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.ipld.BlockSource;
import cairn.store.Store.Found;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads blocks that were written one after the other: looks beside the last one first, and asks
/// the index only if the block is not in the same frame.
final class OrderedBlocks implements BlockSource {
    private final Store store;
    private volatile @Nullable Found last;

    OrderedBlocks(Store store) {
        this.store = store;
    }

    @Override
    public BlockSource streaming() {
        return store.streaming();
    }

    @Override
    public Optional<Bytes> block(Cid cid) throws IOException {
        if (BlockKey.isInline(cid)) {
            return store.block(cid);
        }
        Bytes key = BlockKey.of(cid);
        var before = last;
        if (before != null) {
            int near = before.frame().indexOf(key, before.index() + 1);
            if (near >= 0) {
                last = new Found(before.frame(), near);
                return Optional.of(before.frame().block(near));
            }
        }
        var found = store.find(key);
        found.ifPresent(now -> last = now);
        return found.map(Found::block);
    }
}
