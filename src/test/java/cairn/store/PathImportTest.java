package cairn.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.NarReader;
import cairn.nix.NarSource;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PathImportTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);
    private static final StorePath A = path("a");
    private static final StorePath B = path("b");

    @TempDir private Path home;
    private Store store;

    @BeforeEach
    void open() throws IOException {
        store = Store.open(home);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    @Test
    void givesBackEveryNarThatNixMakes() throws IOException {
        var closure = Nix.closure();
        var nars = new LinkedHashMap<StorePath, byte[]>();
        for (String path : closure.paths()) {
            nars.put(StorePath.parse(path), closure.nix().dump(path));
        }
        try (var paths = new PathImport(store, CLOCK, Progress.NONE)) {
            for (var nar : nars.entrySet()) {
                paths.add(info(nar.getKey(), nar.getValue()), source(nar.getValue()));
            }
            paths.commit();
        }
        var local = new LocalStore(store, CLOCK);
        for (var nar : nars.entrySet()) {
            assertArrayEquals(
                    nar.getValue(), written(local.nar(nar.getKey())), nar.getKey().name());
        }
    }

    @Test
    void namesAPathTheSameWhateverElseIsThere() throws IOException {
        add(info(A, nar("one")), nar("one"));
        var first = store.catalog().path(A).orElseThrow();
        try (var other = Store.open(home.resolve("other"));
                var paths = new PathImport(other, CLOCK, Progress.NONE)) {
            paths.add(info(B, nar("two")), source(nar("two")));
            var second = paths.add(info(A, nar("one")), source(nar("one")));
            assertEquals(first.cid(), second.cid());
            assertEquals(first.tree(), second.tree());
        }
    }

    @Test
    void refusesContentThatIsNotAsPromised() throws IOException {
        var e = assertThrows(FormatException.class, () -> add(info(A, nar("one")), nar("two")));
        assertEquals(
                "nar at byte 0: %s has 120 bytes and hash %s, not 120 and %s as promised"
                        .formatted(A, info(A, nar("two")).narHash(), info(A, nar("one")).narHash()),
                e.getMessage());
        assertEquals(Optional.empty(), store.catalog().path(A));
    }

    @Test
    void refusesAPathWhoseReferencesAreMissingAndNamesThem() {
        var e = assertThrows(IOException.class, () -> add(info(A, nar("one"), B), nar("one")));
        assertEquals(
                "%s refers to paths that are not here: %s. Import these first, or its closure."
                        .formatted(A, B),
                e.getMessage());
    }

    @Test
    void refusesOtherContentUnderTheNameOfAPathThatIsHere() throws IOException {
        add(info(A, nar("one")), nar("one"));
        assertThrows(FileAlreadyExistsException.class, () -> add(info(A, nar("two")), nar("two")));
        assertArrayEquals(nar("one"), written(new LocalStore(store, CLOCK).nar(A)));
    }

    /// Both were free to come when they were read.
    @Test
    void refusesOtherContentThatWasCommittedMeanwhile() throws IOException {
        try (var one = new PathImport(store, CLOCK, Progress.NONE);
                var other = new PathImport(store, CLOCK, Progress.NONE)) {
            StoredPath _ = one.add(info(A, nar("one")), source(nar("one")));
            var tree = other.tree(source(nar("two")), Long.MAX_VALUE);
            var second = other.add(info(A, nar("two")), tree);
            one.commit();
            var pin = new Pin("two", second.cid(), Instant.EPOCH);
            assertThrows(FileAlreadyExistsException.class, () -> other.commit(List.of(pin)));
        }
        assertEquals(List.of(), store.catalog().pins());
        assertArrayEquals(nar("one"), written(new LocalStore(store, CLOCK).nar(A)));
    }

    @Test
    void ofTwoImportsOfAPathOneWaitsAndReadsNothing() throws IOException {
        var told = new CompletableFuture<String>();
        try (var one = new PathImport(store, CLOCK, Progress.NONE);
                var second = Store.open(home);
                var other = new PathImport(second, CLOCK, telling(told))) {
            var first = one.add(info(A, nar("one")), source(nar("one")));
            var waiting =
                    adding(
                            other,
                            _ -> {
                                throw new IOException("it is read");
                            });
            assertEquals("waiting for another import of a", told.join());
            one.commit();
            assertEquals(first.cid(), waiting.join().cid());
            other.commit();
            assertEquals(List.of(1L, 0L), List.of(one.newPaths(), other.newPaths()));
        }
    }

    @Test
    void whoWaitsBringsThePathIfTheOtherDoesNot() throws IOException {
        var told = new CompletableFuture<String>();
        try (var other = new PathImport(store, CLOCK, telling(told))) {
            CompletableFuture<StoredPath> waiting;
            try (var one = new PathImport(store, CLOCK, Progress.NONE)) {
                StoredPath _ = one.add(info(A, nar("one")), source(nar("one")));
                waiting = adding(other, source(nar("one")));
                assertEquals("waiting for another import of a", told.join());
            }
            assertEquals(A, waiting.join().info().path());
            other.commit();
            assertEquals(1, other.newPaths());
        }
    }

    /// Else two that bring the same paths in another order would wait for each other.
    @Test
    void whoWaitsHasCommittedWhatOthersMayWaitFor() throws IOException {
        var told = new CompletableFuture<String>();
        try (var one = new PathImport(store, CLOCK, Progress.NONE);
                var other = new PathImport(store, CLOCK, telling(told))) {
            StoredPath _ = one.add(info(A, nar("one")), source(nar("one")));
            StoredPath _ = other.add(info(B, nar("two")), source(nar("two")));
            var waiting = adding(other, source(nar("one")));
            assertEquals("waiting for another import of a", told.join());
            assertTrue(store.catalog().path(B).isPresent());
            one.commit();
            assertEquals(A, waiting.join().info().path());
        }
    }

    @Test
    void aContentAddressIsRefusedIfTheContentHasAnother() throws IOException {
        var info = info(A, nar("one"));
        var lie = "fixed:r:" + NixHash.sha256Of(Bytes.wrap(nar("two")));
        var claimed =
                new PathInfo(
                        A,
                        info.narHash(),
                        info.narSize(),
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        Optional.of(lie));
        assertThrows(FormatException.class, () -> add(claimed, nar("one")));
    }

    @Test
    void aSecondImportAddsWhatIsSaidOfThePath() throws IOException {
        var info = info(A, nar("one"));
        add(info, nar("one"));
        var signed =
                new PathInfo(
                        A,
                        info.narHash(),
                        info.narSize(),
                        List.of(),
                        Optional.of(path("a.drv")),
                        List.of("key:c2lnbmF0dXJl"),
                        Optional.empty());
        add(signed, nar("one"));
        assertEquals(signed, store.catalog().path(A).orElseThrow().info());
    }

    @Test
    void whatWasSaidFirstOfADeriverStays() throws IOException {
        add(said(Optional.of(path("a.drv")), List.of()), nar("one"));
        add(said(Optional.of(path("b.drv")), List.of("key:c2lnbmF0dXJl")), nar("one"));
        assertEquals(
                said(Optional.of(path("a.drv")), List.of("key:c2lnbmF0dXJl")),
                store.catalog().path(A).orElseThrow().info());
    }

    @Test
    void addsWhatIsSaidTwiceInOneImport() throws IOException {
        try (var paths = new PathImport(store, CLOCK, Progress.NONE)) {
            paths.add(said(Optional.empty(), List.of("x:c2ln")), source(nar("one")));
            paths.add(said(Optional.empty(), List.of("y:c2ln")), source(nar("one")));
            paths.commit();
        }
        assertEquals(
                List.of("x:c2ln", "y:c2ln"),
                store.catalog().path(A).orElseThrow().info().signatures());
    }

    @Test
    void refusesOtherReferencesOfAPathThatIsHere() throws IOException {
        add(info(B, nar("two")), nar("two"));
        add(info(A, nar("one"), B), nar("one"));
        var e =
                assertThrows(
                        FileAlreadyExistsException.class,
                        () -> add(info(A, nar("one")), nar("one")));
        assertEquals("is here with other references: [%s], not []".formatted(B), e.getReason());
    }

    @Test
    void refusesAPathWhoseHashAnotherHas() throws IOException {
        add(info(A, nar("one")), nar("one"));
        var other = new StorePath(A.folder(), A.hash(), "other");
        var e =
                assertThrows(
                        FileAlreadyExistsException.class,
                        () -> add(info(other, nar("two")), nar("two")));
        assertEquals("another path with this hash is here: " + A, e.getReason());
    }

    @Test
    void keepsAPathThatIsHereFromBeingCollected() throws IOException {
        add(info(A, nar("one")), nar("one"));
        add(info(B, nar("two"), A), nar("two"));
        try (var paths = new PathImport(store, CLOCK, Progress.NONE)) {
            var known = paths.add(info(B, nar("two"), A), source(nar("two")));
            assertEquals(0, store.collect(Roots.NONE, Progress.NONE).paths());
            paths.commit(List.of(new Pin("b", known.cid(), Instant.EPOCH)));
        }
        assertEquals(0, store.collect(Roots.NONE, Progress.NONE).paths());
        assertArrayEquals(nar("one"), written(new LocalStore(store, CLOCK).nar(A)));
    }

    @Test
    void keepsWhatAPathRefersToFromBeingCollected() throws IOException {
        add(info(A, nar("one")), nar("one"));
        try (var paths = new PathImport(store, CLOCK, Progress.NONE)) {
            paths.add(info(B, nar("two"), A), source(nar("two")));
            assertEquals(0, store.collect(Roots.NONE, Progress.NONE).paths());
            paths.commit();
        }
        assertEquals(List.of(B), store.catalog().referrers(A));
    }

    private static PathInfo said(Optional<StorePath> deriver, List<String> signatures)
            throws IOException {
        var info = info(A, nar("one"));
        return new PathInfo(
                A,
                info.narHash(),
                info.narSize(),
                List.of(),
                deriver,
                signatures,
                Optional.empty());
    }

    private void add(PathInfo info, byte[] nar) throws IOException {
        try (var paths = new PathImport(store, CLOCK, Progress.NONE)) {
            paths.add(info, source(nar));
            paths.commit();
        }
    }

    /// Adds the first path on another thread.
    private static CompletableFuture<StoredPath> adding(PathImport paths, NarSource content) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return paths.add(info(A, nar("one")), content);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                Thread::startVirtualThread);
    }

    /// Tells the first step.
    private static Progress telling(CompletableFuture<String> told) {
        return new Progress() {
            @Override
            public void step(String what, long done, long total) {
                told.complete(what);
            }

            @Override
            public boolean isCancelled() {
                return false;
            }
        };
    }

    private static NarSource source(byte[] nar) {
        return new NarReader(Bytes.wrap(nar).toInputStream());
    }

    private static byte[] nar(String text) throws IOException {
        var out = new ByteArrayOutputStream();
        Bytes content = Bytes.utf8(text);
        new NarWriter(out).regular(false, content.length(), content.toInputStream());
        return out.toByteArray();
    }

    private static byte[] written(NarSource source) throws IOException {
        var out = new ByteArrayOutputStream();
        source.writeTo(new NarWriter(out));
        return out.toByteArray();
    }

    private static PathInfo info(StorePath path, byte[] nar, StorePath... references) {
        return new PathInfo(
                path,
                NixHash.sha256Of(Bytes.wrap(nar)),
                nar.length,
                List.of(references),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    private static StorePath path(String name) {
        return StorePath.of(
                Bytes.wrap(new byte[20]).slice(0, 19).concat(Bytes.utf8(name).slice(0, 1)), name);
    }
}
