package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.Multihash;
import cairn.ipld.Block;
import cairn.store.PackRewriter.Row;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackRewriterTest {
    /// As many as have more than [FrameHeader#MAX_LIST] bytes of names.
    private static final int BLOCKS = 32_000;

    @TempDir private Path folder;

    /// Gathered by their bytes alone, they would make one frame that nobody can read.
    @Test
    void leavesRoomForTheNamesOfTinyBlocks() throws IOException {
        var blocks = new ArrayList<Block>();
        for (int i = 0; i < BLOCKS; i++) {
            byte[] digest = new byte[128];
            ByteBuffer.wrap(digest).putInt(i);
            var unknown = new Multihash(0x300000, Bytes.wrap(digest));
            blocks.add(new Block(Cid.of(Codec.RAW, unknown), Bytes.wrap((byte) i)));
        }
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
            try (var _ = Collector.lock(store);
                    var rewriter = new PackRewriter(store, false)) {
                assertTrue(rewriter.begin(1, store.index().packLength(1)));
                for (var at : store.index().frames()) {
                    Frame frame = store.packs().frame(at);
                    var row = new Row(row(store, at.offset()), at, 1);
                    for (int i = 0; i < frame.count(); i++) {
                        rewriter.move(row, frame, i);
                    }
                }
                rewriter.finish();
            }
            assertEquals(List.of(), store.missing(blocks.stream().map(Block::cid).toList()));
            Samples.assertHolds(store, blocks);
        }
    }

    private static long row(Store store, long offset) throws IOException {
        return store.index()
                .read(database -> database.number("SELECT id FROM frame WHERE offset = ?", offset));
    }
}
