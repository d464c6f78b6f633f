package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.Nix;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.nats.NatsNode;
import cairn.store.Home;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A home with damaged packs, and others that have what is damaged.
class HealTest {
    @TempDir private Path room;

    private Nix.Closure closure;
    private Cli here;

    @BeforeEach
    void open() throws IOException {
        closure = Nix.closure();
        here = new Cli(room.resolve("here"));
        assertEquals(0, here.run("copy", "--from", closure.nix().uri(), closure.top()).code());
    }

    @Test
    void aHundredDamagedBlocksComeFromAPeer() throws IOException, SQLException {
        var there = new Cli(room.resolve("there"));
        assertEquals(0, there.run("copy", "--from", closure.nix().uri(), closure.top()).code());
        damage(100);
        assertEquals(4, here.run("verify", "--all", "--deep").code());
        try (NatsServer server = NatsServer.start(room.resolve("server"));
                Engine engine = Engine.open(there.home());
                NatsNode _ = NatsNode.start(engine, settings(there.home(), server))) {
            var healed =
                    here.run(Map.of("CAIRN_NATS_URL", server.url()), "verify", "--all", "--heal");
            assertEquals("", healed.err());
            assertEquals(0, healed.code());
            assertTrue(healed.out().contains(" came from " + server.uri()), healed.out());
        }
        assertEquals(0, here.run("verify", "--all", "--deep").code());
        try (Engine engine = Engine.open(here.home())) {
            assertTrue(engine.catalog().events("heal", 0, 1000).size() > 1);
        }
    }

    @Test
    void whatIsDamagedComesFromACacheThatKeepsNoBlocks() throws IOException, SQLException {
        damage(5);
        String cache = room.resolve("cache").toUri().toString();
        var there = new Cli(room.resolve("there"));
        assertEquals(0, there.run("copy", "--from", closure.nix().uri(), closure.top()).code());
        assertEquals(0, there.run("copy", "--to", cache, closure.top()).code());
        var healed = here.run(Map.of("CAIRN_SUBSTITUTERS", cache), "verify", "--all", "--heal");
        assertEquals(0, healed.code(), healed.out());
        assertEquals(0, here.run("verify", "--all", "--deep").code());
    }

    @Test
    void saysWhatNobodyHas() throws IOException, SQLException {
        damage(5);
        var tried =
                here.run(
                        Map.of("CAIRN_NATS_URL", "nats://127.0.0.1:1"),
                        "--json",
                        "verify",
                        "--all",
                        "--heal");
        assertEquals(4, tried.code());
        var reason =
                tried.json()
                        .valueStream()
                        .filter(each -> !each.path("content").stringValue().equals("intact"))
                        .findFirst()
                        .orElseThrow()
                        .path("reason")
                        .stringValue();
        assertTrue(reason.contains("nobody has block "), reason);
        assertTrue(reason.contains("nats://127.0.0.1:1 cannot be reached"), reason);
    }

    private static Configuration.Nats settings(Path home, NatsServer server) throws IOException {
        var url = new Configuration.Option("nats.url", "--nats", server.url());
        return Configuration.read(new Home(home), Map.of(), List.of(url)).nats();
    }

    /// Changes a byte in the frame of each of some blocks, those of them that lie in no frame that
    /// is changed already first.
    private void damage(int blocks) throws IOException, SQLException {
        try (var index =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + here.home().resolve("index.db"));
                var statement = index.createStatement();
                var rows =
                        statement.executeQuery(
                                """
                                SELECT p.name, f.offset + f.length - 1 - (row_number() OVER
                                    (PARTITION BY f.id ORDER BY b.offset)) % (f.length / 2)
                                FROM block b JOIN frame f ON f.id = b.frame JOIN pack p ON p.id = f.pack
                                ORDER BY row_number() OVER (PARTITION BY f.id ORDER BY b.offset), f.id
                                """)) {
            for (int i = 0; i < blocks; i++) {
                assertTrue(rows.next());
                flip(
                        here.home().resolve("packs").resolve(rows.getString(1) + ".pack"),
                        rows.getLong(2));
            }
        }
    }

    private static void flip(Path pack, long position) throws IOException {
        try (var channel =
                FileChannel.open(pack, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var one = ByteBuffer.allocate(1);
            assertEquals(1, channel.read(one, position));
            one.put(0, (byte) ~one.get(0)).rewind();
            assertEquals(1, channel.write(one, position));
        }
    }
}
