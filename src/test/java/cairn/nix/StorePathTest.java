package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StorePathTest {
    private static final String HASH = "cphqmyyqxbd1m7zsmqjap6sci2cya9cl";

    @Test
    void tellsFolderHashAndName() throws FormatException {
        var path = StorePath.parse("/gnu/store/" + HASH + "-a-1.0.drv");
        assertEquals(new StorePath("/gnu/store", HASH, "a-1.0.drv"), path);
        assertEquals("/gnu/store/" + HASH + "-a-1.0.drv", path.toString());
        assertEquals(HASH + "-a-1.0.drv", path.base());
        assertTrue(path.isDerivation());
        assertEquals(path, StorePath.parse("/gnu/store", path.base()));
    }

    @Test
    void isMadeOfTheBytesOfItsHash() throws FormatException {
        assertEquals(
                StorePath.parse("/nix/store/" + HASH + "-a"),
                StorePath.of(NixBase32.decode(HASH), "a"));
        assertThrows(IllegalArgumentException.class, () -> StorePath.of(Bytes.EMPTY, "a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A+-._?=9", ".hidden", "...", "..a", "-", "a.drv.chroot"})
    void takesTheNamesThatNixTakes(String name) throws FormatException {
        assertEquals(name, StorePath.parse("/nix/store/" + HASH + "-" + name).name());
    }

    @Test
    void takesNamesOf211Characters() throws FormatException {
        StorePath.checkName("n".repeat(211));
        assertThrows(FormatException.class, () -> StorePath.checkName("n".repeat(212)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/nix/store",
                "/nix/store/",
                "/nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl",
                "/nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-",
                "/nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9c-a",
                "/nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9cll-a",
                "/nix/store/ephqmyyqxbd1m7zsmqjap6sci2cya9cl-a",
                "/nix/store/CPHQMYYQXBD1M7ZSMQJAP6SCI2CYA9CL-a",
                "/nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl_a",
                "/nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a/",
                "/nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a b",
                "/nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a\n",
                "/nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-é",
                "/nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-.",
                "/nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-..",
                "/nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-.-a",
                "/nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-..-a",
                "nix/store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a",
                "cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a",
                "/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a",
                "//cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a",
                "/nix//store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a",
                "/nix/../store/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a",
                "/nix/store/./cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a",
                "/nix/st\nore/cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a"
            })
    void refusesWhatIsNoStorePath(String text) {
        assertThrows(FormatException.class, () -> StorePath.parse(text));
    }

    @Test
    void tellsAHashFromOtherText() {
        assertTrue(StorePath.isHash(HASH));
        assertFalse(StorePath.isHash(HASH.substring(1)));
        assertFalse(StorePath.isHash(HASH.replace('c', 'e')));
    }

    @Test
    void standsInTheOrderOfItsText() throws FormatException {
        var texts =
                List.of(
                        "/gnu/store/" + HASH + "-b",
                        "/nix/store/" + HASH.replace('c', 'b') + "-z",
                        "/nix/store/" + HASH + "-A",
                        "/nix/store/" + HASH + "-a",
                        "/nix/store/" + HASH + "-a-b",
                        "/nix/store/" + HASH + "-ab");
        var sorted = Stream.of(2, 0, 5, 1, 4, 3).map(texts::get).map(StorePathTest::path).sorted();
        assertEquals(texts, sorted.map(StorePath::toString).toList());
    }

    private static StorePath path(String text) {
        try {
            return StorePath.parse(text);
        } catch (FormatException e) {
            throw new AssertionError(e);
        }
    }
}
