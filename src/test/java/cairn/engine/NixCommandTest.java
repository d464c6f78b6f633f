package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.FormatException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NixCommandTest {
    private static NixCommand of(String words) throws FormatException {
        return NixCommand.of(Arrays.asList(words.split(" ", -1)), Map.of(), Path.of("/src"));
    }

    @Test
    void namesTheProgramThatTheWordsAreFor() throws FormatException {
        assertEquals(
                "nix-build --log-format internal-json -v -v default.nix -A hello",
                String.join(" ", of("default.nix -A hello").words()));
        assertEquals(
                of("default.nix -A hello").words(), of("nix-build default.nix -A hello").words());
        assertEquals(
                "nix build --log-format internal-json -v -v --json .#hello --no-link",
                String.join(" ", of(".#hello --no-link").words()));
        assertEquals(
                "nix --offline build --log-format internal-json -v -v -f x.nix --json",
                String.join(" ", of("nix --offline build -f x.nix --json").words()));
    }

    @Test
    void hearsEnoughHoweverQuietItShallBe() throws FormatException {
        assertEquals(3, of("x.nix").shownLevel());
        assertEquals(5, of("x.nix -v --verbose").shownLevel());
        assertEquals(5, of("x.nix -vv").shownLevel());
        var quiet = of("x.nix --quiet");
        assertEquals(2, quiet.shownLevel());
        assertEquals(3, quiet.words().stream().filter("-v"::equals).count());
        assertTrue(quiet.showsLog());
        assertFalse(of("x.nix -Q").showsLog());
    }

    @Test
    void knowsTheStoreThatIsBuiltIn() throws FormatException {
        assertEquals("local", of("x.nix").storeUri());
        assertEquals("local", of("x.nix --store daemon").storeUri());
        assertEquals("local?root=%2Fa%20b%2Bc", storeUri("/a b+c", Map.of()));
        assertEquals("local?root=%2Fsrc%2Froot", of("x.nix --store ./root").storeUri());
        assertEquals(
                "local?root=/r&state=/s", of("x.nix --store local?root=/r&state=/s").storeUri());
        assertEquals("local?root=%2Fr", of("x.nix --option store /r").storeUri());
        assertEquals(
                "local?log=%2Fl&state=%2Fs",
                storeUri("", Map.of("NIX_STATE_DIR", "/s", "NIX_LOG_DIR", "/l", "HOME", "/h")));
    }

    @Test
    void refusesWhatCannotBeRecorded() {
        for (String words :
                List.of(
                        "x.nix --dry-run",
                        "x.nix --log-format raw",
                        "nix run .#hello",
                        "x.nix --store https://cache.example.org",
                        "x.nix --store ssh-ng://example.org")) {
            assertThrows(FormatException.class, () -> of(words), words);
        }
        assertThrows(
                FormatException.class, () -> NixCommand.of(List.of(), Map.of(), Path.of("/src")));
    }

    private static String storeUri(String store, Map<String, String> environment)
            throws FormatException {
        return NixCommand.storeUri(store, environment, Path.of("/src"));
    }
}
