package cairn.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.cid.Bytes;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.Substituters;
import cairn.nats.NatsNetwork;
import cairn.nats.NatsNode;
import cairn.nix.NarInfo;
import cairn.store.Progress;
import cairn.store.StoredPath;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node that draws on others over a real NATS server.
class NatsSubstituterTest {
    @TempDir private Path room;

    private NatsServer server;
    private Engine there;
    private NatsNode node;

    @BeforeEach
    void start() throws IOException {
        server = NatsServer.start(room.resolve("server"));
        there = engine("there");
        node = NatsNode.start(there, settings());
    }

    private Configuration.Nats settings() throws IOException {
        var url = new Configuration.Option("nats.url", "--nats", server.url());
        return Configuration.read(there.store().home(), Map.of(), List.of(url)).nats();
    }

    @AfterEach
    void stop() throws IOException {
        node.close();
        there.close();
        server.close();
    }

    private Engine engine(String name) throws IOException {
        return engine(name, InstantSource.system());
    }

    private Engine engine(String name, InstantSource clock) throws IOException {
        return Engine.open(room.resolve(name), clock, Map.of(), new NatsNetwork());
    }

    private StoredPath add(String name) throws IOException {
        Path folder = Files.createDirectories(room.resolve(name));
        Files.write(folder.resolve("file"), new byte[2_000_000]);
        Files.writeString(folder.resolve("name"), name);
        return there.add(name, folder, true, Progress.NONE);
    }

    private static String narInfo(StoredPath stored) {
        return "/" + stored.info().path().hash() + ".narinfo";
    }

    private static NarInfo decoded(byte[] body) throws IOException {
        return NarInfo.decode(Bytes.wrap(body));
    }

    @Test
    void whatNixAsksForComesFromThereAndSurvivesIt() throws Exception {
        var stored = add("tree");
        try (var here = Served.drawing(engine("here"), TrustedKeys.NONE, List.of(server.uri()));
                var plain = Served.readable(room.resolve("plain"))) {
            plain.engine()
                    .copyIn(there.local(), List.of(stored.info().path()), true, Progress.NONE);
            byte[] asked = here.get(narInfo(stored)).body();
            String url = "/" + decoded(asked).url();
            byte[] archive = plain.get(url).body();
            assertTrue(archive.length > 2_000_000, "no archive");
            assertArrayEquals(archive, here.get(url).body());
            assertEquals(
                    List.of(stored.cid()),
                    here.engine().catalog().paths().stream().map(StoredPath::cid).toList());
            assertEquals(404, here.get("/" + "0".repeat(32) + ".narinfo").statusCode());

            node.close();
            server.close();
            assertArrayEquals(asked, here.get(narInfo(stored)).body());
            assertArrayEquals(archive, here.get(url).body());
        }
    }

    @Test
    void oneThatIsNotThereYetIsAskedOnceItIs() throws Exception {
        var stored = add("tree");
        node.close();
        server.kill();
        var now = new AtomicReference<>(Instant.now());
        try (var here =
                Served.drawing(engine("here", now::get), TrustedKeys.NONE, List.of(server.uri()))) {
            assertEquals(404, here.get(narInfo(stored)).statusCode());
            server = NatsServer.start(room.resolve("server"), "127.0.0.1:" + server.port(), "");
            node = NatsNode.start(there, settings());
            assertEquals(404, here.get(narInfo(stored)).statusCode());
            now.updateAndGet(time -> time.plusSeconds(16));
            assertEquals(200, here.get(narInfo(stored)).statusCode());
        }
    }

    @Test
    void oneThatIsGoneIsLeftAlone() throws Exception {
        var stored = add("tree");
        try (var here = Served.drawing(engine("here"), TrustedKeys.NONE, List.of(server.uri()))) {
            assertEquals(200, here.get(narInfo(stored)).statusCode());
            server.kill();
            assertEquals(404, here.get(narInfo(add("other"))).statusCode());
            var health = here.server().upstreams().getFirst();
            assertEquals(Substituters.State.RESTING, health.state());
            assertEquals(server.url() + " cannot be reached now", health.trouble());
        }
    }

    @Test
    void theSignaturesOfTrustedKeysComeAlong() throws Exception {
        var key = SecretKey.generate("team-1", new SecureRandom());
        var signed = add("signed");
        boolean _ =
                there.store()
                        .commit(tx ->
                                tx.claim(
                                        signed.info().path(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        List.of(
                                                key.sign(Bytes.utf8(signed.info().fingerprint()))
                                                        .toString()),
                                        there.clock().instant()));
        try (var here =
                Served.drawing(
                        engine("here"),
                        new TrustedKeys(List.of(key.publicKey())),
                        List.of(server.uri()))) {
            var info = decoded(here.get(narInfo(signed)).body());
            assertTrue(
                    info.signatures().stream().anyMatch(text -> text.startsWith("team-1:")),
                    info::toString);
            assertEquals(200, here.get("/" + info.url()).statusCode());
        }
    }
}
