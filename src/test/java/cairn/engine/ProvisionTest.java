package cairn.engine;

import static cairn.engine.Samples.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.Derivation;
import cairn.nix.DerivationHasher;
import cairn.nix.NarSource;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.store.PathStore;
import cairn.store.Pin;
import cairn.store.Progress;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An application of a source and a tool; the tool is built of a script and fetched sources, and
/// needs a library when it runs.
class ProvisionTest {
    private static final StorePath APPLICATION = path("application.drv");
    private static final StorePath SOURCE = path("source");
    private static final StorePath TOOL = path("tool");
    private static final StorePath TOOL_DRV = path("tool.drv");
    private static final StorePath SCRIPT = path("script");
    private static final StorePath LIBRARY = path("library");
    private static final StorePath FETCH = path("sources.tar.drv");

    /// As Nix names it after its content.
    private static final StorePath FETCHED =
            new StorePath(StorePath.NIX_STORE, "1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r", "sources.tar");

    @TempDir private Path folder;
    private Engine engine;
    private SecretKey key;

    @BeforeEach
    void open() throws IOException {
        engine = Engine.open(folder.resolve("home"));
        key = SecretKey.generate("cache.example-1", new SecureRandom());
        Files.writeString(
                folder.resolve("home/cairn.toml"),
                "trusted-keys = ['%s']\nsubstituters = ['%s']\n"
                        .formatted(key.publicKey(), cacheUri()));
        try (var cache = cache()) {
            Samples.put(cache, path("unrelated"));
            cache.commit();
        }
        derivation(APPLICATION, output(path("application")), Map.of(TOOL_DRV, "out"), SOURCE);
        derivation(TOOL_DRV, output(TOOL), Map.of(FETCH, "out"), SCRIPT);
        derivation(
                FETCH,
                "(\"out\",\"%s\",\"r:sha256\",\"%s\")".formatted(FETCHED, "0".repeat(64)),
                Map.of());
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    @Test
    void canBeBuiltOfWhatIsHere() throws IOException {
        put(SOURCE, TOOL);
        var readiness = asked();
        assertTrue(readiness.isReady());
        assertFalse(readiness.built());
        assertEquals(2, readiness.here());
        assertEquals(List.of(), readiness.builds());
        assertEquals("x86_64-linux", readiness.system());
    }

    @Test
    void whatIsNotHereIsBuiltIfItsOwnNeedsAre() throws IOException {
        put(SOURCE, SCRIPT, FETCHED);
        var readiness = asked();
        assertEquals(List.of(), readiness.lacks());
        assertEquals(List.of(TOOL_DRV), readiness.builds());
        assertEquals(3, readiness.here());
    }

    @Test
    void nothingIsNeededForWhatIsBuiltAlready() throws IOException {
        put(path("application"));
        var readiness = asked();
        assertTrue(readiness.built());
        assertTrue(readiness.isReady());
    }

    @Test
    void tellsWhatIsLackingAndWhoHasIt() throws IOException {
        offer(LIBRARY);
        offer(TOOL, LIBRARY);
        var readiness = asked();
        assertEquals(
                """
                source SOURCE for application.drv, nobody
                tool OUTPUT for application.drv, trusted
                library REFERENCE for tool, trusted\
                """,
                lines(readiness));
        assertEquals(List.of(), readiness.builds());
        assertFalse(readiness.isObtainable());
        assertEquals(cacheUri(), readiness.lacks().get(1).holder().orElseThrow().uri());
    }

    @Test
    void whatNobodyHasIsBuiltOfWhatThatTakes() throws IOException {
        put(SOURCE, SCRIPT);
        var readiness = asked();
        assertEquals("sources.tar FETCHED for tool.drv, nobody", lines(readiness));
        assertEquals(List.of(TOOL_DRV), readiness.builds());
    }

    @Test
    void nobodyIsAskedOffline() throws IOException {
        put(SOURCE, SCRIPT);
        offer(LIBRARY);
        offer(TOOL, LIBRARY);
        var readiness = engine.provision().readiness("application.drv", true, Progress.NONE);
        assertFalse(readiness.asked());
        assertEquals("sources.tar FETCHED for tool.drv, nobody", lines(readiness));
    }

    @Test
    void whoIsNotTrustedIsToldAndNotDrawnUpon() throws IOException {
        put(SOURCE, SCRIPT);
        try (var cache = cache()) {
            Samples.put(cache, FETCHED);
            cache.commit();
        }
        var readiness = asked();
        assertEquals("sources.tar FETCHED for tool.drv, not trusted", lines(readiness));
        assertEquals(List.of(), readiness.obtainable());
        var supply = engine.provision().supply("application.drv", Progress.NONE);
        assertEquals(0, supply.paths());
    }

    @Test
    void whatRefersToSomethingThatNobodyHasIsRatherBuilt() throws IOException {
        put(SOURCE, SCRIPT);
        offer(FETCHED);
        try (var cache = cache()) {
            Samples.put(cache, LIBRARY);
            cache.commit();
        }
        offer(TOOL, LIBRARY);
        var readiness = asked();
        assertEquals("sources.tar FETCHED for tool.drv, trusted", lines(readiness));
        assertEquals(List.of(TOOL_DRV), readiness.builds());
        assertTrue(readiness.isObtainable());
    }

    @Test
    void whatRefersToSomethingThatIsBuiltIsBuiltToo() throws IOException {
        put(SOURCE, SCRIPT);
        var maker = path("maker.drv");
        derivation(maker, output(LIBRARY), Map.of(FETCH, "out"), SCRIPT);
        offer(FETCHED);
        try (var cache = cache()) {
            Samples.put(cache, path("stranger"));
            cache.commit();
        }
        offer(LIBRARY, path("stranger"));
        offer(TOOL, LIBRARY);
        var both = path("both.drv");
        derivation(both, output(path("both")), Map.of(TOOL_DRV, "out", maker, "out"));
        var readiness = asked("both.drv");
        assertEquals("sources.tar FETCHED for maker.drv, trusted", lines(readiness));
        assertEquals(Set.of(TOOL_DRV, maker), Set.copyOf(readiness.builds()));
    }

    @Test
    void bringsWhatIsLackingAndPinsIt() throws IOException {
        put(SOURCE);
        offer(LIBRARY);
        offer(TOOL, LIBRARY);
        var supply = engine.provision().supply("application.drv", Progress.NONE);
        assertEquals(2, supply.paths());
        assertEquals(narSize(TOOL) + narSize(LIBRARY), supply.bytes());
        assertTrue(supply.after().isReady());
        assertTrue(asked().isReady());
        assertEquals(
                List.of(TOOL.toString()), engine.catalog().pins().stream().map(Pin::name).toList());
    }

    @Test
    void bringsADerivationAndWhatIsLackingThen() throws IOException {
        var other = path("other.drv");
        derivation(other, output(path("other")), Map.of(path("absent.drv"), "out"));
        assertEquals("absent.drv DERIVATION for other.drv, nobody", lines(asked("other.drv")));
        offer(SCRIPT);
        Bytes text = text(output(path("absent")), Map.of(), SCRIPT);
        try (var cache = cache()) {
            put(cache, path("absent.drv"), text, key);
            cache.commit();
        }
        var supply = engine.provision().supply("other.drv", Progress.NONE);
        assertEquals(2, supply.paths());
        assertTrue(supply.after().isReady());
        assertEquals(List.of(path("absent.drv")), supply.after().builds());
    }

    @Test
    void whatAContentAddressedDerivationGaveIsKnownByItsRealisation() throws IOException {
        String floating = "(\"out\",\"\",\"r:sha256\",\"\")";
        var maker = path("maker.drv");
        derivation(maker, floating, Map.of(), SCRIPT);
        derivation(path("user.drv"), output(path("user")), Map.of(maker, "out"));
        put(TOOL);
        assertEquals("script SOURCE for maker.drv, nobody", lines(asked("user.drv")));
        var hasher = new DerivationHasher(_ -> Optional.empty());
        var hash = hasher.hash(maker, Derivation.decode(text(floating, Map.of(), SCRIPT)));
        var realisation =
                new Realisation(
                        new Realisation.Id(hash.orElseThrow(), "out"),
                        TOOL,
                        new TreeSet<>(),
                        new TreeMap<>());
        assertTrue(new Realisations(engine.store(), TrustedKeys.NONE).put(realisation, true));
        assertTrue(asked("user.drv").isReady());
        assertEquals(List.of(), asked("user.drv").builds());
    }

    @Test
    void readsDerivationsThatLieOnTheDisk() throws IOException {
        Path store = Files.createDirectories(folder.resolve("store"));
        Path file = store.resolve(path("loose.drv").base());
        Files.write(
                file, text(output(path("loose")), Map.of(path("below.drv"), "out")).toByteArray());
        Files.write(
                store.resolve(path("below.drv").base()),
                text(output(path("below")), Map.of(), SCRIPT).toByteArray());
        put(SCRIPT);
        var readiness = asked(file.toString());
        assertTrue(readiness.isReady());
        assertEquals(List.of(path("below.drv")), readiness.builds());
    }

    @Test
    void refusesWhatIsNoDerivation() throws IOException {
        put(SOURCE);
        assertThrows(NoSuchFileException.class, () -> asked("nowhere"));
        var e = assertThrows(FormatException.class, () -> asked("source"));
        assertEquals(SOURCE + " is none, and nobody told by which it was built", e.problem());
        derivation(path("a.drv"), output(path("a")), Map.of(path("b.drv"), "out"));
        derivation(path("b.drv"), output(path("b")), Map.of(path("a.drv"), "out"));
        var circle = assertThrows(FormatException.class, () -> asked("a.drv"));
        assertEquals(path("a.drv") + " needs itself", circle.problem());
    }

    @Test
    void stopsWhenItIsCancelled() {
        assertThrows(
                CancellationException.class,
                () ->
                        engine.provision()
                                .readiness("application.drv", false, Progress.until(() -> true)));
    }

    @Test
    void namesWhatAnAmbiguousNameMayMean() throws IOException {
        var other = new StorePath(APPLICATION.folder(), "0".repeat(32), APPLICATION.name());
        Samples.put(engine.local(), other);
        var e = assertThrows(NoSuchFileException.class, () -> asked("application.drv"));
        assertEquals(
                "may mean %s-application.drv, %s-application.drv; say which by its hash"
                        .formatted("0".repeat(32), APPLICATION.hash()),
                e.getReason());
        assertEquals(APPLICATION, asked(APPLICATION.hash()).derivation());
    }

    private Readiness asked() throws IOException {
        return asked("application.drv");
    }

    private Readiness asked(String derivation) throws IOException {
        return engine.provision().readiness(derivation, false, Progress.NONE);
    }

    private static String lines(Readiness readiness) {
        return readiness.lacks().stream()
                .map(lack ->
                        "%s %s for %s, %s"
                                .formatted(
                                        lack.path().name(),
                                        lack.kind(),
                                        lack.neededBy().name(),
                                        lack.isObtainable()
                                                ? "trusted"
                                                : lack.holder().isPresent()
                                                        ? "not trusted"
                                                        : "nobody"))
                .collect(Collectors.joining("\n"));
    }

    private void put(StorePath... paths) throws IOException {
        for (StorePath each : paths) {
            Samples.put(engine.local(), each);
        }
    }

    private String cacheUri() {
        return "file://" + folder.resolve("cache");
    }

    private PathStore cache() throws IOException {
        return engine.target(cacheUri());
    }

    /// Lets the cache have a path that it signs.
    private void offer(StorePath path, StorePath... references) throws IOException {
        try (var cache = cache()) {
            put(cache, path, Bytes.utf8(path.name()), key, references);
            cache.commit();
        }
    }

    private static long narSize(StorePath path) throws IOException {
        return nar(Bytes.utf8(path.name())).length();
    }

    private static Bytes nar(Bytes content) throws IOException {
        var out = new ByteArrayOutputStream();
        new NarWriter(out).regular(false, content.length(), content.toInputStream());
        return Bytes.wrap(out.toByteArray());
    }

    private static void put(
            PathStore store, StorePath path, Bytes content, SecretKey key, StorePath... references)
            throws IOException {
        NarSource source = sink -> sink.regular(false, content.length(), content.toInputStream());
        Bytes nar = nar(content);
        var unsigned =
                new PathInfo(
                        path,
                        NixHash.sha256Of(nar),
                        nar.length(),
                        List.of(references),
                        Optional.empty(),
                        List.of(),
                        Optional.empty());
        store.put(
                new PathInfo(
                        path,
                        unsigned.narHash(),
                        unsigned.narSize(),
                        unsigned.references(),
                        Optional.empty(),
                        List.of(key.sign(Bytes.utf8(unsigned.fingerprint())).toString()),
                        Optional.empty()),
                source);
    }

    private static String output(StorePath path) {
        return "(\"out\",\"%s\",\"\",\"\")".formatted(path);
    }

    private void derivation(
            StorePath path, String output, Map<StorePath, String> inputs, StorePath... sources)
            throws IOException {
        put(engine.local(), path, text(output, inputs, sources), key);
    }

    private static Bytes text(String output, Map<StorePath, String> inputs, StorePath... sources) {
        return Bytes.utf8(
                "Derive([%s],[%s],[%s],\"x86_64-linux\",\"/bin/sh\",[],[])"
                        .formatted(
                                output,
                                new TreeMap<>(inputs)
                                        .entrySet().stream()
                                                .map(input ->
                                                        "(\"%s\",[\"%s\"])"
                                                                .formatted(
                                                                        input.getKey(),
                                                                        input.getValue()))
                                                .collect(Collectors.joining(",")),
                                Stream.of(sources)
                                        .map(source -> "\"" + source + "\"")
                                        .collect(Collectors.joining(","))));
    }
}
