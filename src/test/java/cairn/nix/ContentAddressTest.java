package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.ContentAddress.Method;
import cairn.nix.NixHash.Algorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentAddressTest {
    private static final NarSource HELLO = file("hello", false);
    private static final StorePath BASE = path("/nix/store/7vk4c3qkdbx2wi16spr2wmx3qijmxarz-base");
    private static final StorePath BASE_LIB =
            path("/nix/store/4r50hcxzmy88vvkdinva23hagj9irb17-base-lib");

    /// What `nix-store --add-fixed` and `builtins.toFile` of Nix 2.8 name a file `x` that says
    /// "hello".
    @ParameterizedTest
    @CsvSource({
        "FLAT, md5, /nix/store/sfpnvypl05l3jayg63lcdpxzndbj26b0-x",
        "RECURSIVE, md5, /nix/store/m0ai89iqhkmi6zaqprkp1ay8y8gc2h7b-x",
        "FLAT, sha1, /nix/store/6akgbvwy3ssz411f8i5p5fqpnjsqc0cr-x",
        "RECURSIVE, sha1, /nix/store/s8yb2pkdb2cylk9vrjb1iqq01mpsf0xp-x",
        "FLAT, sha256, /nix/store/62iir8mnhn874ykvq16v9l3kvx1010qs-x",
        "RECURSIVE, sha256, /nix/store/9x7xmib0f869wv54vn5c2f7h0h5f327b-x",
        "FLAT, sha512, /nix/store/fr8vj6l1i8g54pgvz8p5a1p3fl60zyrk-x",
        "RECURSIVE, sha512, /nix/store/pw8dwhl5f9gfa0zysy56w1f2j5x8xz50-x",
        "TEXT, sha256, /nix/store/4g4g9i669dl63abpww0djbl2jxl6bwiz-x"
    })
    void namesAFileAsNixDoes(Method method, String algorithm, String path) throws IOException {
        var address =
                ContentAddress.of(method, Algorithm.named(algorithm), path(path).hash(), HELLO)
                        .orElseThrow();
        assertEquals(path(path), address.path(StorePath.NIX_STORE, "x", Set.of(), false));
        assertTrue(address.holds(path(path), Set.of(), HELLO));
    }

    /// A build that refers to itself and to another path; see `ca.nix` beside the archive.
    @Test
    void namesAContentThatRefersToItself() throws IOException {
        var claimed =
                ContentAddress.parse(
                        "fixed:r:sha256:1bh587zgr2x3ahnvpipyl6pzklbm1s998kxm144a3c5vdaf5w07w");
        Path archive = Path.of("src/test/resources/cairn/nix/realisation", BASE.base() + ".nar");
        NarSource content =
                sink -> {
                    try (var in = Files.newInputStream(archive)) {
                        new NarReader(in).writeTo(sink);
                    }
                };
        assertEquals(
                Optional.of(claimed),
                ContentAddress.of(Method.RECURSIVE, Algorithm.SHA256, BASE.hash(), content));
        assertTrue(claimed.holds(BASE, List.of(BASE, BASE_LIB), content));
        assertFalse(claimed.holds(BASE, List.of(BASE), content));
        assertFalse(claimed.holds(BASE, List.of(BASE_LIB), content));
        assertFalse(claimed.holds(BASE, List.of(BASE, BASE_LIB), HELLO));
    }

    @Test
    void onlyOnePlainFileIsHashedFlat() throws IOException {
        for (Method method : List.of(Method.FLAT, Method.TEXT)) {
            assertEquals(
                    Optional.empty(),
                    ContentAddress.of(method, Algorithm.SHA256, BASE.hash(), file("x", true)));
            assertEquals(
                    Optional.empty(),
                    ContentAddress.of(
                            method,
                            Algorithm.SHA256,
                            BASE.hash(),
                            sink -> sink.symlink(Bytes.utf8("x"))));
            assertEquals(
                    Optional.empty(),
                    ContentAddress.of(
                            method,
                            Algorithm.SHA256,
                            BASE.hash(),
                            sink -> {
                                sink.directory();
                                sink.entry(Bytes.utf8("x"));
                                HELLO.writeTo(sink);
                                sink.endDirectory();
                            }));
        }
    }

    @Test
    void aFlatHashGoesWithoutReferences() throws FormatException {
        var flat = ContentAddress.parse("fixed:sha1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
        assertThrows(
                FormatException.class,
                () -> flat.path(StorePath.NIX_STORE, "x", Set.of(BASE), false));
        var text = new ContentAddress(Method.TEXT, NixHash.sha256Of(Bytes.EMPTY));
        assertThrows(
                FormatException.class, () -> text.path(StorePath.NIX_STORE, "x", Set.of(), true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text:sha256:06gp91qbr51ixriv0rs85j6l83s1zzgp0myyi06yggrrjcalazzs",
                "fixed:sha1:kpcd173cq987hw957sx6m0868wv3x6d9",
                "fixed:r:sha256:1bh587zgr2x3ahnvpipyl6pzklbm1s998kxm144a3c5vdaf5w07w"
            })
    void printsWhatItParsed(String text) throws FormatException {
        assertEquals(text, ContentAddress.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fixed:",
                "fixed:r:",
                "fixed:x:sha1:kpcd173cq987hw957sx6m0868wv3x6d9",
                "fixed:sha1-qvTGHdzF6KLavt4PO0gs2a6pQ00=",
                "text:sha1:kpcd173cq987hw957sx6m0868wv3x6d9",
                "text:r:sha256:06gp91qbr51ixriv0rs85j6l83s1zzgp0myyi06yggrrjcalazzs",
                "git:sha1:kpcd173cq987hw957sx6m0868wv3x6d9",
                "text:sha256:",
                "fixed:sha256:06gp91qbr51ixriv0rs85j6l83s1zzgp0myyi06yggrrjcalazz"
            })
    void refusesWhatIsNoContentAddress(String text) {
        assertThrows(FormatException.class, () -> ContentAddress.parse(text));
    }

    private static NarSource file(String text, boolean executable) {
        return sink -> sink.regular(executable, text.length(), Bytes.utf8(text).toInputStream());
    }

    private static StorePath path(String text) {
        try {
            return StorePath.parse(text);
        } catch (FormatException e) {
            throw new AssertionError(e);
        }
    }
}
