package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.ipld.Block;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Other processes on one home, some of them killed.
class CrashTest {
    private static final int COMMITS = 400;
    private static final int BLOCKS = 12;

    @TempDir private Path folder;

    /// Writes commit after commit, and says so after each.
    static final class Writer {
        public static void main(String[] arguments) throws IOException {
            long seed = Long.parseLong(arguments[1]);
            int commits = Integer.parseInt(arguments[2]);
            try (var store = Store.open(Path.of(arguments[0]));
                    var writer = store.writer()) {
                for (int i = 0; i < commits; i++) {
                    for (Block block : Samples.blocks(seed + i, BLOCKS)) {
                        writer.put(block);
                    }
                    var path = Samples.path("p" + (seed + i));
                    boolean _ = writer.commit(tx -> tx.register(path));
                    System.out.println(i);
                }
                for (int i = 0; i < commits; i++) {
                    Samples.assertHolds(store, Samples.blocks(seed + i, BLOCKS));
                }
            }
        }
    }

    @Test
    void losesNothingThatWasCommittedWhenKilled() throws Exception {
        var random = new Random(1);
        for (int round = 0; round < 3; round++) {
            long seed = round * 1000L;
            int until = random.nextInt(20);
            int committed = 0;
            var child = start(seed, COMMITS);
            try (BufferedReader lines = child.inputReader()) {
                while (committed <= until && lines.readLine() != null) {
                    committed++;
                }
                // Not through the process itself, which would close what it has still to tell.
                child.toHandle().destroyForcibly();
                while (lines.readLine() != null) {
                    committed++;
                }
            }
            child.waitFor();
            try (var store = Store.open(folder)) {
                store.verifyAll(Progress.NONE, found -> assertTrue(found.isHealthy()));
                for (int i = 0; i < committed; i++) {
                    Samples.assertHolds(store, Samples.blocks(seed + i, BLOCKS));
                    assertTrue(
                            store.catalog()
                                    .path(Samples.path("p" + (seed + i)).info().path())
                                    .isPresent());
                }
            }
        }
        List<StoredPath> before;
        try (var store = Store.open(folder)) {
            before = store.catalog().paths();
        }
        assertEquals(List.of(), Store.repair(folder, Progress.NONE).damages());
        try (var store = Store.open(folder)) {
            assertEquals(before, store.catalog().paths());
        }
    }

    @Test
    void twoProcessesWriteAtOnce() throws Exception {
        // Half of what each writes, the other writes as well.
        var children = List.of(start(0, 20), start(10, 20));
        for (Process child : children) {
            assertEquals(20, child.inputReader().lines().count());
            assertEquals(0, child.waitFor());
        }
        try (var store = Store.open(folder)) {
            for (int i = 0; i < 30; i++) {
                Samples.assertHolds(store, Samples.blocks(i, BLOCKS));
            }
            assertEquals(30, store.catalog().count(""));
            var findings = new ArrayList<Verification>();
            store.verifyAll(Progress.NONE, findings::add);
            assertTrue(findings.stream().allMatch(Verification::isHealthy));
            assertEquals(
                    findings.size(), findings.stream().map(Verification::cid).distinct().count());
        }
    }

    @Test
    void aCollectionSparesWhatAnotherProcessIsWriting() throws Exception {
        var child = start(0, 20);
        try (var store = Store.open(folder);
                var lines = child.inputReader()) {
            while (lines.readLine() != null) {
                store.collect(Roots.NONE, Progress.NONE);
            }
        }
        assertEquals(0, child.waitFor());
    }

    private Process start(long seed, int commits) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        folder.toString(),
                        Long.toString(seed),
                        Integer.toString(commits))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
