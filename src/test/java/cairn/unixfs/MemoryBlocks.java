package cairn.unixfs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.ByteReader;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.ipld.Block;
import cairn.ipld.BlockSink;
import cairn.ipld.BlockSource;
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
    Cid load(Path car) throws IOException {
        var in = new ByteReader("car", Bytes.wrap(Files.readAllBytes(car)));
        Bytes header = in.bytes(in.varint());
        // {"roots": [42(h'00' root)], "version": 1}
        Bytes roots = Bytes.ofHex("a265726f6f747381d82a58");
        assertTrue(header.startsWith(roots));
        Cid root = Cid.read(new ByteReader("car", header.slice(roots.length() + 2)));
        while (!in.atEnd()) {
            var section = new ByteReader("car", in.bytes(in.varint()));
            put(new Block(Cid.read(section), section.rest()));
        }
        return root;
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
