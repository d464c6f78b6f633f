package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Codec;
import cairn.ipld.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepackerTest {
    @TempDir private Path folder;

    @Test
    void makesSimilarFramesShorterAndKeepsEveryBlock() throws IOException {
        var blocks = versions(1, 4);
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
            long before = Samples.size(folder.resolve("packs"));
            var repacked = store.repack(Progress.NONE);
            assertEquals(before - repacked.bytes(), Samples.size(folder.resolve("packs")));
            assertTrue(repacked.bytes() > before / 3);
            assertTrue(repacked.deltas() > 0);
            Samples.assertHolds(store, blocks);
            store.verifyAll(Progress.NONE, found -> assertTrue(found.isHealthy()));
            assertEquals(new Repacked(0, 0, 0), store.repack(Progress.NONE));
        }
        try (var store = Store.open(folder)) {
            Samples.assertHolds(store, blocks);
        }
    }

    @Test
    void buildsOnWhatWasRepackedBefore() throws IOException {
        var first = versions(2, 1);
        var all = versions(2, 2);
        try (var store = Store.open(folder)) {
            Samples.store(store, first);
            assertEquals(0, store.repack(Progress.NONE).deltas());
            Samples.store(store, all);
            assertTrue(store.repack(Progress.NONE).deltas() > 0);
            Samples.assertHolds(store, all);
        }
    }

    @Test
    void givesTheSamePacksTwice(@TempDir Path other) throws IOException {
        for (Path home : List.of(folder, other)) {
            try (var store = Store.open(home)) {
                Samples.store(store, versions(3, 3));
                store.repack(Progress.NONE);
            }
        }
        assertEquals(contents(folder), contents(other));
    }

    @Test
    void isUnderstoodByRepair() throws IOException {
        var blocks = versions(4, 3);
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
            store.repack(Progress.NONE);
        }
        assertEquals(List.of(), Store.repair(folder, Progress.NONE).damages());
        try (var store = Store.open(folder)) {
            Samples.assertHolds(store, blocks);
        }
    }

    @Test
    void repairNamesFramesWhoseBaseIsLost() throws IOException {
        try (var store = Store.open(folder)) {
            Samples.store(store, versions(5, 2));
            store.repack(Progress.NONE);
        }
        Path pack;
        try (var packs = Files.list(folder.resolve("packs"))) {
            pack = packs.findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(pack);
        // The journal of the commit is a frame without a body.
        bytes[PackAppender.HEAD + 2 * FrameHeader.LENGTH] ^= 1;
        Files.write(pack, bytes);
        var problems =
                Store.repair(folder, Progress.NONE).damages().stream()
                        .map(damage -> damage.problem())
                        .toList();
        assertEquals(
                List.of(
                        "pack at byte 76: a frame's bytes do not match its checksum",
                        "pack at byte 525040: the frame that this one builds on is missing"),
                problems);
    }

    @Test
    void aCollectionKeepsTheBaseOfWhatIsNeeded() throws IOException {
        var first = versions(6, 1);
        var all = versions(6, 2);
        var second = all.subList(first.size(), all.size());
        try (var store = Store.open(folder)) {
            Samples.store(store, all);
            store.repack(Progress.NONE);
            Roots roots = () -> second.stream().map(Block::cid).toList();
            var promised = store.tryCollecting(roots, Progress.NONE);
            long before = Samples.size(folder.resolve("packs"));
            assertEquals(promised, store.collect(roots, Progress.NONE));
            assertEquals(before - promised.bytes(), Samples.size(folder.resolve("packs")));
            assertEquals(first.size(), promised.blocks());
            Samples.assertHolds(store, second);
            store.verifyAll(Progress.NONE, found -> assertTrue(found.isHealthy()));
        }
    }

    /// While the first pack is written anew a writer makes the second longer.
    @Test
    void leavesAPackAloneThatAWriterMakesLongerMeanwhile() throws IOException {
        var blocks = versions(8, 2);
        var late = Samples.blocks(9, 10);
        try (var store = Store.open(folder)) {
            try (var one = store.writer();
                    var other = store.writer()) {
                for (int i = 0; i < blocks.size(); i++) {
                    (i % 2 == 0 ? one : other).put(blocks.get(i));
                }
                one.commit();
                other.commit();
            }
            store.repack(
                    new AtFirst("frames") {
                        @Override
                        void run() throws IOException {
                            Samples.store(store, late);
                        }
                    });
            Samples.assertHolds(store, blocks);
            Samples.assertHolds(store, late);
        }
    }

    /// A frame that builds on another is small; what is still used of it would not be on its own.
    @Test
    void aCollectionUnfoldsNothing() throws IOException {
        var kept = versions(7, 2).subList(0, 20);
        try (var store = Store.open(folder)) {
            Samples.store(store, versions(7, 2));
            assertEquals(1, store.repack(Progress.NONE).deltas());
            Roots roots = () -> kept.stream().map(Block::cid).toList();
            long before = Samples.size(folder.resolve("packs"));
            assertEquals(
                    new Collected(0, 12, 0, List.of()), store.tryCollecting(roots, Progress.NONE));
            assertEquals(new Collected(0, 12, 0, List.of()), store.collect(roots, Progress.NONE));
            assertEquals(before, Samples.size(folder.resolve("packs")));
            Samples.assertHolds(store, kept);
        }
    }

    @Test
    void verifyingFollowsFramesToTheirNewPack() throws IOException {
        var blocks = versions(15, 4);
        try (var store = Store.open(folder)) {
            Samples.store(store, blocks);
            var repacking =
                    new AtFirst("blocks") {
                        @Override
                        void run() throws IOException {
                            assertTrue(store.repack(Progress.NONE).deltas() > 0);
                        }
                    };
            var intact = new HashSet<Verification>();
            store.verifyAll(repacking, intact::add);
            assertEquals(
                    blocks.stream()
                            .map(block -> new Verification.Intact(block.cid(), 1 << 15))
                            .collect(Collectors.toSet()),
                    intact);
        }
    }

    @Test
    void compressesWhatWasWrittenLoosely() throws IOException {
        var blocks = Samples.blocks(10, 60);
        var late = Samples.blocks(11, 10);
        try (var store = Store.open(folder)) {
            Samples.store(store, late);
            try (var writer = store.looseWriter()) {
                for (Block block : blocks) {
                    writer.put(block);
                }
                writer.commit();
            }
            Samples.assertHolds(store, blocks);
            long loose = store.looseBytes();
            long before = Samples.size(folder.resolve("packs"));
            var packed = store.pack(Progress.NONE);
            assertEquals(before - packed.bytes(), Samples.size(folder.resolve("packs")));
            assertTrue(packed.bytes() > loose / 5);
            assertEquals(0, store.looseBytes());
            assertEquals(new Repacked(0, 0, 0), store.pack(Progress.NONE));
            Samples.assertHolds(store, blocks);
            Samples.assertHolds(store, late);
            // What similar frames have in common is left to another time.
            assertTrue(store.repack(Progress.NONE).frames() > packed.frames());
        }
        try (var store = Store.open(folder)) {
            Samples.assertHolds(store, blocks);
        }
    }

    @Test
    void repackingLeavesNothingLoose() throws IOException {
        var blocks = versions(12, 2);
        try (var store = Store.open(folder)) {
            try (var writer = store.looseWriter()) {
                for (Block block : blocks) {
                    writer.put(block);
                }
                writer.commit();
            }
            assertEquals(1, store.repack(Progress.NONE).deltas());
            assertEquals(0, store.looseBytes());
            Samples.assertHolds(store, blocks);
        }
    }

    @Test
    void whatWasLooseIsLooseAfterARepair() throws IOException {
        long loose;
        try (var store = Store.open(folder);
                var writer = store.looseWriter()) {
            for (Block block : Samples.blocks(13, 20)) {
                writer.put(block);
            }
            writer.commit();
            loose = store.looseBytes();
        }
        assertEquals(List.of(), Store.repair(folder, Progress.NONE).damages());
        try (var store = Store.open(folder)) {
            assertEquals(loose, store.looseBytes());
        }
    }

    /// After a repair all frames are looked at once more, in another order: what others build on
    /// must not build on a third now.
    @Test
    void nothingBuildsOnWhatBuildsOnAnother() throws IOException {
        var blocks = versions(14, 3);
        int each = blocks.size() / 3;
        var base = blocks.subList(0, each);
        var delta = blocks.subList(each, 2 * each);
        var earlier = blocks.subList(2 * each, 3 * each);
        try (var store = Store.open(folder)) {
            Samples.store(store, base);
            Samples.store(store, delta);
            assertEquals(1, store.repack(Progress.NONE).deltas());
        }
        assertEquals(List.of(), Store.repair(folder, Progress.NONE).damages());
        try (var store = Store.open(folder)) {
            try (var _ = store.leases().tryLock(1).orElseThrow()) {
                Samples.store(store, earlier);
            }
            // The names of packs are random: now the other one comes first.
            int _ =
                    store.index()
                            .write(database ->
                                    database.change("UPDATE pack SET id = 3 WHERE id = 1")
                                            + database.change(
                                                    "UPDATE frame SET pack = 3 WHERE pack = 1"));
            Repacked _ = store.repack(Progress.NONE);
            var collected =
                    store.collect(() -> delta.stream().map(Block::cid).toList(), Progress.NONE);
            assertEquals(2L * each, collected.blocks());
            Samples.assertHolds(store, delta);
        }
        assertEquals(List.of(), Store.repair(folder, Progress.NONE).damages());
        try (var store = Store.open(folder)) {
            Samples.assertHolds(store, delta);
        }
    }

    @Test
    void oneAtATime() throws IOException {
        try (var store = Store.open(folder);
                var _ = Collector.lock(store)) {
            var e = assertThrows(IOException.class, () -> store.repack(Progress.NONE));
            assertEquals(
                    folder + ": packs are being collected or repacked; try again later",
                    e.getMessage());
        }
    }

    /// Versions of one content that hardly compresses, a few bytes of every block changed in each.
    private static List<Block> versions(long seed, int count) {
        var random = new Random(seed);
        byte[] content = new byte[1 << 19];
        random.nextBytes(content);
        var blocks = new ArrayList<Block>();
        for (int version = 0; version < count; version++) {
            for (int at = 0; at < content.length; at += 1 << 15) {
                content[at + random.nextInt(1 << 15)]++;
                blocks.add(Block.of(Codec.RAW, Bytes.copyOf(content, at, 1 << 15)));
            }
        }
        return blocks;
    }

    /// The frames without the marks of their packs, which are random.
    private static List<Bytes> contents(Path home) throws IOException {
        try (var packs = Files.list(home.resolve("packs"))) {
            var contents = new ArrayList<Bytes>();
            for (Path pack : packs.toList()) {
                try (var scan = PackScan.open(pack)) {
                    for (var found = scan.next(); found.isPresent(); found = scan.next()) {
                        var whole = (PackScan.Found.Whole) found.get();
                        Bytes body = Bytes.wrap(scan.read(whole)).slice(FrameHeader.LENGTH);
                        contents.add(whole.header().in(0).encode().concat(body));
                    }
                }
            }
            return contents;
        }
    }
}
