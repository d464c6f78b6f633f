package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.Progress;
import cairn.store.Store;
import cairn.store.StoredPath;
import cairn.trust.TrustedKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Homes in which something was lost, cut off or altered: told in one sentence, and mended where
/// the packs are sound.
class DamagedHomeTest {
    private static final Pattern CID = Pattern.compile("baf[a-z2-7]+");
    private static final String REPAIR = "'cairn repair' rebuilds it from the packs";

    @TempDir private Path folder;
    private Path home;
    private List<Object> before;
    private Set<NixHash> hashes;

    @BeforeEach
    void makeAHome() throws IOException {
        var closure = Nix.closure();
        home = folder.resolve("home");
        try (var engine = Engine.open(home);
                var from = engine.open(closure.nix().uri())) {
            engine.copyIn(
                    from,
                    List.of(StorePath.parse(closure.path("hello-2.12.1"))),
                    true,
                    Progress.NONE);
        }
        before = answers();
        try (var engine = Engine.open(home)) {
            hashes =
                    engine.catalog().paths().stream()
                            .map(stored -> stored.info().narHash())
                            .collect(Collectors.toSet());
        }
    }

    @Test
    void anIndexThatIsGone() throws IOException {
        Files.delete(home.resolve("index.db"));
        for (int i = 0; i < 2; i++) {
            assertDamaged(assertThrows(IOException.class, this::answers));
        }
        assertRepaired();
    }

    @Test
    void anIndexThatWasCutOff() throws IOException {
        byte[] whole = Files.readAllBytes(home.resolve("index.db"));
        for (int length : new int[] {0, 1, 99, 100, 4095, 4096, whole.length / 2}) {
            Files.write(home.resolve("index.db"), Arrays.copyOf(whole, length));
            assertDamaged(assertThrows(IOException.class, this::answers));
            assertRepaired();
        }
    }

    /// SQLite keeps no checksums: an altered index may say something else, but fails in no other
    /// way, and no content is ever wrong.
    @Test
    void anIndexThatWasAltered() throws IOException {
        byte[] whole = Files.readAllBytes(home.resolve("index.db"));
        var random = new Random(1);
        for (int round = 0; round < 30; round++) {
            byte[] altered = whole.clone();
            for (int i = 0; i < 1 << random.nextInt(10); i++) {
                altered[random.nextInt(altered.length)] = (byte) random.nextInt(256);
            }
            Files.write(home.resolve("index.db"), altered);
            Files.deleteIfExists(home.resolve("index.db-wal"));
            Files.deleteIfExists(home.resolve("index.db-shm"));
            try {
                answers();
                readAll();
            } catch (IOException e) {
                assertSentence(e);
            }
            if (round % 10 == 0) {
                assertRepaired();
            }
        }
        assertRepaired();
    }

    @Test
    void aPackThatWasAlteredOrCutOff() throws IOException {
        Path pack;
        try (var packs = Files.list(home.resolve("packs"))) {
            pack = packs.findFirst().orElseThrow();
        }
        byte[] whole = Files.readAllBytes(pack);
        var random = new Random(1);
        int damaged = 0;
        for (int round = 0; round < 20; round++) {
            byte[] bytes =
                    round % 2 == 0
                            ? whole.clone()
                            : Arrays.copyOf(whole, random.nextInt(whole.length));
            if (bytes.length == whole.length) {
                bytes[random.nextInt(bytes.length)] ^= 1;
            }
            Files.write(pack, bytes);
            damaged += verify();
            readAll();
        }
        assertTrue(damaged > 10, damaged + " times something was found");
        Files.write(pack, whole);
        assertEquals(0, verify());
        Files.delete(pack);
        assertEquals(hashes.size(), verify());
        readAll();
    }

    /// How many paths are not as they should be; each is told with a block that is not.
    private int verify() throws IOException {
        try (var engine = Engine.open(home)) {
            var bad = new ArrayList<Check>();
            engine.verify(
                    engine.graph().paths(),
                    TrustedKeys.NONE,
                    true,
                    Progress.NONE,
                    check -> {
                        if (check.content() != Check.Content.INTACT) {
                            bad.add(check);
                        }
                    });
            for (Check check : bad) {
                var named = CID.matcher(check.reason());
                assertTrue(named.find(), check::reason);
                Cid block = Cid.parse(named.group());
                assertFalse(engine.store().verify(block).isHealthy(), check::reason);
            }
            return bad.size();
        }
    }

    /// Reads every path: it is what it should be, or an exception tells that it is not.
    private void readAll() throws IOException {
        try (var engine = Engine.open(home)) {
            for (StoredPath stored : engine.catalog().paths()) {
                var out = new ByteArrayOutputStream();
                try {
                    engine.local().nar(stored.info().path()).writeTo(new NarWriter(out));
                } catch (IOException e) {
                    assertSentence(e);
                    continue;
                }
                var hash = NixHash.sha256Of(Bytes.wrap(out.toByteArray()));
                assertTrue(hashes.contains(hash), stored::toString);
            }
        }
    }

    private void assertRepaired() throws IOException {
        assertEquals(List.of(), Store.repair(home, Progress.NONE).damages());
        assertEquals(before, answers());
    }

    private static void assertDamaged(IOException e) {
        assertTrue(String.valueOf(e.getMessage()).endsWith(REPAIR), e::toString);
    }

    private static void assertSentence(IOException e) {
        String message = String.valueOf(e.getMessage());
        assertTrue(message.lines().count() == 1 && message.length() < 1100, message);
    }

    /// Everything that the catalog answers.
    private List<Object> answers() throws IOException {
        try (var engine = Engine.open(home)) {
            var catalog = engine.catalog();
            var paths = catalog.paths();
            var answers = new ArrayList<Object>();
            answers.add(paths);
            for (StoredPath stored : paths) {
                var path = stored.info().path();
                answers.add(catalog.path(path));
                answers.add(catalog.path(path.hash()));
                answers.add(catalog.referrers(path));
                answers.add(catalog.named(stored.cid()));
                answers.add(catalog.withNar(stored.info().narHash()));
                answers.add(catalog.log(path));
                answers.add(engine.graph().closureSize(path));
                answers.add(engine.store().size(stored.tree()));
            }
            answers.add(catalog.list("", 0, 1000));
            answers.add(catalog.list("hello", 0, 1000));
            answers.add(catalog.beginning("h", 10));
            answers.add(catalog.pins());
            answers.add(catalog.realisations());
            answers.add(catalog.logs());
            answers.add(catalog.changes(0, 1000));
            answers.add(catalog.lastChange());
            answers.add(catalog.events("", 0, 1000));
            answers.add(catalog.count(""));
            return answers;
        }
    }
}
