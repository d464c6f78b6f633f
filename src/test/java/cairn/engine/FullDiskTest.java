package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.Nix;
import cairn.nix.StorePath;
import cairn.store.Progress;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Disks that are full, too small or read-only. Most of it needs to be root, who may mount a disk
/// made of memory.
class FullDiskTest {
    @TempDir private Path folder;
    private final List<Path> mounted = new ArrayList<>();

    @AfterEach
    void unmount() throws Exception {
        for (Path disk : mounted) {
            assertEquals(0, run("umount", disk.toString()));
        }
    }

    @Test
    void afterTheDiskWasFullTheImportGoesOn() throws Exception {
        var closure = Nix.closure();
        for (int kib : new int[] {16, 100, 700, 4000, 14000}) {
            Path disk = disk("disk-" + kib, kib);
            var e =
                    assertThrows(
                            IOException.class,
                            () -> importOneByOne(disk.resolve("home"), closure),
                            kib + " KiB are enough");
            assertTrue(
                    String.valueOf(e.getMessage()).endsWith("the disk is full"),
                    () -> "%d KiB: %s".formatted(kib, e));
            assertEquals(0, run("mount", "-o", "remount,size=64m", disk.toString()));
            checkSound(disk.resolve("home"));
            importOneByOne(disk.resolve("home"), closure);
            assertEquals(49, checkSound(disk.resolve("home")));
        }
    }

    @Test
    void aDiskThatBecameReadOnlyIsRead() throws Exception {
        var closure = Nix.closure();
        Path disk = disk("disk", 64 << 10);
        Path home = disk.resolve("home");
        importOneByOne(home, closure);
        assertEquals(0, run("mount", "-o", "remount,ro", disk.toString()));
        assertEquals(49, checkSound(home));
        var e = assertThrows(IOException.class, () -> importOneByOne(home, closure));
        assertEquals(home + " can only be read", e.getMessage());
        var none = disk.resolve("none");
        var unmade = assertThrows(IOException.class, () -> Engine.open(none));
        assertEquals(none + ": Read-only file system", unmade.getMessage());
    }

    /// Imports, and says how it ended.
    static final class Importer {
        public static void main(String[] arguments) throws IOException {
            try {
                importOneByOne(
                        Path.of(arguments[0]),
                        List.of(arguments).subList(2, arguments.length),
                        arguments[1]);
                System.out.println("imported");
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void aFileThatMayNotGrow() throws Exception {
        var closure = Nix.closure();
        Path home = folder.resolve("home");
        var command =
                new ArrayList<>(
                        List.of(
                                "bash",
                                "-c",
                                "ulimit -f 4096; exec \"$@\"",
                                "limited",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-XX:-UsePerfData",
                                "-Djava.io.tmpdir=" + folder,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Importer.class.getName(),
                                home.toString(),
                                closure.nix().uri()));
        command.addAll(closure.paths());
        var process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<String> lines = process.inputReader().lines().toList();
        assertEquals(0, process.waitFor());
        assertEquals(1, lines.size(), lines::toString);
        assertTrue(lines.getFirst().endsWith(".pack: File too large"), lines::toString);
        checkSound(home);
        importOneByOne(home, closure);
        assertEquals(49, checkSound(home));
    }

    private static void importOneByOne(Path home, Nix.Closure closure) throws IOException {
        importOneByOne(home, closure.paths(), closure.nix().uri());
    }

    private static void importOneByOne(Path home, List<String> paths, String store)
            throws IOException {
        try (var engine = Engine.open(home);
                var from = engine.open(store)) {
            for (String path : paths) {
                engine.copyIn(from, List.of(StorePath.parse(path)), true, Progress.NONE);
            }
        }
    }

    /// Checks everything that is there, and tells how many paths that are.
    private static int checkSound(Path home) throws IOException {
        try (var engine = Engine.open(home)) {
            var paths = engine.graph().paths();
            engine.verify(
                    paths,
                    TrustedKeys.NONE,
                    true,
                    Progress.NONE,
                    check -> assertEquals(Check.Content.INTACT, check.content(), check::toString));
            engine.store()
                    .verifyAll(
                            Progress.NONE, found -> assertTrue(found.isHealthy(), found::toString));
            return paths.size();
        }
    }

    private Path disk(String name, int kib) throws Exception {
        Path disk = Files.createDirectories(folder.resolve(name));
        int status =
                run("mount", "-t", "tmpfs", "-o", "size=" + kib + "k", "tmpfs", disk.toString());
        assumeTrue(status == 0, "a disk made of memory cannot be mounted here");
        mounted.add(disk);
        return disk;
    }

    private static int run(String... command) throws Exception {
        var process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        return process.waitFor();
    }
}
