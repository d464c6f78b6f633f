package cairn.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.engine.Copy;
import cairn.engine.Engine;
import cairn.engine.Migration;
import cairn.engine.Substituters;
import cairn.nix.StorePath;
import cairn.nix.TreeReader;
import cairn.store.Progress;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Work that is cancelled while it waits for a store that gives nothing more, for which it would
/// wait a quarter of a minute.
@Timeout(value = 10, unit = TimeUnit.SECONDS)
class StalledStoreTest {
    private static final String HASH = "g4pss6y41yympq9ixm4zvyrb2kyzlvkc";
    private static final String NAR = "nar/" + HASH + ".nar";
    private static final StorePath PATH = new StorePath(StorePath.NIX_STORE, HASH, "large");

    @TempDir private Path folder;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final Progress progress = Progress.until(cancelled::get);
    private SecretKey key;
    private FakeCache cache;
    private Engine engine;

    @BeforeEach
    void serve() throws IOException {
        key = SecretKey.generate("cache-1", new SecureRandom());
        cache = new FakeCache();
        byte[] nar =
                FakeCache.nar(
                        new TreeReader(Files.write(folder.resolve("large"), new byte[1 << 20])));
        cache.offer(PATH.toString(), nar, nar, key);
        var _ = cache.stopsAfter(1 << 18);
        engine = Engine.open(folder.resolve("home"));
    }

    @AfterEach
    void close() throws IOException {
        threads.shutdownNow();
        cache.close();
        engine.close();
    }

    @Test
    void aCopyEndsAtOnce() throws Exception {
        try (var from = engine.open(cache.url())) {
            var copy = threads.submit(() -> engine.copyIn(from, List.of(PATH), true, progress));
            awaitArchive();
            cancelled.set(true);
            var e = assertThrows(ExecutionException.class, copy::get);
            assertInstanceOf(CancellationException.class, e.getCause());
        }
        assertEquals(List.of(), engine.catalog().paths());
    }

    @Test
    void aCopyFromOneToAnotherEndsAtOnce() throws Exception {
        try (var from = engine.open(cache.url());
                var to = engine.target("file://" + folder.resolve("cache"))) {
            var copy = threads.submit(() -> Copy.run(from, to, List.of(PATH), progress));
            awaitArchive();
            cancelled.set(true);
            var e = assertThrows(ExecutionException.class, copy::get);
            assertInstanceOf(CancellationException.class, e.getCause());
        }
    }

    @Test
    void aVerificationEndsAtOnce() throws Exception {
        try (var other = engine.open(cache.url())) {
            var verify =
                    threads.submit(() -> {
                        engine.verify(
                                other, List.of(PATH), TrustedKeys.NONE, true, progress, _ -> {});
                        return true;
                    });
            awaitArchive();
            cancelled.set(true);
            var e = assertThrows(ExecutionException.class, verify::get);
            assertInstanceOf(CancellationException.class, e.getCause());
        }
    }

    @Test
    void aMigrationEndsAtOnce() throws Exception {
        try (var from = engine.open(cache.url())) {
            var migration = Migration.of(engine, from, List.of(PATH), progress);
            var bringing = threads.submit(() -> migration.bring(progress));
            awaitArchive();
            cancelled.set(true);
            var e = assertThrows(ExecutionException.class, bringing::get);
            assertInstanceOf(CancellationException.class, e.getCause());
        }
    }

    @Test
    void whatADerivationLacksIsGivenUpAtOnce() throws Exception {
        String derivation =
                "Derive([(\"out\",\"/nix/store/%s-out\",\"\",\"\")],[],[\"%s\"],\"x\",\"/bin/sh\",[],[])"
                        .formatted("0".repeat(32), PATH);
        Path file = Files.writeString(folder.resolve("1".repeat(32) + "-x.drv"), derivation);
        Files.writeString(
                folder.resolve("home/cairn.toml"),
                "trusted-keys = ['%s']\nsubstituters = ['%s']\n"
                        .formatted(key.publicKey(), cache.url()));
        var supply = threads.submit(() -> engine.provision().supply(file.toString(), progress));
        awaitArchive();
        cancelled.set(true);
        var e = assertThrows(ExecutionException.class, supply::get);
        assertInstanceOf(CancellationException.class, e.getCause());
    }

    @Test
    void whoeverWaitsIsToldThatNothingComes() throws Exception {
        var stores =
                Substituters.open(
                        engine, List.of(cache.url()), new TrustedKeys(List.of(key.publicKey())));
        var bringing = threads.submit(() -> stores.bring(HASH));
        awaitArchive();
        stores.close();
        var e = assertThrows(ExecutionException.class, bringing::get);
        assertInstanceOf(IOException.class, e.getCause());
        assertFalse(stores.bring(HASH));
    }

    /// Each would wait for the other.
    @Test
    void pathsThatReferToEachOtherAreRefused() throws Exception {
        byte[] nar = FakeCache.nar(new TreeReader(Files.writeString(folder.resolve("file"), "x")));
        var one = new StorePath(StorePath.NIX_STORE, "1".repeat(32), "one");
        var other = new StorePath(StorePath.NIX_STORE, "2".repeat(32), "other");
        try (var stores =
                Substituters.open(
                        engine, List.of(cache.url()), new TrustedKeys(List.of(key.publicKey())))) {
            cache.offer(one.toString(), nar, nar, key, other);
            cache.offer(other.toString(), nar, nar, key, one);
            var e = assertThrows(IOException.class, () -> stores.bring(one.hash()));
            assertTrue(String.valueOf(e.getMessage()).contains("refer to each other"));
        }
        assertEquals(List.of(), engine.catalog().paths());
    }

    private void awaitArchive() {
        while (cache.asked(NAR) == 0) {
            Thread.onSpinWait();
        }
    }
}
