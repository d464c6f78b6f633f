package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import cairn.SmallDisk;
import cairn.nix.StorePath;
import cairn.store.Progress;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Disks that are full, too small or read-only. Most of it needs to be root, who may mount a disk
/// made of memory.
class FullDiskTest {
    @TempDir private Path folder;

    @Test
    void afterTheDiskWasFullTheImportGoesOn() throws Exception {
        var closure = Nix.closure();
        for (int kib : new int[] {16, 100, 700, 4000, 14000}) {
            try (var disk = disk("disk-" + kib, kib)) {
                Path home = disk.folder().resolve("home");
                var e =
                        assertThrows(
                                IOException.class,
                                () -> importOneByOne(home, closure),
                                kib + " KiB are enough");
                assertTrue(
                        String.valueOf(e.getMessage()).endsWith("the disk is full"),
                        () -> "%d KiB: %s".formatted(kib, e));
                disk.remount("size=64m");
                checkSound(home);
                importOneByOne(home, closure);
                assertEquals(49, checkSound(home));
            }
        }
    }

    @Test
    void aDiskThatBecameReadOnlyIsRead() throws Exception {
        var closure = Nix.closure();
        try (var disk = disk("disk", 64 << 10)) {
            Path home = disk.folder().resolve("home");
            importOneByOne(home, closure);
            disk.remount("ro");
            assertEquals(49, checkSound(home));
            var e = assertThrows(IOException.class, () -> importOneByOne(home, closure));
            assertEquals(home + " can only be read", e.getMessage());
            var none = disk.folder().resolve("none");
            var unmade = assertThrows(IOException.class, () -> Engine.open(none));
            assertEquals(none + ": Read-only file system", unmade.getMessage());
        }
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

    private SmallDisk disk(String name, int kib) throws Exception {
        return SmallDisk.mount(Files.createDirectories(folder.resolve(name)), kib + "k");
    }
}
