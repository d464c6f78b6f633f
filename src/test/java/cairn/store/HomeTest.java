package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.cid.Bytes;
import cairn.cid.Codec;
import cairn.ipld.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Homes on disks that are full or cannot be written. They are mounted in a name space of their
/// own, where that is allowed.
class HomeTest {
    @TempDir private Path folder;

    @Test
    void onlyTheOwnerCanLookInside() throws IOException {
        Path home = folder.resolve("a home?with=odd&name");
        try (var store = Store.open(home)) {
            Samples.store(store, Samples.blocks(1, 2));
        }
        for (Path inside : List.of(home, home.resolve("packs"), home.resolve("keys"))) {
            assertEquals(
                    "rwx------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(inside)));
        }
        assertEquals(List.of("index.db", "keys", "leases", "packs"), names(home));
    }

    /// Fills a disk; what was committed before stays, and there is more to come once there is room.
    static final class FillDisk {
        public static void main(String[] arguments) throws IOException {
            Path home = Path.of(arguments[0]);
            Path ballast = home.resolve("ballast");
            Files.write(ballast, new byte[500_000]);
            var random = new Random(1);
            var committed = new ArrayList<Block>();
            try (var store = Store.open(home.resolve("store"))) {
                String problem = fill(store, random, committed);
                System.out.println(problem.replaceFirst("^.*: ", ""));
                Samples.assertHolds(store, committed);
                Files.delete(ballast);
                var last = incompressible(random);
                Samples.store(store, last);
                Samples.assertHolds(store, last);
                Samples.assertHolds(store, committed);
                store.verifyAll(Progress.NONE, found -> check(found.isHealthy()));
            }
            System.out.println(committed.isEmpty() ? "nothing" : "committed");
        }

        private static String fill(Store store, Random random, List<Block> committed) {
            while (true) {
                var blocks = incompressible(random);
                try {
                    Samples.store(store, blocks);
                } catch (IOException e) {
                    return String.valueOf(e.getMessage());
                }
                committed.addAll(blocks);
            }
        }
    }

    /// Reads a home that cannot be written.
    static final class ReadOnly {
        public static void main(String[] arguments) throws IOException {
            try (var store = Store.open(Path.of(arguments[0]))) {
                Samples.assertHolds(store, Samples.blocks(2, 5));
                System.out.println(store.isReadOnly());
                store.writer().close();
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void survivesAFullDisk() throws Exception {
        assertEquals(
                List.of("the disk is full", "committed"),
                inside("mount -t tmpfs -o size=3m tmpfs " + folder, FillDisk.class));
    }

    @Test
    void readsWhatCannotBeWritten() throws Exception {
        try (var store = Store.open(folder)) {
            Samples.store(store, Samples.blocks(2, 5));
        }
        assertEquals(List.of("true", folder + " can only be read"), readOnly());
    }

    @Test
    void readsWhatCannotBeWrittenAndWasNotClosed() throws Exception {
        try (var store = Store.open(folder)) {
            Samples.store(store, Samples.blocks(2, 5));
            assertEquals(List.of("true", folder + " can only be read"), readOnly());
        }
    }

    private List<String> readOnly() throws Exception {
        return inside(
                "mount --bind %1$s %1$s && mount -o remount,bind,ro %1$s".formatted(folder),
                ReadOnly.class);
    }

    private List<String> inside(String mount, Class<?> program) throws Exception {
        assumeTrue(
                run("unshare", "-rm", "sh", "-c", mount).isPresent(),
                "this machine allows no mounts in a name space of one's own");
        var java =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName(),
                        folder.toString());
        var command =
                Stream.concat(
                        Stream.of("unshare", "-rm", "sh", "-c", mount + " && exec \"$@\"", "sh"),
                        java.stream());
        return run(command.toArray(String[]::new)).orElseThrow();
    }

    /// What a program prints, if it ends well.
    private static Optional<List<String>> run(String... command) throws Exception {
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            var lines = process.inputReader().lines().toList();
            return process.waitFor() == 0 ? Optional.of(lines) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static List<Block> incompressible(Random random) {
        byte[] bytes = new byte[300_000];
        random.nextBytes(bytes);
        return List.of(
                Block.of(Codec.RAW, Bytes.copyOf(bytes, 0, 200_000)),
                Block.of(Codec.RAW, Bytes.copyOf(bytes, 200_000, 100_000)));
    }

    private static void check(boolean holds) {
        if (!holds) {
            throw new AssertionError();
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
