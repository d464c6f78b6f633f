package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Reads trees from disk and makes them there; each is checked by the other, by archives that Nix
/// made, and by Nix itself where there is one.
class TreeReaderTest {
    private static final Path FIXTURES = Path.of("src/test/resources/cairn/nix/nar");

    @TempDir private Path folder;

    static Stream<Path> archives() throws IOException {
        try (var files = Files.list(FIXTURES.resolve("ok"))) {
            return files
                    .filter(file -> file.toString().endsWith(".nar"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("archives")
    void restoresAndDumpsWhatNixDumped(Path archive) throws IOException {
        Path target = folder.resolve("target");
        restore(archive, target);
        assertArrayEquals(Files.readAllBytes(archive), dump(target));
    }

    /// What Java shows of names depends on the locale; what it makes of them must not.
    @Test
    void keepsNamesInALocaleWithoutLetters() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder =
                new ProcessBuilder(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RestoreAndDump.class.getName(),
                        FIXTURES.resolve("ok/tree.nar").toString(),
                        folder.resolve("target").toString());
        builder.environment().put("LC_ALL", "C");
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        var process = builder.start();
        byte[] dumped = process.getInputStream().readAllBytes();
        assertEquals(0, process.waitFor());
        assertArrayEquals(Files.readAllBytes(FIXTURES.resolve("ok/tree.nar")), dumped);
    }

    @Test
    void dumpsAndRestoresAsNixDoes() throws Exception {
        assumeTrue(hasNix(), "needs nix-store");
        Path target = folder.resolve("target");
        restore(FIXTURES.resolve("ok/tree.nar"), target);
        assertArrayEquals(run("nix-store", "--dump", target.toString()), dump(target));
        Path other = folder.resolve("other");
        var builder = new ProcessBuilder("nix-store", "--restore", other.toString());
        builder.redirectInput(FIXTURES.resolve("ok/tree.nar").toFile());
        assertEquals(0, builder.start().waitFor());
        for (String name : List.of("a", "a/run", "a/hello")) {
            assertEquals(
                    Files.getPosixFilePermissions(other.resolve(name)),
                    Files.getPosixFilePermissions(target.resolve(name)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/", "a//b", "///", "//a", "./a", "../..", "é", "é//è/", ".", "a b\n", "💀"
            })
    void makesLinksToAnyTarget(String text) throws IOException {
        Path link = folder.resolve("link");
        Bytes target = Bytes.utf8(text);
        new TreeWriter(link, Long.MAX_VALUE).symlink(target);
        assertEquals(target, target(link));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "2fff2f", "ff2f2ffe", "efbfbd", "c3"})
    void makesLinksToTargetsThatAreNoText(String hex) throws IOException {
        Path link = folder.resolve("link");
        Bytes target = Bytes.ofHex(hex);
        new TreeWriter(link, Long.MAX_VALUE).symlink(target);
        assertEquals(target, target(link));
    }

    @Test
    void doesNotFollowLinks() throws IOException {
        Files.writeString(folder.resolve("file"), "secret");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("file"));
        assertEquals(Bytes.utf8("file"), target(link));
    }

    @Test
    void refusesTargetsThatAreThere() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        Path outside = folder.resolve("outside");
        Path link = Files.createSymbolicLink(folder.resolve("link"), outside);
        for (Path target : List.of(file, link)) {
            assertThrows(
                    FileAlreadyExistsException.class,
                    () -> restore(FIXTURES.resolve("ok/tree.nar"), target));
            assertThrows(
                    FileAlreadyExistsException.class,
                    () -> restore(FIXTURES.resolve("ok/file.nar"), target));
            assertThrows(
                    FileSystemException.class,
                    () -> restore(FIXTURES.resolve("ok/symlink.nar"), target));
            assertThrows(
                    FileSystemException.class,
                    () -> new TreeWriter(target, Long.MAX_VALUE).symlink(Bytes.utf8("a//b")));
        }
        assertEquals("mine", Files.readString(file));
        assertFalse(Files.exists(outside));
        assertThrows(
                NoSuchFileException.class,
                () -> restore(FIXTURES.resolve("ok/file.nar"), folder.resolve("no/such")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../outside", "/tmp/outside", "a/b", ".", "", "a\0"})
    void writesNothingOutsideItsTarget(String name) throws IOException {
        var writer = new TreeWriter(folder.resolve("target"), Long.MAX_VALUE);
        writer.directory();
        assertThrows(FormatException.class, () -> writer.entry(Bytes.utf8(name)));
        assertEquals(List.of("target"), names(folder));
        assertEquals(List.of(), names(folder.resolve("target")));
    }

    @Test
    void doesNotWriteThroughALinkItMade() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        var writer = new TreeWriter(folder.resolve("target"), Long.MAX_VALUE);
        writer.directory();
        writer.entry(Bytes.utf8("a"));
        writer.symlink(Bytes.utf8(outside.toString()));
        assertThrows(FormatException.class, () -> writer.entry(Bytes.utf8("a")));
        assertEquals(List.of(), names(outside));
    }

    @Test
    void refusesContentsOfAnotherSizeThanPromised() {
        for (long size : new long[] {2, 4}) {
            Path target = folder.resolve("target" + size);
            var e =
                    assertThrows(
                            FormatException.class,
                            () ->
                                    new TreeWriter(target, Long.MAX_VALUE)
                                            .regular(
                                                    false,
                                                    size,
                                                    Bytes.utf8("abc").toInputStream()));
            assertEquals("a file is not of the " + size + " bytes promised", e.problem());
        }
    }

    @Test
    void refusesWhatIsNeitherFileNorFolderNorLink() throws Exception {
        Path pipe = folder.resolve("pipe");
        run("mkfifo", pipe.toString());
        var e = assertThrows(FileSystemException.class, () -> dump(folder));
        assertEquals(pipe + ": is neither a file, a folder nor a link", e.getMessage());
    }

    @Test
    void refusesAFileThatChangesWhileItIsRead() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "longer");
        var e =
                assertThrows(
                        FileSystemException.class,
                        () -> new TreeReader(file).writeTo(new Shortening(file)));
        assertEquals(file + ": changed while it was read", e.getMessage());
    }

    @Test
    void takesTheOwnersExecutionAlone() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-xr-x"));
        assertTrue(
                NarListing.of(new TreeReader(file)) instanceof NarListing.Regular regular
                        && !regular.executable());
    }

    private static void restore(Path archive, Path target) throws IOException {
        try (var nar = new NarReader(Files.newInputStream(archive))) {
            nar.writeTo(new TreeWriter(target, Long.MAX_VALUE));
        }
    }

    private static byte[] dump(Path tree) throws IOException {
        var out = new ByteArrayOutputStream();
        new TreeReader(tree).writeTo(new NarWriter(out));
        return out.toByteArray();
    }

    private static Bytes target(Path link) throws IOException {
        return switch (NarListing.of(new TreeReader(link))) {
            case NarListing.Symlink(var target) -> target;
            case NarListing other -> throw new AssertionError(other);
        };
    }

    private static List<String> names(Path folder) {
        String[] names = folder.toFile().list();
        return names == null ? List.of() : Stream.of(names).sorted().toList();
    }

    private static boolean hasNix() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "nix-store")));
    }

    private static byte[] run(String... command) throws Exception {
        var process = new ProcessBuilder(command).start();
        byte[] output = process.getInputStream().readAllBytes();
        assertEquals(0, process.waitFor());
        return output;
    }

    /// Restores the archive that the first argument names to the second, and dumps it again.
    static final class RestoreAndDump {
        public static void main(String[] args) throws IOException {
            Path target = Path.of(args[1]);
            restore(Path.of(args[0]), target);
            new TreeReader(target).writeTo(new NarWriter(System.out));
            System.out.flush();
        }
    }

    /// Cuts the file when its contents are to be read.
    private record Shortening(Path file) implements NarSink {
        @Override
        public void regular(boolean executable, long size, InputStream contents)
                throws IOException {
            Files.writeString(file, "short");
            contents.readAllBytes();
        }

        @Override
        public void directory() {}

        @Override
        public void entry(Bytes name) {}

        @Override
        public void endDirectory() {}

        @Override
        public void symlink(Bytes target) {}
    }
}
