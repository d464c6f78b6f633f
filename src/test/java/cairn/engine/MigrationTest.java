package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.Bytes;
import cairn.engine.Migration.Amount;
import cairn.engine.Migration.Failed;
import cairn.engine.Migration.Why;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.Pin;
import cairn.store.Progress;
import cairn.trust.TrustedKeys;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationTest {
    private static final StorePath LOWER = Samples.path("lower");
    private static final StorePath MIDDLE = Samples.path("middle");
    private static final StorePath UPPER = Samples.path("upper");
    private static final StorePath ALONE = Samples.path("alone");

    /// Of the same content as another.
    private static final StorePath TWIN =
            StorePath.of(NixHash.sha256Of(Bytes.utf8("twin")).digest().slice(0, 20), "lower");

    /// What a file of five or six bytes takes as a NAR.
    private static final long NAR = 120;

    @TempDir private Path folder;
    private Path cache = Path.of("");

    @BeforeEach
    void fillACache() throws IOException {
        cache = folder.resolve("cache");
        try (var engine = Engine.open(folder.resolve("first"));
                var to = engine.target("file://" + cache + "?compression=none")) {
            Samples.put(engine.local(), LOWER);
            Samples.put(engine.local(), MIDDLE, LOWER);
            Samples.put(engine.local(), UPPER, LOWER, MIDDLE);
            Samples.put(engine.local(), ALONE);
            Samples.put(engine.local(), TWIN);
            engine.copyOut(to, List.of(UPPER, ALONE, TWIN), Progress.NONE);
        }
    }

    @Test
    void plansWithoutReadingContents() throws IOException {
        emptyArchives();
        try (var engine = Engine.open(folder.resolve("home"));
                var from = engine.open("file://" + cache)) {
            Samples.put(engine.local(), ALONE);
            assertEquals(
                    new Migration.Plan(
                            "file://" + cache,
                            new Amount(5, 5 * NAR),
                            new Amount(1, NAR),
                            new Amount(4, 4 * NAR),
                            new Amount(1, NAR),
                            Map.of(),
                            5,
                            List.of()),
                    Migration.of(engine, from, Progress.NONE).plan());
        }
    }

    @Test
    void bringsEverythingAndSaysThatItVerifies() throws IOException {
        try (var engine = Engine.open(folder.resolve("home"));
                var from = engine.open("file://" + cache)) {
            var migration = Migration.of(engine, from, Progress.NONE);
            var brought = migration.bring(Progress.NONE);
            assertEquals(5, brought.copied().newPaths());
            assertEquals(List.of(), brought.failed());
            assertEquals(
                    new Migration.Statement(
                            5, List.of(), Map.of(Check.Trust.UNSIGNED, 5L), Map.of()),
                    migration.verify(TrustedKeys.NONE, Progress.NONE));
            assertEquals(texts(UPPER, ALONE, TWIN), pinned(engine));
        }
    }

    @Test
    void asksForNothingThatIsHere() throws IOException {
        try (var engine = Engine.open(folder.resolve("home"));
                var from = engine.open("file://" + cache)) {
            Migration.of(engine, from, Progress.NONE).bring(Progress.NONE);
            emptyArchives();
            var again = Migration.of(engine, from, Progress.NONE);
            assertEquals(new Amount(5, 5 * NAR), again.plan().here());
            assertEquals(List.of(), again.bring(Progress.NONE).failed());
        }
    }

    /// Nobody signed it, so it is no more than a claim.
    @Test
    void bringsWhatTheCacheKnowsOfBuilds() throws IOException {
        String id = "sha256:" + "1".repeat(64) + "!out";
        Path folder = Files.createDirectories(cache.resolve("realisations"));
        Files.writeString(
                folder.resolve(id + ".doi"),
                """
                {"id":"%s","outPath":"%s","signatures":[],"dependentRealisations":{}}\
                """
                        .formatted(id, UPPER.base()));
        Files.writeString(folder.resolve("damaged.doi"), "");
        try (var engine = Engine.open(this.folder.resolve("home"));
                var from = engine.open("file://" + cache)) {
            var migration = Migration.of(engine, from, Progress.NONE);
            assertEquals(1, migration.bring(Progress.NONE).realisations());
            assertFalse(engine.catalog().realisation(id).orElseThrow().vouched());
        }
    }

    @Test
    void namesWhatIsDamagedAndBringsTheOthers() throws IOException {
        Path archive = archive(MIDDLE);
        byte[] bytes = Files.readAllBytes(archive);
        bytes[97] ^= 1; // in the file's content
        Files.write(archive, bytes);
        Files.writeString(cache.resolve(ALONE.hash() + ".narinfo"), "StorePath: none\n");
        try (var engine = Engine.open(folder.resolve("home"));
                var from = engine.open("file://" + cache)) {
            var migration = Migration.of(engine, from, Progress.NONE);
            var narinfo =
                    new Failed(
                            ALONE.hash(),
                            Why.DAMAGED,
                            "StorePath: 'none' does not start with a store's folder");
            assertEquals(List.of(narinfo), migration.plan().cannotCome());
            var failed = migration.bring(Progress.NONE).failed();
            assertEquals(
                    Map.of(
                            ALONE.hash(),
                            Why.DAMAGED,
                            MIDDLE.toString(),
                            Why.DAMAGED,
                            UPPER.toString(),
                            Why.HELD_BACK),
                    failed.stream().collect(Collectors.toMap(Failed::path, Failed::why)));
            assertEquals(UPPER.toString(), failed.getLast().path());
            assertEquals(2, migration.verify(TrustedKeys.NONE, Progress.NONE).intact());
            assertEquals(texts(LOWER, TWIN), pinned(engine));
        }
    }

    @Test
    void knowsBeforehandWhatTheSourceLacks() throws IOException {
        Files.delete(cache.resolve(LOWER.hash() + ".narinfo"));
        try (var engine = Engine.open(folder.resolve("home"));
                var from = engine.open("file://" + cache)) {
            assertEquals(
                    Set.of(
                            new Failed(
                                    MIDDLE.toString(),
                                    Why.HELD_BACK,
                                    "refers to " + LOWER + ", which does not come"),
                            new Failed(
                                    UPPER.toString(),
                                    Why.HELD_BACK,
                                    "refers to " + MIDDLE + ", which does not come")),
                    Set.copyOf(Migration.of(engine, from, Progress.NONE).plan().cannotCome()));
            Samples.put(engine.local(), LOWER);
            assertEquals(List.of(), Migration.of(engine, from, Progress.NONE).plan().cannotCome());
        }
    }

    @Test
    void bringsTheClosuresThatAreNamed() throws IOException {
        try (var engine = Engine.open(folder.resolve("home"));
                var from = engine.open("file://" + cache)) {
            var nowhere = Samples.path("nowhere");
            var migration = Migration.of(engine, from, List.of(MIDDLE, nowhere), Progress.NONE);
            assertEquals(
                    List.of(
                            new Failed(
                                    nowhere.toString(), Why.LACKING, "is not in file://" + cache)),
                    migration.bring(Progress.NONE).failed());
            assertEquals(Set.of(LOWER, MIDDLE), Set.copyOf(engine.catalog().storePaths()));
        }
    }

    @Test
    void keepsApartWhatIsHereWithOtherContent() throws IOException {
        try (var engine = Engine.open(folder.resolve("home"));
                var from = engine.open("file://" + cache)) {
            Samples.put(engine.local(), TWIN);
            Samples.put(engine.local(), LOWER, TWIN);
            var migration = Migration.of(engine, from, Progress.NONE);
            assertEquals(
                    List.of(
                            new Failed(
                                    LOWER.toString(),
                                    Why.DIFFERENT,
                                    "is here with other content or references")),
                    migration.bring(Progress.NONE).failed());
            assertEquals(4, migration.verify(TrustedKeys.NONE, Progress.NONE).intact());
        }
    }

    @Test
    void goesOnWithoutAnArchiveThatTheServerFailsToGive() throws IOException {
        String lost = cache.relativize(archive(ALONE)).toString();
        var server = serve(name -> name.equals(lost));
        try (var engine = Engine.open(folder.resolve("home"));
                var from = engine.open(uri(server))) {
            var migration = Migration.of(engine, from, List.of(UPPER, ALONE, TWIN), Progress.NONE);
            assertEquals(
                    List.of(
                            new Failed(
                                    ALONE.toString(),
                                    Why.UNREADABLE,
                                    "%s/%s answers 500".formatted(uri(server), lost))),
                    migration.bring(Progress.NONE).failed());
            assertEquals(4, migration.verify(TrustedKeys.NONE, Progress.NONE).intact());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void endsWhereTheServerGivesNothingAnyMore() throws IOException {
        var server = serve(name -> name.startsWith("nar/"));
        try (var engine = Engine.open(folder.resolve("home"));
                var from = engine.open(uri(server))) {
            var roots = List.of(LOWER, ALONE, TWIN);
            var migration = Migration.of(engine, from, roots, Progress.NONE);
            assertThrows(IOException.class, () -> migration.bring(Progress.NONE));
        } finally {
            server.stop(0);
        }
    }

    /// Serves the cache, but for what it fails to give.
    private HttpServer serve(Predicate<String> fails) throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    String name = exchange.getRequestURI().getPath().substring(1);
                    if (fails.test(name) || !Files.exists(cache.resolve(name))) {
                        exchange.sendResponseHeaders(fails.test(name) ? 500 : 404, -1);
                        exchange.close();
                        return;
                    }
                    byte[] bytes = Files.readAllBytes(cache.resolve(name));
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
        return server;
    }

    private static String uri(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private Path archive(StorePath path) throws IOException {
        return cache.resolve(
                Files.readAllLines(cache.resolve(path.hash() + ".narinfo")).stream()
                        .filter(line -> line.startsWith("URL: "))
                        .map(line -> line.substring("URL: ".length()))
                        .findFirst()
                        .orElseThrow());
    }

    private void emptyArchives() throws IOException {
        try (var archives = Files.list(cache.resolve("nar"))) {
            for (Path archive : archives.toList()) {
                Files.delete(archive);
            }
        }
    }

    private static Set<String> pinned(Engine engine) throws IOException {
        return engine.catalog().pins().stream().map(Pin::name).collect(Collectors.toSet());
    }

    private static Set<String> texts(StorePath... paths) {
        return Stream.of(paths).map(StorePath::toString).collect(Collectors.toSet());
    }
}
