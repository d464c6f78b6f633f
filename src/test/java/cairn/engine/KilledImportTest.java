package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import cairn.nix.StorePath;
import cairn.store.Progress;
import cairn.store.Store;
import cairn.store.StoredPath;
import cairn.trust.TrustedKeys;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Imports by other processes: killed, and several at once.
class KilledImportTest {
    private static final int KILLS = 50;

    /// How many homes the kills are dealt out to, to use all processors.
    private static final int LANES = 2;

    @TempDir private Path folder;

    /// Imports paths, tells when it has come to some step, and goes on. If it told that, it waits
    /// at the end to be killed.
    static final class Importer {
        /// Arguments: the home, the store, the number of the step, whether to commit after each
        /// path, and the paths.
        public static void main(String[] arguments) throws IOException {
            var words = List.of(arguments);
            var paths = new ArrayList<StorePath>();
            for (String word : words.subList(4, words.size())) {
                paths.add(StorePath.parse(word));
            }
            var progress = new Steps(Long.parseLong(words.get(2)));
            try (var engine = Engine.open(Path.of(words.get(0)));
                    var from = engine.open(words.get(1))) {
                if (Boolean.parseBoolean(words.get(3))) {
                    for (StorePath path : paths) {
                        engine.copyIn(from, List.of(path), true, progress);
                    }
                } else {
                    engine.copyIn(from, paths, true, progress);
                }
            }
            System.out.println("done");
            if (progress.count >= progress.told && progress.told > 0) {
                int _ = System.in.read();
            }
        }
    }

    /// Counts how often it is told or asked something.
    private static final class Steps implements Progress {
        private final long told;
        private long count;

        Steps(long told) {
            this.told = told;
        }

        @Override
        public void step(String what, long done, long total) {
            count();
        }

        @Override
        public boolean isCancelled() {
            count();
            return false;
        }

        private void count() {
            if (++count == told) {
                System.out.println("now");
            }
        }
    }

    @Test
    void losesAndDamagesNothing() throws Exception {
        var closure = Nix.closure();
        Map<StorePath, StoredPath> whole;
        long steps;
        try (var engine = Engine.open(folder.resolve("whole"));
                var from = engine.open(closure.nix().uri())) {
            var counted = new Steps(0);
            engine.copyIn(from, List.of(StorePath.parse(closure.top())), true, counted);
            steps = counted.count;
            whole = paths(engine);
        }
        assertEquals(49, whole.size());
        try (var lanes = Executors.newVirtualThreadPerTaskExecutor()) {
            var done = new ArrayList<Future<Integer>>();
            for (int lane = 0; lane < LANES; lane++) {
                Path homes = folder.resolve("lane-" + lane);
                var random = new Random(lane);
                done.add(
                        lanes.submit(
                                () -> killAgainAndAgain(homes, random, steps, closure, whole)));
            }
            int kills = 0;
            for (Future<Integer> lane : done) {
                kills += lane.get();
            }
            assertEquals(KILLS, kills);
        }
    }

    private static int killAgainAndAgain(
            Path homes,
            Random random,
            long steps,
            Nix.Closure closure,
            Map<StorePath, StoredPath> whole)
            throws Exception {
        Path home = homes.resolve("0");
        int kills = 0;
        for (int round = 1; kills < KILLS / LANES; round++) {
            boolean oneByOne = random.nextBoolean();
            long step = random.nextLong(1, oneByOne ? steps / 4 : steps);
            if (importing(home, step, oneByOne, closure)) {
                kills++;
            }
            boolean complete = checkSound(home, whole);
            if (round % 10 == 0) {
                checkRepair(home);
            }
            if (complete) {
                home = homes.resolve(Integer.toString(round));
            }
        }
        assertFalse(importing(home, 0, false, closure));
        assertTrue(checkSound(home, whole));
        return kills;
    }

