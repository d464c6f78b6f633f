package cairn.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.NarSource;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Unpacking into a folder: all of a path or nothing, and nothing anywhere else.
class FolderStoreTest {
    private static final PathInfo INFO = info(NixHash.sha256Of(Bytes.EMPTY), 1 << 20);
    private static final String BASE = INFO.path().base();

    @TempDir private Path folder;
    private Path target;
    private Path elsewhere;
    private FolderStore store;

    @BeforeEach
    void makeFolders() throws IOException {
        target = folder.resolve("target");
        elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("file"), "untouched");
        store = new FolderStore(target);
    }

    @Test
    void unpacksAPath() throws IOException {
        NarSource content =
                sink -> {
                    sink.directory();
                    sink.entry(Bytes.utf8("file"));
                    sink.regular(false, 2, content("ab"));
                    sink.entry(Bytes.utf8("link"));
                    sink.symlink(Bytes.utf8("../../elsewhere/file"));
                    sink.endDirectory();
                };
        var digest = NarDigest.of(content);
        store.put(info(digest.hash(), digest.size()), content);
        store.commit();
        store.close();
        assertEquals(
                List.of(
                        "elsewhere/file untouched",
                        "target/" + BASE + "/file ab",
                        "target/" + BASE + "/link -> ../../elsewhere/file"),
                all());
    }

    @Test
    void writesNothingThroughALink() throws IOException {
        for (String second : List.of("x", "x/file", "x/new", "../../elsewhere/file", "..", "")) {
            refuses(sink -> {
                sink.directory();
                sink.entry(Bytes.utf8("x"));
                sink.symlink(Bytes.utf8(elsewhere.toString()));
                sink.entry(Bytes.utf8(second));
                sink.directory();
                sink.entry(Bytes.utf8("file"));
                sink.regular(false, 4, content("evil"));
            });
        }
    }

    @Test
    void leavesNothingOfAPathThatBreaksOff() throws IOException {
        refuses(sink -> {
            sink.directory();
            sink.entry(Bytes.utf8("a"));
            sink.directory();
            sink.entry(Bytes.utf8("file"));
            sink.regular(true, 3, content("two"));
            sink.entry(Bytes.utf8("short"));
            sink.regular(false, 3, content("ab"));
        });
    }

    @Test
    void leavesNothingUnlessItIsCommitted() throws IOException {
        NarSource content = sink -> sink.regular(false, 2, content("ab"));
        var digest = NarDigest.of(content);
        store.put(info(digest.hash(), digest.size()), content);
        store.close();
        assertEquals(List.of("elsewhere/file untouched"), all());
    }

    @Test
    void movesNothingIfOneOfThePathsIsThereByNow() throws IOException {
        NarSource content = sink -> sink.regular(false, 2, content("ab"));
        var digest = NarDigest.of(content);
        store.put(info(digest.hash(), digest.size()), content);
        Files.writeString(target.resolve(BASE), "other");
        assertThrows(FileAlreadyExistsException.class, store::commit);
        store.close();
        assertEquals(List.of("elsewhere/file untouched", "target/" + BASE + " other"), all());
    }

    @Test
    void changesNothingThatIsThere() throws IOException {
        Files.createDirectories(target);
        Files.createSymbolicLink(target.resolve(BASE), elsewhere.resolve("file"));
        List<String> before = all();
        assertThrows(
                FileAlreadyExistsException.class,
                () -> store.put(INFO, sink -> sink.regular(false, 4, content("evil"))));
        assertEquals(before, all());
        Files.delete(target.resolve(BASE));
        Files.createSymbolicLink(target.resolve(BASE), folder.resolve("nowhere"));
        assertThrows(
                FileAlreadyExistsException.class,
                () -> store.put(INFO, sink -> sink.regular(false, 4, content("evil"))));
    }

    private void refuses(NarSource content) throws IOException {
        assertThrows(FormatException.class, () -> store.put(INFO, content));
        store.close();
        assertEquals(List.of("elsewhere/file untouched"), all());
    }

    private static PathInfo info(NixHash narHash, long narSize) {
        return new PathInfo(
                StorePath.of(Bytes.wrap(new byte[20]), "path"),
                narHash,
                narSize,
                List.of(),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    private static ByteArrayInputStream content(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /// All files and links that there are.
    private List<String> all() throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> Files.isSymbolicLink(file) || Files.isRegularFile(file))
                    .map(this::line)
                    .sorted()
                    .toList();
        }
    }

    private String line(Path file) {
        try {
            Path name = folder.relativize(file);
            return Files.isSymbolicLink(file)
                    ? name + " -> " + Files.readSymbolicLink(file)
                    : name + " " + Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
