package cairn.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.FormatException;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoresTest {
    private static final StorePath NOTE = Samples.path("1", "note");
    private static final NarSource HELLO = Samples.folder("hello");
    private static final NarSource OTHER = Samples.folder("other");

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nothing",
                "local?root",
                "local?store=",
                "local?store=nix",
                "local?root=%00",
                "local?root=%zz",
                "file:relative",
                "file:///%00",
                "file:///cache?compression=best",
                "http://",
                "http://user@host",
                "http://host:65536"
            })
    void refusesWhatNamesNoStore(String uri) {
        assertThrows(FormatException.class, () -> Stores.open(uri, CarStore.Names.NONE));
    }

    @Test
    void unpacksIntoAFolder() throws IOException {
        try (var store = Stores.target("folder:" + folder)) {
            store.put(Samples.info(NOTE, HELLO), HELLO);
            store.commit();
            assertThrows(
                    FileAlreadyExistsException.class,
                    () -> store.put(Samples.info(NOTE, HELLO), HELLO));
        }
        assertEquals(List.of(NOTE.base()), names());
        assertEquals("hello", Files.readString(folder.resolve(NOTE.base()).resolve("file")));
    }

    @Test
    void leavesNothingInAFolderThatIsNotWhatWasPromised() throws IOException {
        try (var store = Stores.target("folder:" + folder)) {
            var promised = Samples.info(NOTE, HELLO);
            assertThrows(FormatException.class, () -> store.put(promised, OTHER));
            assertThrows(
                    FormatException.class,
                    () -> store.put(promised, Samples.file("x".repeat(1000))));
        }
        assertEquals(List.of(), names());
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
