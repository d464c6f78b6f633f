package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.ipld.Block;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Seeded blocks and paths for the tests of the store.
final class Samples {
    private Samples() {}

    /// Blocks of up to 40 kB, half of them easy to compress.
    static List<Block> blocks(long seed, int count) {
        var random = new Random(seed);
        var blocks = new ArrayList<Block>();
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[random.nextInt(40_000)];
            random.nextBytes(bytes);
            for (int j = 0; i % 2 == 0 && j < bytes.length; j++) {
                bytes[j] &= 7;
            }
            blocks.add(Block.of(Codec.RAW, Bytes.wrap(bytes)));
        }
        return blocks;
    }

    static void store(Store store, List<Block> blocks) throws IOException {
        try (var writer = store.writer()) {
            for (Block block : blocks) {
                writer.put(block);
            }
            writer.commit();
        }
    }

    static void assertHolds(Store store, List<Block> blocks) throws IOException {
        for (Block block : blocks) {
            assertEquals(Optional.of(block.bytes()), store.block(block.cid()));
        }
    }

    /// A path made of nothing but its name.
    static StoredPath path(String name, StorePath... references) {
        var hash = Bytes.utf8(name);
        var digest = NixHash.sha256Of(hash);
        var info =
                new PathInfo(
                        StorePath.of(digest.digest().slice(0, 20), name),
                        digest,
                        name.length(),
                        List.of(references),
                        Optional.empty(),
                        List.of(),
                        Optional.empty());
        return new StoredPath(
                info,
                Cid.of(Codec.DAG_CBOR, hash),
                Cid.of(Codec.DAG_PB, hash),
                Instant.ofEpochMilli(1_700_000_000_000L));
    }

    /// The bytes of all files in a folder.
    static long size(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
