package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatsCommandTest {
    @TempDir private Path home;

    @Test
    void tellsTheHitRateOnceThereWereRequests() throws IOException {
        var cli = new Cli(home);
        assertEquals("hit rate       no requests yet", cli.run("stats").lines().getLast());
        assertTrue(cli.json("stats").get("hitRate").isNull());
        try (var store = Store.open(home)) {
            store.noteAsked(3, 1);
        }
        assertEquals(
                "hit rate       75.0 % of 4 paths that Nix asked for",
                cli.run("stats").lines().getLast());
        assertEquals(0.75, cli.json("stats").get("hitRate").asDouble());
    }
}
