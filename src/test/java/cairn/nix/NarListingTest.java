package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NarListingTest {
    private static final Path FIXTURES = Path.of("src/test/resources/cairn/nix/listing");

    static Stream<Path> malformed() throws IOException {
        try (var files = Files.list(FIXTURES.resolve("bad"))) {
            return files.filter(file -> file.toString().endsWith(".ls")).sorted().toList().stream();
        }
    }

    @Test
    void listsAnArchiveAsNixDoes() throws IOException {
        try (var nar = new NarReader(Files.newInputStream(FIXTURES.resolve("ok/tree.nar")))) {
            assertEquals(
                    Files.readString(FIXTURES.resolve("ok/tree.ls")),
                    NarListing.of(nar).encode().toUtf8());
        }
    }

    @Test
    void isWrittenAsItWasRead() throws IOException {
        var bytes = Bytes.wrap(Files.readAllBytes(FIXTURES.resolve("ok/tree.ls")));
        assertEquals(bytes.toUtf8(), NarListing.decode(bytes).encode().toUtf8());
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        var bytes = Bytes.wrap(Files.readAllBytes(FIXTURES.resolve("ok/tree.ls")));
        for (int length = 0; length < bytes.length(); length++) {
            Bytes shorter = bytes.slice(0, length);
            assertThrows(FormatException.class, () -> NarListing.decode(shorter));
        }
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesWithTheRecordedMessage(Path file) throws IOException {
        var bytes = Bytes.wrap(Files.readAllBytes(file));
        var e = assertThrows(FormatException.class, () -> NarListing.decode(bytes));
        assertEquals(
                Files.readAllLines(Path.of(file.toString().replace(".ls", ".message"))),
                List.of(e.getMessage()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"6c6174696ee9", "fffe", "e2829f41", "f09f9280", "edb280", "c3a9e9c3"})
    void keepsNamesThatAreNotUtf8(String hex) throws IOException {
        SortedMap<Bytes, NarListing> entries = new TreeMap<>();
        entries.put(Bytes.ofHex(hex), new NarListing.Symlink(Bytes.ofHex(hex)));
        var listing = new NarListing.Directory(entries);
        Bytes encoded = listing.encode();
        assertTrue(encoded.isUtf8());
        assertEquals(listing, NarListing.decode(encoded));
    }

    @Test
    void writesEachStrayByteAsAnEscape() {
        assertEquals(
                "{\"type\":\"symlink\",\"target\":\"é\\u0000ff💀\"}",
                new NarListing.Symlink(
                                Bytes.utf8("é").concat(Bytes.ofHex("ff")).concat(Bytes.utf8("💀")))
                        .toJson());
    }

    @Test
    void listsTheDeepestTree() throws IOException {
        NarListing deep = NarListing.of(NarListingTest::deepest);
        assertEquals(deep, NarListing.decode(deep.encode()));
    }

    @Test
    void readsFieldsInAnyOrderAndPassesOverOthers() throws IOException {
        var json =
                "{\"root\":{\"colour\":{\"a\":[1]},\"size\":3,\"executable\":false,\"type\":\"regular\"},\"version\":1}";
        assertEquals(new NarListing.Regular(3, false, 0), NarListing.decode(Bytes.utf8(json)));
    }

    private static void deepest(NarSink sink) throws IOException {
        sink.directory();
        for (int i = 1; i < NarOrder.MAX_DEPTH; i++) {
            sink.entry(Bytes.utf8("d"));
            sink.directory();
        }
        for (int i = 0; i < NarOrder.MAX_DEPTH; i++) {
            sink.endDirectory();
        }
    }
}
