package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.Nix;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.Derivation.Output;
import cairn.nix.DerivationHasher.Paths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DerivationHasherTest {
    private static final Path KINDS = Path.of("src/test/resources/cairn/nix/drv/ok");
    private static final Path BUILT = Path.of("src/test/resources/cairn/nix/realisation/ok");
    private static final Path GO_NIX = Path.of("../shared/fixtures/go-nix");

    @Test
    void computesThePathsThatNixComputed() throws IOException {
        var results = new TreeMap<String, Object>();
        var derivations = derivations(KINDS);
        var hasher = hasher(derivations);
        for (var entry : derivations.entrySet()) {
            var paths = hasher.outputs(entry.getKey(), entry.getValue());
            var stated = stated(entry.getValue());
            results.put(
                    Derivation.nameOf(entry.getKey()),
                    stated.isEmpty() ? paths : paths.equals(new Paths.Known(stated)));
        }
        assertEquals(
                Map.of(
                        "deferred", new Paths.Deferred(),
                        "flat", true,
                        "floating", new Paths.Deferred(),
                        "impure", new Paths.Deferred(),
                        "recursive", true,
                        "sources", true,
                        "structured", true,
                        "top", true),
                results);
    }

    @Test
    void computesThePathsOfTheFixturesWhoseInputsAreThere() throws IOException {
        assumeTrue(Files.isDirectory(GO_NIX), "the go-nix fixtures are not at " + GO_NIX);
        var derivations = derivations(GO_NIX);
        var hasher = hasher(derivations);
        var lacking = new TreeSet<String>();
        for (var entry : derivations.entrySet()) {
            switch (hasher.outputs(entry.getKey(), entry.getValue())) {
                case Paths.Known(var paths) -> assertEquals(stated(entry.getValue()), paths);
                case Paths.Deferred() -> throw new AssertionError(entry.getKey());
                case Paths.Lacking(var input) -> lacking.add(input.name());
            }
        }
        assertEquals(
                List.of(
                        "bar.drv",
                        "busybox.drv",
                        "fix-tests-when-building-without-regex-supports.patch.drv"),
                List.copyOf(lacking));
    }

    @Test
    void computesThePathsOfAWholeClosure() throws IOException {
        var closure = Nix.closure();
        var derivations = derivations(closure.nix().files("/nix/store"));
        var hasher = hasher(derivations);
        int known = 0;
        for (var entry : derivations.entrySet()) {
            if (hasher.outputs(entry.getKey(), entry.getValue())
                    instanceof Paths.Known(var paths)) {
                assertEquals(stated(entry.getValue()), paths);
                known++;
            }
        }
        assertEquals(
                derivations.values().stream().filter(drv -> !stated(drv).isEmpty()).count(), known);
    }

    /// The hashes are those by which Nix named the realisations beside them.
    @Test
    void computesTheHashesOfRealisations() throws IOException {
        var derivations = derivations(BUILT);
        var hasher = hasher(derivations);
        for (var entry : derivations.entrySet()) {
            String name = Derivation.nameOf(entry.getKey());
            var realisation =
                    Realisation.decode(
                            StorePath.NIX_STORE,
                            Bytes.wrap(Files.readAllBytes(BUILT.resolve(name + "-lib.doi"))));
            assertEquals(
                    Optional.of(realisation.id().derivation()),
                    hasher.hash(entry.getKey(), entry.getValue()));
        }
    }

    @Test
    void refusesDerivationsThatNeedEachOther() throws IOException {
        StorePath one = StorePath.of(Bytes.wrap(new byte[20]), "one.drv");
        StorePath two = StorePath.of(Bytes.wrap(new byte[20]), "two.drv");
        var derivations = Map.of(one, needing(two), two, needing(one));
        var e =
                assertThrows(
                        FormatException.class,
                        () -> hasher(derivations).outputs(one, needing(two)));
        assertEquals("derivation at byte 0: needs itself: " + one, e.getMessage());
    }

    @Test
    void followsAChainOfAnyLength() throws IOException {
        var derivations = new HashMap<StorePath, Derivation>();
        StorePath path = StorePath.of(Bytes.wrap(new byte[20]), "0.drv");
        derivations.put(path, needing());
        for (int i = 1; i < 20_000; i++) {
            var next = needing(path);
            path = StorePath.of(Bytes.wrap(new byte[20]), i + ".drv");
            derivations.put(path, next);
        }
        StorePath top = StorePath.of(Bytes.wrap(new byte[20]), "top.drv");
        assertInstanceOf(Paths.Known.class, hasher(derivations).outputs(top, needing(path)));
    }

    @Test
    void refusesAnOutputThatTheInputDoesNotHave() throws IOException {
        StorePath one = StorePath.of(Bytes.wrap(new byte[20]), "one.drv");
        var asking = needing(one);
        var lib = new TreeMap<>(asking.inputDerivations());
        lib.replaceAll((_, _) -> new TreeSet<>(List.of("lib")));
        var wrong =
                new Derivation(
                        asking.outputs(),
                        lib,
                        asking.inputSources(),
                        asking.system(),
                        asking.builder(),
                        asking.arguments(),
                        asking.environment());
        assertThrows(
                FormatException.class, () -> hasher(Map.of(one, needing())).outputs(one, wrong));
    }

    private static Derivation needing(StorePath... inputs) {
        var all = new TreeMap<StorePath, SortedSet<String>>();
        for (StorePath input : inputs) {
            all.put(input, new TreeSet<>(List.of("out")));
        }
        return new Derivation(
                new TreeMap<>(Map.of("out", new Output.Deferred())),
                all,
                new TreeSet<>(),
                Bytes.utf8("x"),
                Bytes.utf8("b"),
                List.of(),
                new TreeMap<>());
    }

    private static DerivationHasher hasher(Map<StorePath, Derivation> derivations) {
        return new DerivationHasher(path -> Optional.ofNullable(derivations.get(path)));
    }

    /// The paths that a derivation says its outputs have.
    private static SortedMap<String, StorePath> stated(Derivation derivation) {
        var paths = new TreeMap<String, StorePath>();
        derivation
                .outputs()
                .forEach((name, output) -> {
                    switch (output) {
                        case Output.InputAddressed(var path) -> paths.put(name, path);
                        case Output.Fixed(var path, _) -> paths.put(name, path);
                        case Output.Floating _, Output.Deferred _, Output.Impure _ -> {}
                    }
                });
        return paths;
    }

    private static Map<StorePath, Derivation> derivations(Path folder) throws IOException {
        var derivations = new TreeMap<StorePath, Derivation>();
        try (var files = Files.newDirectoryStream(folder, "*.drv")) {
            for (Path file : files) {
                derivations.put(
                        StorePath.parse(StorePath.NIX_STORE, file.getFileName().toString()),
                        Derivation.decode(Bytes.wrap(Files.readAllBytes(file))));
            }
        }
        return derivations;
    }
}
