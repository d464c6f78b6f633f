package cairn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the other tests take for granted about the real Nix they stand on.
class NixTest {
    @Test
    void theClosureHas49PathsWithTheTopLast() throws IOException {
        var closure = Nix.closure();
        assertEquals(49, closure.paths().size());
        assertEquals(closure.top(), closure.paths().getLast());
        assertEquals(closure.top(), closure.path("workstation-24.05"));
    }

    @Test
    void aDumpIsTheArchiveOfTheFiles() throws IOException {
        var closure = Nix.closure();
        byte[] nar = closure.nix().dump(closure.path("motd-24.05"));
        assertTrue(new String(nar, UTF_8).contains("Welcome.\n"));
    }

    @Test
    void aStoreOfItsOwnStartsEmptyAndTakesFiles(@TempDir Path folder) throws IOException {
        var nix = Nix.in(folder.resolve("root"));
        Path file = Files.writeString(folder.resolve("note.txt"), "hello");
        String path = nix.text("nix-store", "--add", file.toString());
        assertArrayEquals("hello".getBytes(UTF_8), Files.readAllBytes(nix.files(path)));
    }
}
