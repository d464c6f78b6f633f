package cairn.unixfs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.ipld.Block;
import cairn.ipld.BlockSink;
import cairn.ipld.BlockSource;
import cairn.ipld.CarReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Blocks in memory, in the order in which they came, and which of them were asked for.
final class MemoryBlocks implements BlockSource, BlockSink {
    final Map<Cid, Bytes> blocks = new LinkedHashMap<>();
    final List<Cid> read = new ArrayList<>();

    /// Takes all blocks out of a CAR with one root, and tells the root.
    Cid load(Path file) throws IOException {
        try (var car = CarReader.open(Files.newInputStream(file))) {
            for (Optional<Block> block = car.next(); block.isPresent(); block = car.next()) {
                put(block.get());
            }
            return car.roots().getFirst();
        }
    }

    @Override
    public Optional<Bytes> block(Cid cid) {
        read.add(cid);
        return Optional.ofNullable(blocks.get(cid.toV1()));
    }

    @Override
    public void put(Block block) {
        assertTrue(block.cid().matches(block.bytes()), block.cid()::toString);
        blocks.put(block.cid().toV1(), block.bytes());
    }
}
