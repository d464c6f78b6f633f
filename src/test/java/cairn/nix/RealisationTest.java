package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RealisationTest {
    private static final Path FIXTURES = Path.of("src/test/resources/cairn/nix/realisation/ok");
    private static final String USER =
            "sha256:e2393553cc482b81958d21635d2ab6ce1f72401a4cae953d95d51c28b0ba4705!lib";
    private static final String BASE =
            "sha256:0e1a5b2094a7c2fc14db9b98d732a84fda4cfff6939b41859a8f6512dcd7fb76!lib";

    @ParameterizedTest
    @ValueSource(strings = {"base-out", "base-lib", "user-out", "user-lib"})
    void encodesToWhatNixWrote(String name) throws IOException {
        Bytes bytes = read(name);
        assertEquals(bytes, Realisation.decode(StorePath.NIX_STORE, bytes).encode());
    }

    @Test
    void tellsWhatNixTold() throws IOException {
        assertEquals(
                new Realisation(
                        Realisation.Id.parse(USER),
                        StorePath.parse("/nix/store/m311b9z3bn08sih4vykkj2vc1qgmzjhc-user-lib"),
                        new TreeSet<>(
                                List.of(
                                        "test-1:NgValZpgmzkgLsvFZbVaqXB6h/3Nn32nq7OxL7Y9J3u/tLp2TzaJQldrmXSSg1sfETAsvZoyzpwtmG5VkfkhCw==")),
                        new TreeMap<>(
                                Map.of(
                                        Realisation.Id.parse(BASE),
                                        StorePath.parse(
                                                "/nix/store/4r50hcxzmy88vvkdinva23hagj9irb17-base-lib")))),
                Realisation.decode(StorePath.NIX_STORE, read("user-lib")));
    }

    @Test
    void itsFingerprintIsTheJsonWithoutSignatures() throws IOException {
        assertEquals(
                """
                {"dependentRealisations":{"%s":"4r50hcxzmy88vvkdinva23hagj9irb17-base-lib"},\
                "id":"%s","outPath":"m311b9z3bn08sih4vykkj2vc1qgmzjhc-user-lib"}\
                """
                        .formatted(BASE, USER),
                Realisation.decode(StorePath.NIX_STORE, read("user-lib")).fingerprint());
    }

    @Test
    void needsNoSignaturesAndNoDependents() throws IOException {
        Bytes json =
                Bytes.utf8(
                        "{\"outPath\":\"4r50hcxzmy88vvkdinva23hagj9irb17-x\",\"id\":\""
                                + BASE
                                + "\"}");
        assertEquals(
                "{\"dependentRealisations\":{},\"id\":\""
                        + BASE
                        + "\",\"outPath\":\"4r50hcxzmy88vvkdinva23hagj9irb17-x\",\"signatures\":[]}",
                Realisation.decode(StorePath.NIX_STORE, json).encode().toUtf8());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "null",
                "{\"id\":\"ID\"}",
                "{\"id\":\"ID\",\"outPath\":\"/nix/store/4r50hcxzmy88vvkdinva23hagj9irb17-x\"}",
                "{\"id\":\"ID\",\"outPath\":7}",
                "{\"id\":\"ID\",\"outPath\":\"OUT\"} {}",
                "{\"id\":\"ID\",\"id\":\"ID\",\"outPath\":\"OUT\"}",
                "{\"id\":\"ID\",\"outPath\":\"OUT\",\"signatures\":\"k:s\"}",
                "{\"id\":\"ID\",\"outPath\":\"OUT\",\"signatures\":[null]}",
                "{\"id\":\"ID\",\"outPath\":\"OUT\",\"dependentRealisations\":[]}",
                "{\"id\":\"ID\",\"outPath\":\"OUT\",\"dependentRealisations\":{\"x\":\"OUT\"}}",
                "{\"id\":\"sha256:00!out\",\"outPath\":\"OUT\"}",
                "{\"id\":\"ID/../x\",\"outPath\":\"OUT\"}",
                "{\"id\":\"ID\",\"outPath\":\"OUT\"",
            })
    void refusesWhatIsNoRealisation(String json) {
        Bytes bytes =
                Bytes.utf8(
                        json.replace("ID", BASE)
                                .replace("OUT", "4r50hcxzmy88vvkdinva23hagj9irb17-x"));
        assertThrows(FormatException.class, () -> Realisation.decode(StorePath.NIX_STORE, bytes));
    }

    @Test
    void refusesAMillionNestedLists() {
        Bytes bytes = Bytes.utf8("{\"signatures\":" + "[".repeat(1_000_000));
        assertThrows(FormatException.class, () -> Realisation.decode(StorePath.NIX_STORE, bytes));
    }

    private static Bytes read(String name) throws IOException {
        return Bytes.wrap(Files.readAllBytes(FIXTURES.resolve(name + ".doi")));
    }
}
