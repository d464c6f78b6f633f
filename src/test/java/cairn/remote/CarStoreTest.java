package cairn.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.cid.Multihash;
import cairn.ipld.Block;
import cairn.ipld.CarWriter;
import cairn.nix.NarSource;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.store.PathNode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class CarStoreTest {
    private static final NarSource LIBRARY = Samples.folder("library");
    private static final NarSource PROGRAM = Samples.folder("program");
    private static final StorePath LOWER = Samples.path("0", "lower");
    private static final StorePath UPPER = Samples.path("1", "upper");

    @TempDir private Path folder;

    @Test
    void hasTheTreeAndThenThePathNodeOfWhatIsTopmostAsRoots() throws IOException {
        var lower = Samples.info(LOWER, LIBRARY);
        var upper = Samples.info(UPPER, PROGRAM, LOWER, UPPER);
        try (var car = open()) {
            car.put(lower, LIBRARY);
            car.put(upper, PROGRAM);
            car.put(upper, PROGRAM);
            car.commit();
        }
        try (var car = open()) {
            Cid root = car.roots().getLast();
            var node = Objects.requireNonNull(car.nodes().get(root));
            assertEquals(UPPER, node.path());
            assertEquals(List.of(node.tree(), root), car.roots());
            assertEquals(List.of(LOWER, UPPER), car.paths().toList());
            assertEquals(Optional.of(lower), car.info(LOWER));
            assertEquals(Optional.of(upper), car.info(UPPER));
            assertEquals(Samples.archive(PROGRAM), Samples.archive(car.nar(UPPER)));
        }
    }

    @Test
    void isReadableByOthersAndAlone() throws IOException {
        try (var car = open()) {
            car.put(Samples.info(LOWER, LIBRARY), LIBRARY);
            car.commit();
        }
        assertEquals(List.of("x.car"), names());
        assertEquals(
                "rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    }

    @Test
    void leavesNoFileUnlessItIsCommitted() throws IOException {
        var lower = Samples.info(LOWER, LIBRARY);
        try (var car = open()) {
            car.put(lower, LIBRARY);
            assertThrows(
                    FormatException.class, () -> car.put(Samples.info(UPPER, LIBRARY), PROGRAM));
        }
        assertEquals(List.of(), names());
    }

    @Test
    void refusesContentOfAnotherSizeThanPromised() throws IOException {
        var lower = Samples.info(LOWER, LIBRARY);
        var longer =
                new PathInfo(
                        LOWER,
                        lower.narHash(),
                        lower.narSize() + 8,
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty());
        try (var car = open()) {
            var e = assertThrows(FormatException.class, () -> car.put(longer, LIBRARY));
            assertEquals(
                    "%s has %d bytes and hash %s, not %d and %3$s as promised"
                            .formatted(LOWER, lower.narSize(), lower.narHash(), longer.narSize()),
                    e.problem());
        }
    }

    @Test
    void isWrittenOnce() throws IOException {
        var lower = Samples.info(LOWER, LIBRARY);
        try (var car = open()) {
            car.put(lower, LIBRARY);
            car.commit();
        }
        try (var car = open()) {
            assertThrows(FileAlreadyExistsException.class, () -> car.put(lower, LIBRARY));
        }
    }

    /// An archive may say of one path two things; the one that its roots say is the one to take.
    @Test
    void takesThePathNodeOfARootForItsPath() throws IOException {
        var rooted = node(NixHash.sha256Of(Samples.archive(LIBRARY)));
        var other = node(NixHash.sha256Of(Samples.archive(PROGRAM)));
        try (var out = Files.newOutputStream(file())) {
            var writer = CarWriter.start(out, List.of(rooted.toBlock().cid()));
            writer.put(rooted.toBlock());
            writer.put(other.toBlock());
        }
        try (var car = open()) {
            assertEquals(Optional.of(rooted.narHash()), car.info(LOWER).map(PathInfo::narHash));
        }
    }

    /// Without a root to say which, neither is taken.
    @Test
    void refusesAPathThatIsThereWithDifferentContent() throws IOException {
        var one = node(NixHash.sha256Of(Samples.archive(LIBRARY)));
        var other = node(NixHash.sha256Of(Samples.archive(PROGRAM)));
        try (var out = Files.newOutputStream(file())) {
            var writer = CarWriter.start(out, List.of());
            writer.put(one.toBlock());
            writer.put(other.toBlock());
        }
        try (var car = open()) {
            assertEquals(List.of(LOWER), car.paths().toList());
            for (Executable use :
                    List.<Executable>of(() -> car.info(LOWER), () -> car.nar(LOWER))) {
                var e = assertThrows(FormatException.class, use);
                assertEquals(
                        LOWER + " is in the archive more than once, with different content",
                        e.problem());
            }
        }
    }

    /// What refers to the one must not silently get the other.
    @Test
    void refusesAReferenceToTheContentThatDoesNotCount() throws IOException {
        var rooted = node(NixHash.sha256Of(Samples.archive(LIBRARY)));
        var other = node(NixHash.sha256Of(Samples.archive(PROGRAM)));
        var upper =
                new PathNode(
                        UPPER,
                        rooted.narHash(),
                        1,
                        rooted.tree(),
                        List.of(other.toBlock().cid()),
                        false);
        try (var out = Files.newOutputStream(file())) {
            var writer = CarWriter.start(out, List.of(rooted.toBlock().cid()));
            for (PathNode node : List.of(rooted, other, upper)) {
                writer.put(node.toBlock());
            }
        }
        try (var car = open()) {
            var e = assertThrows(FormatException.class, () -> car.info(UPPER));
            assertEquals(
                    "%s refers to a %s with other content than that in the archive"
                            .formatted(UPPER, LOWER),
                    e.problem());
        }
    }

    @Test
    void findsEachOfManyBlocks() throws IOException {
        var blocks = new ArrayList<Block>();
        for (int i = 0; i < 5000; i++) {
            blocks.add(Block.of(Codec.RAW, Bytes.utf8("block " + i)));
        }
        var inline = Bytes.utf8("inline ".repeat(100));
        blocks.add(
                new Block(
                        Cid.of(Codec.RAW, new Multihash(HashFunction.IDENTITY_CODE, inline)),
                        inline));
        try (var out = Files.newOutputStream(file())) {
            var writer = CarWriter.start(out, List.of());
            for (Block block : blocks) {
                writer.put(block);
            }
            writer.put(blocks.getFirst());
        }
        try (var car = open()) {
            assertEquals(blocks.stream().map(Block::cid).toList(), car.blocks());
            for (Block block : blocks) {
                assertEquals(Optional.of(block.bytes()), car.block(block.cid()));
            }
            assertEquals(
                    Optional.empty(), car.block(Cid.of(Codec.RAW, Bytes.utf8("another block"))));
        }
    }

    private static PathNode node(NixHash hash) {
        return new PathNode(LOWER, hash, 1, Cid.of(Codec.RAW, hash.digest()), List.of(), false);
    }

    private CarStore open() throws IOException {
        return CarStore.open(file(), CarStore.Names.NONE);
    }

    private Path file() {
        return folder.resolve("x.car");
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
