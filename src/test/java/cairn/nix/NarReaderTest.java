package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NarReaderTest {
    private static final Path FIXTURES = Path.of("src/test/resources/cairn/nix/nar");

    static Stream<Path> wellFormed() throws IOException {
        return archives("ok");
    }

    static Stream<Path> malformed() throws IOException {
        return archives("bad");
    }

    @ParameterizedTest
    @MethodSource("wellFormed")
    void listsWhatTheRecordedListingSays(Path archive) throws IOException {
        assertEquals(recorded(archive, ".listing"), listing(Files.readAllBytes(archive)));
    }

    @ParameterizedTest
    @MethodSource("wellFormed")
    void isWrittenAgainAsItWasRead(Path archive) throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        assertArrayEquals(bytes, copy(new ByteArrayInputStream(bytes)));
    }

    @ParameterizedTest
    @MethodSource("wellFormed")
    void refusesEveryTruncation(Path archive) throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        for (int length = 0; length < bytes.length; length++) {
            byte[] shorter = Arrays.copyOf(bytes, length);
            var e = assertThrows(FormatException.class, () -> listing(shorter));
            assertEquals("nar at byte " + length + ": ends too early", e.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesWithTheRecordedMessage(Path archive) throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        var e = assertThrows(FormatException.class, () -> listing(bytes));
        assertEquals(recorded(archive, ".message"), List.of(e.getMessage()));
    }

    /// Only canonical archives are accepted, so whatever is accepted is written again the same.
    @Test
    void refusesAlterationsOrReadsThemToTheLastBit() throws IOException {
        byte[] bytes = Files.readAllBytes(FIXTURES.resolve("ok/tree.nar"));
        for (int i = 0; i < bytes.length; i++) {
            for (int mask : new int[] {0x01, 0x20, 0x80}) {
                byte[] altered = bytes.clone();
                altered[i] ^= (byte) mask;
                try {
                    assertArrayEquals(altered, copy(new ByteArrayInputStream(altered)));
                } catch (FormatException e) {
                    assertTrue(e.offset() <= bytes.length, e.getMessage());
                }
            }
        }
    }

    @Test
    void readsALargeArchiveAndWritesItAgain() throws IOException {
        var archive =
                Path.of(
                        "../shared/fixtures/go-nix/nar_1094wph9z4nwlgvsd53abfz8i117ykiv5dwnq9nnhz846s7xqd7d.nar");
        assumeTrue(Files.exists(archive), "needs ../shared/fixtures");
        byte[] copy = copy(Files.newInputStream(archive));
        // The name has the hash of the packed archive; this is what nix-hash says of the file.
        assertEquals(
                "sha256:0lxjvvpr59c2mdram7ympy5ay741f180kv3349hvfc3f8nrmbqf6",
                NixHash.sha256Of(Bytes.wrap(copy)).toString());
    }

    @ParameterizedTest
    @MethodSource("wellFormed")
    void computesTheSizeWithoutTheContents(Path archive) throws IOException {
        var size = new NarSize();
        try (var nar = new NarReader(Files.newInputStream(archive))) {
            nar.writeTo(size);
        }
        assertEquals(Files.size(archive), size.bytes());
    }

    @Test
    void readsInPiecesOfAnySize() throws IOException {
        byte[] bytes = Files.readAllBytes(FIXTURES.resolve("ok/tree.nar"));
        assertArrayEquals(bytes, copy(new Trickle(bytes)));
    }

    @Test
    void readsFilesLargerThanItsBuffer() throws IOException {
        byte[] large = new byte[1_000_003];
        new Random(1).nextBytes(large);
        var out = new ByteArrayOutputStream();
        new NarWriter(out).regular(false, large.length, new ByteArrayInputStream(large));
        try (var nar = new NarReader(new ByteArrayInputStream(out.toByteArray()))) {
            nar.next();
            assertEquals(nar.position(), out.size() - 16 - 8 - large.length - 5 + 8);
            assertArrayEquals(large, nar.contents().readAllBytes());
            assertEquals(-1, nar.contents().read());
            assertEquals(List.of(), nar.next().stream().toList());
        }
    }

    @Test
    void passesOverContentsThatNobodyRead() throws IOException {
        byte[] bytes = Files.readAllBytes(FIXTURES.resolve("ok/executable.nar"));
        try (var nar = new NarReader(new ByteArrayInputStream(bytes))) {
            assertEquals(new NarEntry.Regular(Bytes.EMPTY, true, 10), nar.next().orElseThrow());
            assertEquals('#', nar.contents().read());
            assertEquals(List.of(), nar.next().stream().toList());
            assertThrows(IllegalStateException.class, nar::contents);
        }
    }

    @Test
    void readsDirectoriesAsDeepAsAPathCanBe() throws IOException {
        var out = new ByteArrayOutputStream();
        nested(NarOrder.MAX_DEPTH).writeTo(new NarWriter(out));
        assertEquals(2 * NarOrder.MAX_DEPTH, entries(new ByteArrayInputStream(out.toByteArray())));
    }

    @Test
    void refusesAMillionNestedDirectories() {
        Bytes deeper = deeper();
        var levels = Stream.generate(deeper::toInputStream).limit(1_000_000).toList();
        var archive =
                new SequenceInputStream(
                        NarTokens.START.concat(NarTokens.DIRECTORY).toInputStream(),
                        new SequenceInputStream(Collections.enumeration(levels)));
        var e = assertThrows(FormatException.class, () -> entries(archive));
        assertEquals("directories are nested deeper than 2048", e.problem());
    }

    private static byte[] copy(InputStream archive) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var nar = new NarReader(archive)) {
            nar.writeTo(new NarWriter(out));
        }
        return out.toByteArray();
    }

    private static int entries(InputStream archive) throws IOException {
        int count = 0;
        try (var nar = new NarReader(archive)) {
            while (nar.next().isPresent()) {
                count++;
            }
        }
        return count;
    }

    private static List<String> listing(byte[] archive) throws IOException {
        var lines = new ArrayList<String>();
        var parents = new ArrayDeque<String>();
        try (var nar = new NarReader(new ByteArrayInputStream(archive))) {
            for (var entry = nar.next(); entry.isPresent(); entry = nar.next()) {
                String parent = parents.isEmpty() ? "" : parents.element();
                switch (entry.get()) {
                    case NarEntry.Directory(var name) -> {
                        lines.add("d " + parent + shown(name));
                        parents.push(name.isEmpty() ? "/" : parent + shown(name) + "/");
                    }
                    case NarEntry.Regular(var name, var executable, var size) ->
                            lines.add(
                                    (executable ? "x " : "f ") + parent + shown(name) + " " + size);
                    case NarEntry.Symlink(var name, var target) ->
                            lines.add("l " + parent + shown(name) + " -> " + shown(target));
                    case NarEntry.End() -> parents.pop();
                }
            }
        }
        return lines;
    }

    private static String shown(Bytes name) {
        return name.isUtf8() ? name.toUtf8() : "0x" + name.toHex();
    }

    private static Stream<Path> archives(String folder) throws IOException {
        try (var files = Files.list(FIXTURES.resolve(folder))) {
            return files
                    .filter(file -> file.toString().endsWith(".nar"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static List<String> recorded(Path archive, String extension) throws IOException {
        return Files.readAllLines(Path.of(archive.toString().replace(".nar", extension)));
    }

    private static NarSource nested(int depth) {
        return sink -> {
            for (int i = 0; i < depth; i++) {
                if (i > 0) {
                    sink.entry(Bytes.utf8("d"));
                }
                sink.directory();
            }
            for (int i = 0; i < depth; i++) {
                sink.endDirectory();
            }
        };
    }

    private static Bytes deeper() {
        return NarTokens.ENTRY
                .concat(Bytes.ofHex("01000000000000006400000000000000"))
                .concat(NarTokens.NODE)
                .concat(NarTokens.DIRECTORY);
    }

    /// Gives one byte at a time.
    private static final class Trickle extends ByteArrayInputStream {
        Trickle(byte[] bytes) {
            super(bytes);
        }

        @Override
        public int read(byte[] target, int offset, int count) {
            return super.read(target, offset, Math.min(count, 1));
        }
    }
}
