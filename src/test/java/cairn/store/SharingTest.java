package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Bytes;
import cairn.nix.NarSink;
import cairn.nix.NarSource;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.Sharing.Alike;
import cairn.store.Sharing.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharingTest {
    private static final Bytes X = Bytes.utf8("x".repeat(1000));
    private static final Bytes Y = Bytes.utf8("y".repeat(500));

    @TempDir private Path home;
    private Store store;

    @BeforeEach
    void open() throws IOException {
        store = Store.open(home);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    @Test
    void countsTreesThenFilesThenBlocks() throws IOException {
        NarSource twice =
                sink -> {
                    sink.directory();
                    file(sink, "a", X, false);
                    sink.entry(Bytes.utf8("below"));
                    sink.directory();
                    file(sink, "b", X, false);
                    sink.endDirectory();
                    sink.endDirectory();
                };
        NarSource other =
                sink -> {
                    sink.directory();
                    file(sink, "program", X, true);
                    file(sink, "text", Y, false);
                    sink.endDirectory();
                };
        var paths =
                List.of(
                        add("one", false, twice),
                        add("two", false, twice),
                        add("three", false, other));
        add("not asked for", false, other);
        var sharing = Sharing.of(store, paths, Progress.NONE);
        assertEquals(new Part(3, 2, 5500, 3500), sharing.trees());
        assertEquals(new Part(4, 3, 3500, 2500), sharing.files());
        assertEquals(new Part(3, 2, 2500, 1500), sharing.blocks());
        assertEquals(List.of(), sharing.alike());
        assertEquals(3, sharing.inputAddressed());
    }

    /// As of two builds of the same thing.
    @Test
    void findsWhatDiffersOnlyByItsOwnHash() throws IOException {
        var one = add("one", true, self(path("one"), "same"));
        var two = add("two", true, self(path("two"), "same"));
        var three = add("three", true, self(path("three"), "else"));
        var sharing = Sharing.of(store, List.of(one, two, three), Progress.NONE);
        assertEquals(new Part(3, 3, 3120, 3120), sharing.trees());
        assertEquals(new Part(6, 4, 3120, 1120), sharing.files());
        long narSize = store.catalog().path(one).orElseThrow().info().narSize();
        // The file of the second one, and its directory.
        var directory = store.catalog().path(two).orElseThrow().tree();
        assertEquals(
                List.of(
                        new Alike(
                                one.compareTo(two) < 0 ? List.of(one, two) : List.of(two, one),
                                narSize,
                                40 + store.size(directory).orElseThrow())),
                sharing.alike());
    }

    /// A directory of 1,000 bytes and a file of 40 that holds the path's own hash.
    private static NarSource self(StorePath path, String rest) {
        Bytes content = Bytes.utf8("%s in %s".formatted(path.hash(), rest));
        return sink -> {
            sink.directory();
            file(sink, "large", X, false);
            file(sink, "own", content, false);
            sink.endDirectory();
        };
    }

    private static void file(NarSink sink, String name, Bytes content, boolean executable)
            throws IOException {
        sink.entry(Bytes.utf8(name));
        sink.regular(executable, content.length(), content.toInputStream());
    }

    private static StorePath path(String name) {
        return StorePath.of(NixHash.sha256Of(Bytes.utf8(name)).digest().slice(0, 20), "thing");
    }

    private StorePath add(String name, boolean self, NarSource content) throws IOException {
        var path = path(name);
        var tree = TreeImport.of(content);
        try (var paths = new PathImport(store, InstantSource.fixed(Instant.EPOCH), Progress.NONE)) {
            paths.add(
                    new PathInfo(
                            path,
                            tree.narHash(),
                            tree.narSize(),
                            self ? List.of(path) : List.of(),
                            Optional.empty(),
                            List.of(),
                            Optional.empty()),
                    content);
            paths.commit();
        }
        return path;
    }
}
