package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.ipld.BlockSource;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads blocks as [OrderedBlocks] does, for one thread that looks at each leaf once: the bytes of
/// a leaf are those of its frame, whose memory is used again when the next frame is gone on to.
final class StreamedBlocks implements BlockSource {
    private final Store store;
    private Store.@Nullable Lent last;

    StreamedBlocks(Store store) {
        this.store = store;
    }

    @Override
    public Optional<Bytes> block(Cid cid) throws IOException {
        if (BlockKey.isInline(cid)) {
            return store.block(cid);
        }
        Bytes key = BlockKey.of(cid);
        var now = beside(key);
        if (now == null) {
            var found = store.lend(key);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            now = found.get();
            if (last != null) {
                last.frame().giveBack();
            }
        }
        last = now;
        Bytes bytes = now.frame().frame().block(now.index());
        return Optional.of(
                cid.codec() == Codec.RAW.code() ? bytes : Bytes.wrap(bytes.toByteArray()));
    }

    private Store.@Nullable Lent beside(Bytes key) {
        if (last == null) {
            return null;
        }
        int near = last.frame().frame().indexOf(key, last.index() + 1);
        return near < 0 ? null : new Store.Lent(last.frame(), near);
    }
}
