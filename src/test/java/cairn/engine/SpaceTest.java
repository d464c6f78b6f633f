package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.nix.TreeReader;
import cairn.store.PathImport;
import cairn.store.PathInfo;
import cairn.store.Pin;
import cairn.store.Progress;
import cairn.store.StoredPath;
import cairn.store.TreeImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpaceTest {
    /// Of each path, and nothing of it can be packed.
    private static final int SIZE = 1 << 20;

    @TempDir private Path folder;

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Engine engine;

    @BeforeEach
    void open() throws IOException {
        engine = Engine.open(folder.resolve("home"), () -> now);
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    @Test
    void whatWasNotAskedForTheLongestGoes() throws IOException {
        var a = add("a");
        var b = add("b");
        var c = add("c");
        var d = add("d");
        long before = size();
        long one = before / 4;
        try (var space = new Space(engine, Configuration.UNLIMITED)) {
            touch(space, a, c);
        }
        // The times are kept with the store.
        try (var space = new Space(engine, 3 * one + one / 2)) {
            touch(space, d);
            var gone = space.makeRoom();
            assertEquals(List.of(a, c, d), here());
            assertEquals(1, gone.paths());
            assertEquals(before - size(), gone.bytes());
            assertTrue(size() <= 3 * one + one / 2, "fits");
            assertEquals(0, space.makeRoom().paths());
        }
        try (var space = new Space(engine, 2 * one + one / 2)) {
            space.makeRoom();
        }
        assertEquals(List.of(c, d), here());
        assertTrue(engine.catalog().path(b.info().path()).isEmpty());
    }

    @Test
    void countsWhatWasAskedForAndHere() throws IOException {
        assertEquals(OptionalDouble.empty(), engine.store().statistics().hitRate());
        for (int i = 0; i < 2; i++) {
            try (var space = new Space(engine, Configuration.UNLIMITED)) {
                space.asked(true);
                space.asked(i == 0);
                assertEquals(2L * i, asked());
            }
            assertEquals(2L * i + 2, asked());
        }
        assertEquals(OptionalDouble.of(0.75), engine.store().statistics().hitRate());
    }

    private long asked() throws IOException {
        var totals = engine.store().statistics();
        return totals.hits() + totals.misses();
    }

    @Test
    void pinsAndWhatTheyNeedStay() throws IOException {
        var needed = add("needed");
        var pinned = add("pinned", needed);
        var young = add("young");
        engine.store()
                .commit(transaction -> {
                    transaction.pin(new Pin("mine", pinned.cid(), now));
                    return 0;
                });
        long one = size() / 3;
        try (var space = new Space(engine, one)) {
            space.makeRoom();
        }
        assertEquals(List.of(needed, pinned), here());
        assertTrue(engine.catalog().path(young.info().path()).isEmpty());
    }

    @Test
    void whatSomethingYoungerNeedsStays() throws IOException {
        var needed = add("needed");
        var old = add("old");
        var young = add("young", needed);
        long one = size() / 3;
        try (var space = new Space(engine, 2 * one + one / 2)) {
            space.makeRoom();
        }
        assertEquals(List.of(needed, young), here());
        assertTrue(engine.catalog().path(old.info().path()).isEmpty());
    }

    @Test
    void whatIsBeingGivenStaysUntilItIsGiven() throws IOException {
        var given = add("given");
        var other = add("other");
        long one = size() / 2;
        try (var space = new Space(engine, one / 2)) {
            try (var _ = space.use(given);
                    var _ = space.use(given.tree())) {
                space.makeRoom();
                assertEquals(List.of(given), here());
            }
            space.makeRoom();
            assertEquals(List.of(), here());
        }
        assertTrue(engine.catalog().path(other.info().path()).isEmpty());
    }

    @Test
    void whatIsBeingTakenStays() throws IOException {
        var needed = add("needed");
        add("other");
        long one = size() / 2;
        try (var paths = new PathImport(engine.store(), engine.clock(), Progress.NONE);
                var space = new Space(engine, one / 2)) {
            var coming = file("coming");
            var stored = paths.add(info("coming", coming, needed), new TreeReader(coming));
            space.makeRoom();
            assertEquals(List.of(needed), here());
            paths.commit();
            assertEquals(List.of(stored, needed), here());
        }
    }

    private void touch(Space space, StoredPath... paths) {
        for (StoredPath path : paths) {
            now = now.plusSeconds(60);
            space.touch(path.info().path().hash());
        }
    }

    private long size() throws IOException {
        return engine.store().statistics().packBytes();
    }

    private List<StoredPath> here() throws IOException {
        var paths = new ArrayList<>(engine.catalog().paths());
        paths.sort((x, y) -> x.info().path().name().compareTo(y.info().path().name()));
        return paths;
    }

    private StoredPath add(String name, StoredPath... references) throws IOException {
        now = now.plusSeconds(60);
        var file = file(name);
        try (var paths = new PathImport(engine.store(), engine.clock(), Progress.NONE)) {
            var stored = paths.add(info(name, file, references), new TreeReader(file));
            paths.commit();
            return stored;
        }
    }

    private static PathInfo info(String name, Path file, StoredPath... references)
            throws IOException {
        var imported = TreeImport.of(new TreeReader(file));
        NixHash narHash = imported.narHash();
        String hash = narHash.toString().substring("sha256:".length(), "sha256:".length() + 32);
        return new PathInfo(
                StorePath.parse("/nix/store/" + hash + "-" + name),
                narHash,
                imported.narSize(),
                List.of(references).stream().map(path -> path.info().path()).toList(),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    private Path file(String name) throws IOException {
        byte[] content = new byte[SIZE];
        new Random(name.hashCode()).nextBytes(content);
        return Files.write(folder.resolve(name), content);
    }
}
