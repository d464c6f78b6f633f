package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packs whose bytes changed or are missing: never wrong bytes, never another exception.
class DamageTest {
    @TempDir private Path folder;

    @Test
    void neverGivesWrongBytesWhereverABitFlips() throws IOException {
        var blocks = small(1, 3);
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
        }
        Path pack = onlyPack(folder);
        byte[] sound = Files.readAllBytes(pack);
        var random = new Random(1);
        for (int at = 0; at < sound.length; at++) {
            byte[] bytes = sound.clone();
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(pack, bytes);
            try (var store = Store.openReadOnly(folder)) {
                for (Block block : blocks) {
                    assertRightOrRefused(store, block);
                }
            }
        }
    }

    @Test
    void refusesATruncatedPackAtEveryLength() throws IOException {
        var blocks = small(2, 3);
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
        }
        Path pack = onlyPack(folder);
        byte[] sound = Files.readAllBytes(pack);
        for (int length = 0; length < sound.length; length++) {
            Files.write(pack, Bytes.copyOf(sound, 0, length).toByteArray());
            try (var store = Store.openReadOnly(folder)) {
                for (Block block : blocks) {
                    assertRightOrRefused(store, block);
                }
            }
        }
    }

    /// Nothing is allocated for what an altered index says.
    @Test
    void refusesAnIndexThatTellsLengthsThatNoFrameHas() throws IOException, SQLException {
        var block = small(3, 1).getFirst();
        try (var store = Store.open(folder)) {
            Samples.store(store, List.of(block));
        }
        for (String column : List.of("length", "raw")) {
            for (int lie : new int[] {Integer.MAX_VALUE, -1}) {
                try (var index =
                                DriverManager.getConnection(
                                        "jdbc:sqlite:" + folder.resolve("index.db"));
                        var statement = index.createStatement()) {
                    statement.executeUpdate("UPDATE frame SET %s = %d".formatted(column, lie));
                }
                try (var store = Store.open(folder)) {
                    var e = assertThrows(IOException.class, () -> store.block(block.cid()));
                    assertEquals(
                            folder.resolve("index.db")
                                    + ": a row is damaged; 'cairn repair' rebuilds it from the packs",
                            e.getMessage());
                }
            }
            assertEquals(List.of(), Store.repair(folder, Progress.NONE).damages());
        }
    }

    /// A writer that is killed leaves a tail of any length behind what was committed.
    @Test
    void cutsATornTailOfEveryLength() throws IOException {
        var first = small(3, 4);
        var second = small(4, 4);
        try (var store = Store.open(folder)) {
            Samples.store(store, first);
        }
        Path pack = onlyPack(folder);
        byte[] committed = Files.readAllBytes(pack);
        byte[] index = Files.readAllBytes(folder.resolve("index.db"));
        try (var store = Store.open(folder)) {
            Samples.store(store, second);
        }
        byte[] whole = Files.readAllBytes(pack);
        for (int length = committed.length; length <= whole.length; length += 7) {
            Files.write(folder.resolve("index.db"), index);
            Files.write(pack, Bytes.copyOf(whole, 0, length).toByteArray());
            try (var store = Store.open(folder)) {
                Samples.assertHolds(store, first);
                assertFalse(store.has(second.getFirst().cid()));
                Samples.store(store, second);
                Samples.assertHolds(store, second);
            }
            assertEquals(whole.length, Files.size(pack));
        }
    }

    @Test
    void repairTakesWhatIsWholeOfATornPack() throws IOException {
        var blocks = new ArrayList<Block>();
        try (var store = Store.open(folder)) {
            for (int i = 0; i < 4; i++) {
                var some = small(10 + i, 2);
                Samples.store(store, some);
                blocks.addAll(some);
            }
        }
        Path pack = onlyPack(folder);
        byte[] whole = Files.readAllBytes(pack);
        for (int length = 0; length < whole.length; length += 31) {
            Files.deleteIfExists(folder.resolve("index.db"));
            Files.write(pack, Bytes.copyOf(whole, 0, length).toByteArray());
            Store.repair(folder, Progress.NONE);
            try (var store = Store.open(folder)) {
                for (Block block : blocks) {
                    var found = store.block(block.cid());
                    assertTrue(found.isEmpty() || found.get().equals(block.bytes()));
                }
            }
        }
    }

    @Test
    void tellsWhatIsDamagedAndTakesItAnew() throws IOException {
        var blocks = small(5, 3);
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
        }
        Path pack = onlyPack(folder);
        byte[] bytes = Files.readAllBytes(pack);
        bytes[PackAppender.HEAD + FrameHeader.LENGTH] ^= 1;
        Files.write(pack, bytes);
        try (var store = Store.open(folder)) {
            var findings = new ArrayList<Verification>();
            store.verifyAll(Progress.NONE, findings::add);
            assertEquals(3, findings.size());
            for (var finding : findings) {
                assertInstanceOf(Verification.Unreadable.class, finding);
                assertInstanceOf(Verification.Unreadable.class, store.verify(finding.cid()));
            }
            try (var writer = store.writer()) {
                for (Block block : blocks) {
                    writer.replace(block);
                }
                writer.commit();
            }
            for (Block block : blocks) {
                assertEquals(
                        new Verification.Intact(block.cid(), block.bytes().length()),
                        store.verify(block.cid()));
            }
        }
    }

    @Test
    void tellsABlockThatWasStoredWrongly() throws IOException {
        var block = Block.of(Codec.RAW, Bytes.utf8("right"));
        var wrong = Bytes.utf8("wrong");
        try (var store = Store.open(folder)) {
            Samples.store(store, List.of(new Block(block.cid(), wrong)));
            assertEquals(
                    new Verification.Corrupt(block.cid(), Block.of(Codec.RAW, wrong).cid().hash()),
                    store.verify(block.cid()));
            var missing = Block.of(Codec.RAW, Bytes.utf8("missing")).cid();
            assertEquals(new Verification.Missing(missing), store.verify(missing));
        }
    }

    @Test
    void namesAPackThatIsGone() throws IOException {
        var blocks = small(6, 3);
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
        }
        Files.delete(onlyPack(folder));
        try (var store = Store.open(folder)) {
            assertThrows(IOException.class, () -> store.block(blocks.getFirst().cid()));
            Samples.store(store, small(7, 3));
            Samples.assertHolds(store, small(7, 3));
        }
    }

    @Test
    void doesNotAppendToAPackThatIsShorterThanItWas() throws IOException {
        try (var store = Store.open(folder)) {
            Samples.store(store, small(8, 3));
        }
        Path pack = onlyPack(folder);
        try (var channel = FileChannel.open(pack, StandardOpenOption.WRITE)) {
            channel.truncate(100);
        }
        try (var store = Store.open(folder)) {
            Samples.store(store, small(9, 3));
            Samples.assertHolds(store, small(9, 3));
        }
        assertEquals(100, Files.size(pack));
    }

    /// What is left of it looks whole.
    @Test
    void leavesAPackAloneThatEndsBetweenTwoFrames() throws IOException {
        var first = small(10, 30);
        var second = small(11, 30);
        long end;
        try (var store = Store.open(folder)) {
            Samples.store(store, first);
            end = Files.size(onlyPack(folder));
            Samples.store(store, second);
        }
        Path pack = onlyPack(folder);
        try (var channel = FileChannel.open(pack, StandardOpenOption.WRITE)) {
            channel.truncate(end);
        }
        var kept = new ArrayList<>(first.subList(0, 3));
        kept.addAll(second);
        try (var store = Store.open(folder)) {
            Collected _ =
                    store.collect(() -> kept.stream().map(Block::cid).toList(), Progress.NONE);
            assertEquals(new Repacked(0, 0, 0), store.repack(Progress.NONE));
            Samples.assertHolds(store, first.subList(0, 3));
        }
        assertEquals(end, Files.size(pack));
    }

    private static void assertRightOrRefused(Store store, Block block) throws IOException {
        Optional<Bytes> found;
        try {
            found = store.block(block.cid());
        } catch (FormatException | EOFException _) {
            return;
        }
        assertEquals(Optional.of(block.bytes()), found);
    }

    /// Blocks of up to 80 bytes.
    private static List<Block> small(long seed, int count) {
        var random = new Random(seed);
        var blocks = new ArrayList<Block>();
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            blocks.add(Block.of(Codec.RAW, Bytes.wrap(bytes)));
        }
        return blocks;
    }

    private static Path onlyPack(Path folder) throws IOException {
        try (var packs = Files.list(folder.resolve("packs"))) {
            return packs.findFirst().orElseThrow();
        }
    }
}
