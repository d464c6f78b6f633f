package cairn.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SignatureTest {
    private static final Path SHARED = Path.of("../shared/fixtures");
    private static final Path REALISATIONS = Path.of("src/test/resources/cairn/nix/realisation");

    /// `nix-store --generate-binary-cache-key` made it.
    private static final String SECRET =
            "test-1:oiROvwdzday4mevKdPPyQyzUp1dO2iu/jOLFn6oXT/0ujELHPvpjs6HesmgKDoscc4VYWhaRYh+/RFg444RFwQ==";

    private static final String PUBLIC = "test-1:LoxCxz76Y7Oh3rJoCg6LHHOFWFoWkWIfv0RYOOOERcE=";

    /// RFC 8032, 7.1, test 2.
    @Test
    void signsAsTheSpecificationDoes() throws FormatException {
        var key =
                PublicKey.of(
                        "rfc",
                        Bytes.ofHex(
                                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
        var signature =
                new Signature(
                        "rfc",
                        Bytes.ofHex(
                                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
        assertTrue(key.verifies(Bytes.ofHex("72"), signature));
        assertFalse(key.verifies(Bytes.ofHex("73"), signature));
    }

    @Test
    void agreesWithEveryWycheproofCase() throws IOException {
        Path vectors = SHARED.resolve("wycheproof/testvectors_v1/ed25519_test.json");
        assumeTrue(Files.exists(vectors), "the Wycheproof vectors are not at " + vectors);
        var wrong = new ArrayList<String>();
        int cases = 0;
        for (JsonNode group : new JsonMapper().readTree(vectors.toFile()).path("testGroups")) {
            String key = group.path("publicKey").path("pk").stringValue();
            for (JsonNode test : group.path("tests")) {
                cases++;
                boolean valid = test.path("result").stringValue().equals("valid");
                if (verifies(key, test) != valid) {
                    wrong.add(test.toString());
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(151, cases);
    }

    @Test
    void theRealCacheVouchesForPathsWithThousandsOfReferences() throws IOException {
        Path file = SHARED.resolve("go-nix/big.narinfo");
        assumeTrue(Files.exists(file), "the narinfo is not at " + file);
        var lines = Files.readAllLines(file);
        String fingerprint =
                Arrays.stream(field(lines, "References").split(" "))
                        .map(reference -> "/nix/store/" + reference)
                        .collect(
                                Collectors.joining(
                                        ",",
                                        "1;%s;%s;%s;"
                                                .formatted(
                                                        field(lines, "StorePath"),
                                                        field(lines, "NarHash"),
                                                        field(lines, "NarSize")),
                                        ""));
        var key = PublicKey.parse("cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=");
        var trusted = new TrustedKeys(List.of(PublicKey.parse(PUBLIC), key));
        assertEquals(List.of(key), trusted.vouchers(fingerprint, List.of(field(lines, "Sig"))));
        assertEquals(List.of(), trusted.vouchers(fingerprint + ",", List.of(field(lines, "Sig"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"base-out", "base-lib", "user-out", "user-lib"})
    void aRealisationThatNixSignedIsVouchedFor(String name) throws IOException {
        var realisation =
                Realisation.decode(
                        StorePath.NIX_STORE,
                        Bytes.wrap(
                                Files.readAllBytes(REALISATIONS.resolve("ok/" + name + ".doi"))));
        var key = PublicKey.parse(Files.readString(REALISATIONS.resolve("test-1.public")));
        assertEquals(
                List.of(key),
                new TrustedKeys(List.of(key))
                        .vouchers(realisation.fingerprint(), realisation.signatures()));
        assertEquals(
                realisation.signatures().first(),
                SecretKey.parse(SECRET).sign(Bytes.utf8(realisation.fingerprint())).toString());
    }

    @Test
    void aKeySurvivesItsText() throws FormatException {
        assertEquals(SECRET, SecretKey.parse(SECRET).export());
        assertEquals(PUBLIC, SecretKey.parse(SECRET).publicKey().toString());
        assertEquals(PublicKey.parse(PUBLIC), SecretKey.parse(SECRET).publicKey());
    }

    @Test
    void aKeyDoesNotTellItselfByPrinting() throws FormatException {
        assertEquals("secret key test-1", SecretKey.parse(SECRET).toString());
    }

    @Test
    void eachKeyMadeIsAnother() throws FormatException {
        var random = new SecureRandom();
        var one = SecretKey.generate("key-1", random);
        var two = SecretKey.generate("key-1", random);
        assertNotEquals(one.publicKey(), two.publicKey());
        Bytes message = Bytes.utf8("message");
        assertTrue(one.publicKey().verifies(message, one.sign(message)));
        assertFalse(two.publicKey().verifies(message, one.sign(message)));
    }

    @Test
    void tellsEveryKeyThatVouchesOnceAndNoOther() throws FormatException {
        var random = new SecureRandom();
        var old = SecretKey.generate("key-1", random);
        var renewed = SecretKey.generate("key-1", random);
        var unused = SecretKey.generate("key-2", random);
        var stranger = SecretKey.generate("key-3", random);
        var trusted =
                new TrustedKeys(List.of(old.publicKey(), renewed.publicKey(), unused.publicKey()));
        Bytes message = Bytes.utf8("message");
        var signatures =
                List.of(
                        "no signature",
                        stranger.sign(message).toString(),
                        renewed.sign(message).toString(),
                        renewed.sign(message).toString(),
                        new Signature("key-2", renewed.sign(message).value()).toString(),
                        old.sign(message).toString());
        assertEquals(
                List.of(renewed.publicKey(), old.publicKey()),
                trusted.vouchers("message", signatures));
        assertEquals(List.of(), TrustedKeys.NONE.vouchers("message", signatures));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "test-1",
                ":LoxCxz76Y7Oh3rJoCg6LHHOFWFoWkWIfv0RYOOOERcE=",
                "test 1:LoxCxz76Y7Oh3rJoCg6LHHOFWFoWkWIfv0RYOOOERcE=",
                "test-1:LoxCxz76Y7Oh3rJoCg6LHHOFWFoWkWIfv0RYOOOERcE",
                "test-1:LoxCxz76Y7Oh3rJoCg6LHHOFWFoWkWIfv0RYOOOERcF=",
                "test-1:LoxCxz76Y7Oh3rJoCg6LHHOFWFoWkWIfv0RYOOOERc==",
                "test-1:LoxCxz76Y7Oh3rJoCg6LHHOFWFoWkWIfv0RYOOOERcE=\n",
                "test-1:LoxCxz76Y7Oh3rJoCg6LHHOFWFoWkWIfv0RYOOOER*E=",
                // The neutral element, and a point of order 8: both verify what nobody signed.
                "test-1:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "test-1:xxdqcD1N2E+6PAt2DRBnDyogU/osOczGTsf9d5KsA3o=",
                // The neutral element once more, written as p + 1.
                "test-1:7v///////////////////////////////////////38="
            })
    void refusesWhatIsNoPublicKey(String text) {
        assertThrows(FormatException.class, () -> PublicKey.parse(text));
    }

    @Test
    void refusesASecretKeyWithThePublicHalfOfAnother() throws FormatException {
        var other = SecretKey.generate("test-1", new SecureRandom());
        var half = PublicKey.parse(PUBLIC).bytes();
        Bytes seed = Named.parse("key", other.export(), 64).value().slice(0, 32);
        String text = new Named("test-1", seed.concat(half)).toString();
        assertThrows(FormatException.class, () -> SecretKey.parse(text));
        assertThrows(FormatException.class, () -> SecretKey.parse(PUBLIC));
        assertThrows(FormatException.class, () -> Signature.parse(PUBLIC));
    }

    private static String field(List<String> lines, String name) {
        String prefix = name + ": ";
        return lines.stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .findFirst()
                .orElseThrow();
    }

    private static boolean verifies(String key, JsonNode test) {
        try {
            Bytes value = Bytes.ofHex(test.path("sig").stringValue());
            return PublicKey.of("wycheproof", Bytes.ofHex(key))
                    .verifies(
                            Bytes.ofHex(test.path("msg").stringValue()),
                            Signature.parse(new Named("wycheproof", value).toString()));
        } catch (FormatException _) {
            return false;
        }
    }
}
