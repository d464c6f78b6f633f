package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NarInfoTest {
    private static final Path FIXTURES = Path.of("src/test/resources/cairn/nix/narinfo");
    private static final Path BIG = Path.of("../shared/fixtures/go-nix/big.narinfo");

    /// The key that the fixtures were signed with.
    private static final String TEST_KEY = "QlErj4ghQW5GuexdcVU5hZVVCfodoG4uKBgw6OJ+BcM=";

    private static final String NIXOS_KEY = "6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=";

    static Stream<Path> malformed() throws IOException {
        return files("bad");
    }

    static Stream<Path> wellFormed() throws IOException {
        return files("ok");
    }

    @Test
    void readsWhatNixWrote() throws IOException {
        String folder = "/nix/store";
        var a = StorePath.parse(folder, "cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a");
        var b = StorePath.parse(folder, "wvlc4qaw6q226l7zhd4ahjvszpvxbk31-b");
        assertEquals(
                new NarInfo(
                        b,
                        "nar/09x32h36will7h0dpqywg63nsd319q6cgpgph6qnh4jrxa2q767f.nar.xz",
                        "xz",
                        Optional.of(
                                NixHash.parse(
                                        "sha256:09x32h36will7h0dpqywg63nsd319q6cgpgph6qnh4jrxa2q767f")),
                        OptionalLong.of(204),
                        NixHash.parse("sha256-y4+DyrLsjei5UPXEySQa33QoANpPBaxjX+pdnBw6tsQ="),
                        208,
                        List.of(a, b),
                        Optional.of(
                                StorePath.parse(folder, "phh0i14f2rb3ff7ykc1cwmrhqipima86-b.drv")),
                        List.of(
                                "test-1:vLRlUi9OxO238YzR0KV+jjeCAdEznKJqEbOqoyrBuFY4Jn7PPQM3caxxnTvvPSQSwqLeVA7ANgo/5hrqqhO5Dg=="),
                        Optional.empty()),
                decoded("b"));
        assertEquals(
                Optional.of("fixed:r:sha256:0526avh45mf715d5dqsj0dxngqdjmg94jmcwllbl8zhdgk53pqvi"),
                decoded("tree").ca());
    }

    @ParameterizedTest
    @MethodSource("wellFormed")
    void isWrittenAsItWasRead(Path file) throws IOException {
        var bytes = Bytes.wrap(Files.readAllBytes(file));
        assertEquals(bytes.toUtf8(), NarInfo.decode(bytes).encode().toUtf8());
    }

    @ParameterizedTest
    @MethodSource("wellFormed")
    void refusesEveryTruncationThatCutsALineOrLosesARequiredField(Path file) throws IOException {
        String text = Files.readString(file);
        int required = text.indexOf("\n", text.indexOf("NarSize")) + 1;
        for (int length = 0; length < text.length(); length++) {
            var shorter = Bytes.utf8(text.substring(0, length));
            if (length < required || text.charAt(length - 1) != '\n') {
                assertThrows(FormatException.class, () -> NarInfo.decode(shorter));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesWithTheRecordedMessage(Path file) throws IOException {
        var bytes = Bytes.wrap(Files.readAllBytes(file));
        var e = assertThrows(FormatException.class, () -> NarInfo.decode(bytes));
        assertEquals(
                Files.readAllLines(Path.of(file.toString().replace(".narinfo", ".message"))),
                List.of(e.getMessage()));
    }

    @Test
    void takesBzip2WhereNoCompressionIsNamed() throws IOException {
        assertEquals("bzip2", changed("Compression: xz\n", "").compression());
        assertEquals("bzip2", changed("Compression: xz\n", "Compression: \n").compression());
    }

    @Test
    void passesOverWhatNixPassesOver() throws IOException {
        assertEquals(
                decoded("b"), changed("NarSize", "System: any\nColour: a\nColour: b\nNarSize"));
        assertEquals(decoded("b"), changed("NarSize", "Sig: \nNarSize"));
        assertEquals(
                Optional.empty(),
                changed("phh0i14f2rb3ff7ykc1cwmrhqipima86-b.drv", "unknown-deriver").deriver());
    }

    @Test
    void takesReferencesInAnyOrder() throws IOException {
        assertEquals(
                decoded("b"),
                changed(
                        "cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a wvlc4qaw6q226l7zhd4ahjvszpvxbk31-b",
                        "wvlc4qaw6q226l7zhd4ahjvszpvxbk31-b cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"b", "tree"})
    void hasTheFingerprintThatNixSigned(String name) throws Exception {
        assertTrue(isSigned(decoded(name), TEST_KEY));
    }

    @Test
    void readsThousandsOfReferences() throws Exception {
        assumeTrue(Files.exists(BIG), "needs ../shared/fixtures");
        var bytes = Bytes.wrap(Files.readAllBytes(BIG));
        NarInfo info = NarInfo.decode(bytes);
        assertEquals(3691, info.references().size());
        assertEquals(bytes.toUtf8(), info.encode().toUtf8());
        assertTrue(isSigned(info, NIXOS_KEY));
    }

    @Test
    void refusesOneThatIsTooLong() {
        var endless = new Bytes[] {Bytes.utf8("x".repeat(NarInfo.MAX_BYTES + 1))};
        var e = assertThrows(FormatException.class, () -> NarInfo.read(endless[0].toInputStream()));
        assertEquals("is longer than 2097152 bytes", e.problem());
    }

    private static boolean isSigned(NarInfo info, String key) throws Exception {
        // The prefix makes the 32 bytes a key in the form that Java reads.
        var der =
                Bytes.ofHex("302a300506032b6570032100")
                        .concat(Bytes.wrap(Base64.getDecoder().decode(key)));
        var ed25519 = Signature.getInstance("Ed25519");
        ed25519.initVerify(
                KeyFactory.getInstance("Ed25519")
                        .generatePublic(new X509EncodedKeySpec(der.toByteArray())));
        ed25519.update(Bytes.utf8(info.fingerprint()).toByteArray());
        String signature = info.signatures().getFirst();
        return ed25519.verify(
                Base64.getDecoder().decode(signature.substring(signature.indexOf(':') + 1)));
    }

    private static NarInfo decoded(String name) throws IOException {
        return NarInfo.decode(
                Bytes.wrap(Files.readAllBytes(FIXTURES.resolve("ok/" + name + ".narinfo"))));
    }

    private static NarInfo changed(String part, String other) throws IOException {
        String text = Files.readString(FIXTURES.resolve("ok/b.narinfo"));
        return NarInfo.decode(Bytes.utf8(text.replace(part, other)));
    }

    private static Stream<Path> files(String folder) throws IOException {
        try (var files = Files.list(FIXTURES.resolve(folder))) {
            return files
                    .filter(file -> file.toString().endsWith(".narinfo"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }
}