    @Test
    void twoProcessesImportAtOnce() throws Exception {
        var closure = Nix.closure();
        Path home = folder.resolve("home");
        var children =
                List.of(
                        start(home, 0, true, closure.nix(), closure.paths()),
                        start(home, 0, false, closure.nix(), List.of(closure.top())),
                        start(home, 0, true, closure.nix(), closure.paths().reversed()));
        for (Process child : children) {
            assertEquals(1, child.inputReader().lines().count());
            assertEquals(0, child.waitFor());
        }
        try (var engine = Engine.open(folder.resolve("alone"));
                var from = engine.open(closure.nix().uri())) {
            engine.copyIn(from, List.of(StorePath.parse(closure.top())), true, Progress.NONE);
            assertTrue(checkSound(home, paths(engine)));
        }
        try (var engine = Engine.open(home)) {
            assertEquals(49, engine.catalog().pins().size());
        }
    }

    /// Imports until a step is told, and as much longer as the kill takes.
    ///
    /// @return whether the step was told before the import was done
    private static boolean importing(Path home, long step, boolean oneByOne, Nix.Closure closure)
            throws Exception {
        var child =
                start(
                        home,
                        step,
                        oneByOne,
                        closure.nix(),
                        oneByOne ? closure.paths() : List.of(closure.top()));
        try (BufferedReader lines = child.inputReader()) {
            boolean killed = "now".equals(lines.readLine());
            if (killed) {
                child.destroyForcibly();
            }
            assertEquals(killed ? 137 : 0, child.waitFor());
            return killed;
        }
    }

    private static Process start(
            Path home, long step, boolean oneByOne, Nix nix, List<String> paths)
            throws IOException {
        // Where the libraries are unpacked that a killed process leaves behind.
        Path temporary =
                Files.createTempDirectory(Files.createDirectories(home.getParent()), "tmp");
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xshare:auto",
                                "-Djava.io.tmpdir=" + temporary,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Importer.class.getName(),
                                home.toString(),
                                nix.uri(),
                                Long.toString(step),
                                Boolean.toString(oneByOne)));
        command.addAll(paths);
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /// Checks every block and every path that is there, each against what it is to be.
    ///
    /// @return whether all are there
    private static boolean checkSound(Path home, Map<StorePath, StoredPath> whole)
            throws IOException {
        try (var engine = Engine.open(home)) {
            var paths = paths(engine);
            for (var path : paths.entrySet()) {
                assertEquals(
                        said(Objects.requireNonNull(whole.get(path.getKey()))),
                        said(path.getValue()));
            }
            engine.verify(
                    paths.keySet(),
                    TrustedKeys.NONE,
                    true,
                    Progress.NONE,
                    check -> assertEquals(Check.Content.INTACT, check.content(), check::toString));
            var seen = new HashSet<>();
            engine.store()
                    .verifyAll(
                            Progress.NONE,
                            found -> {
                                assertTrue(found.isHealthy(), found::toString);
                                assertTrue(seen.add(found.cid()), () -> found + " is there twice");
                            });
            return paths.size() == whole.size();
        }
    }

    /// What an index says that is made of the packs is what it said before.
    private static void checkRepair(Path home) throws IOException {
        Map<StorePath, StoredPath> before;
        try (var engine = Engine.open(home)) {
            before = paths(engine);
        }
        for (String file : List.of("index.db", "index.db-wal", "index.db-shm")) {
            Files.deleteIfExists(home.resolve(file));
        }
        assertEquals(List.of(), Store.repair(home, Progress.NONE).damages());
        try (var engine = Engine.open(home)) {
            assertEquals(before, paths(engine));
        }
    }

    private static Map<StorePath, StoredPath> paths(Engine engine) throws IOException {
        return engine.catalog().paths().stream()
                .collect(
                        Collectors.toMap(
                                path -> path.info().path(),
                                Function.identity(),
                                (first, _) -> first,
                                TreeMap::new));
    }

    /// A path but for the time at which it was registered.
    private static List<Object> said(StoredPath path) {
        return List.of(path.info(), path.cid(), path.tree());
    }
}
