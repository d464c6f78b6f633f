package cairn.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.board.Write.Step;
import cairn.store.Progress;
import cairn.store.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Another process that writes to a board and is killed.
class KilledBoardTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final int WRITES = 4000;

    @TempDir private Path folder;

    /// Does write after write, and says so after each.
    static final class Writer {
        public static void main(String[] arguments) throws IOException {
            try (var store = Store.open(Path.of(arguments[0]))) {
                var board = new Board(store);
                for (int i = 0; i < WRITES; i++) {
                    System.out.println(board.write(write(i)).kind());
                }
            }
        }
    }

    /// One write of many, each of which changes something.
    private static Write write(int number) {
        String intent = "i" + number / 4;
        return switch (number % 4) {
            case 0 -> new Write.SubmitFact("p", fact("f" + number / 4, "agent", "origin"));
            case 1 ->
                    new Write.SubmitIntent(
                            "p", intent, List.of("f" + number / 4), "find out", "agent", NOW);
            case 2 -> new Write.Work("p", Step.CLAIM, intent, "worker", NOW);
            default -> new Write.Conclude("p", fact("g" + number / 4, "worker", intent));
        };
    }

    private static Fact fact(String id, String creator, String origin) {
        return new Fact(id, "{}", creator, origin, NOW, Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 40, 123})
    void losesNothingThatWasAnswered(int until) throws Exception {
        Path home = folder.resolve("home");
        int answered = 0;
        var child = start(home);
        try (BufferedReader lines = child.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                assertEquals("done", line);
                answered++;
                if (answered == until) {
                    // Not through the process itself, which would close what it has still to tell.
                    assertTrue(child.toHandle().destroyForcibly());
                }
            }
        }
        assertEquals(137, child.waitFor());

        String hash;
        int written;
        try (var store = Store.open(home);
                var alike = Store.open(folder.resolve("alike"))) {
            var board = new Board(store);
            written = store.catalog().events(Board.TOPIC, 0, WRITES).size();
            assertTrue(
                    written == answered || written == answered + 1,
                    () -> "of the last one nobody was told");
            var expected = new Board(alike);
            for (int i = 0; i < written; i++) {
                var _ = expected.write(write(i));
            }
            hash = board.hash();
            assertEquals(expected.hash(), hash, "each write is there whole");
            board.rebuild();
            assertEquals(hash, board.hash());
        }
        Files.delete(home.resolve("index.db"));
        Store.repair(home, Progress.NONE);
        try (var store = Store.open(home)) {
            var board = new Board(store);
            assertEquals(hash, board.hash(), "also when the whole index is made anew");
            assertEquals(Outcome.Kind.DONE, board.write(write(written)).kind(), "it goes on");
        }
    }

    private Process start(Path home) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.io.tmpdir=" + Files.createTempDirectory(folder, "tmp"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
