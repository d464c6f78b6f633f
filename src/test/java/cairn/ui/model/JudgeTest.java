package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Bytes;
import cairn.engine.Engine;
import cairn.nix.StorePath;
import cairn.store.Progress;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JudgeTest {
    private static final StorePath SIGNED =
            Samples.path("5b9jydsiygi6jhlz2dxbrxi6b4m1rn4r", "signed-1");

    @TempDir private Path home;
    private Engine engine;
    private Library library;
    private SecretKey key;

    @BeforeEach
    void open() throws IOException {
        engine = Samples.engine(home);
        library = new Library(engine);
        key = SecretKey.generate("cache-1", new SecureRandom());
        Samples.add(engine, SIGNED, "signed", key.sign(fingerprint()).toString());
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    @Test
    void believesTheKeysOfTheConfigurationAsSoonAsItHasThem() throws Exception {
        assertEquals(TrustMark.UNTRUSTED, mark(SIGNED));
        configure("trusted-keys = [\"" + key.publicKey() + "\"]\n", 1);
        assertEquals(TrustMark.TRUSTED, mark(SIGNED));
        configure("", 2);
        assertEquals(TrustMark.UNTRUSTED, mark(SIGNED));
        assertEquals(TrustMark.UNSIGNED, mark(Samples.TOOL));
    }

    @Test
    void saysWhatIsWrongWithTheConfiguration() throws IOException {
        configure("trusted-keys = \"cache-1\"\n", 1);
        assertEquals(
                "No key is trusted. The cairn.toml is malformed at byte 0: trusted-keys is not a list.",
                library.verdicts(List.of(SIGNED)).values().iterator().next().reason());
        configure("trusted-keys = [\n", 2);
        assertEquals(TrustMark.UNTRUSTED, library.mark(SIGNED));
        configure("trusted-keys = [1]\n", 3);
        assertEquals(TrustMark.UNTRUSTED, library.mark(SIGNED));
    }

    @Test
    void tellsOfDamageOnceItWasFound() throws Exception {
        try (var packs = Files.list(home.resolve("packs"))) {
            for (Path pack : packs.toList()) {
                Files.write(pack, new byte[(int) Files.size(pack)]);
            }
        }
        assertEquals(TrustMark.UNSIGNED, mark(Samples.TOOL));
        engine.verify(List.of(Samples.TOOL), TrustedKeys.NONE, true, Progress.NONE, _ -> {});
        assertEquals(TrustMark.DAMAGED, mark(Samples.TOOL));
        assertEquals(TrustMark.NONE, library.mark(Samples.path("1".repeat(32), "elsewhere-1")));
    }

    /// The same whether one is judged or all are.
    private TrustMark mark(StorePath path) throws Exception {
        assertEquals(library.mark(path), library.marks().apply(path));
        return library.mark(path);
    }

    private void configure(String toml, int second) throws IOException {
        Path file = home.resolve("cairn.toml");
        Files.writeString(file, toml);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1000L * second));
    }

    private static Bytes fingerprint() throws IOException {
        return Bytes.utf8(Samples.info(SIGNED, "signed").fingerprint());
    }
}
