package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.ipld.Block;
import cairn.store.Progress;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several nodes of one domain, of which none has everything.
class PeersTest {
    @TempDir private Path room;

    private NatsServer server;
    private final List<Engine> engines = new ArrayList<>();
    private final List<NatsNode> nodes = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server = NatsServer.start(room.resolve("server"));
    }

    @AfterEach
    void stop() throws IOException {
        nodes.forEach(NatsNode::close);
        for (Engine engine : engines) {
            engine.close();
        }
        server.close();
    }

    private Engine engine(String name) throws IOException {
        var engine =
                Engine.open(
                        room.resolve(name), InstantSource.system(), Map.of(), new NatsNetwork());
        engines.add(engine);
        return engine;
    }

    private void serve(Engine engine, String name) throws IOException {
        var options =
                List.of(
                        new Configuration.Option("nats.url", "--nats", server.url()),
                        new Configuration.Option("nats.node", "nats.node", name),
                        new Configuration.Option(
                                "nats.writers", "--writer", Configuration.Nats.ANYBODY));
        var settings = Configuration.read(engine.store().home(), Map.of(), options).nats();
        nodes.add(NatsNode.start(engine, settings));
        for (NatsNode node : nodes) {
            var others = new HashSet<>(nodes.stream().map(NatsNode::name).toList());
            others.remove(node.name());
            while (!node.peers().containsAll(others)) {
                Thread.onSpinWait();
            }
        }
    }

    private static void put(Engine engine, Block block) throws IOException {
        try (var writer = engine.store().writer()) {
            writer.put(block);
            writer.commit();
        }
    }

    @Test
    void aClosureOfWhichEachHasAThirdComesWhole() throws IOException {
        var whole = engine("whole");
        whole.copySampleIn(Progress.NONE);
        var all = whole.catalog().storePaths();
        for (String name : List.of("one", "two", "three")) {
            serve(engine(name), name);
        }
        // What comes in goes to any of them, and each path is registered with one.
        try (var to = whole.target(server.uri())) {
            whole.copyOut(to, all, Progress.NONE);
        }
        int took = 0;
        for (Engine engine : engines.subList(1, 4)) {
            took += engine.catalog().storePaths().isEmpty() ? 0 : 1;
        }
        assertTrue(took > 1, "one took everything");
        var here = engine("here");
        try (var from = here.open(server.uri())) {
            here.copyIn(from, all, true, Progress.NONE);
        }
        assertEquals(cids(whole), cids(here));
        var checks = new ArrayList<String>();
        here.verify(
                here.graph().paths(),
                TrustedKeys.NONE,
                true,
                Progress.NONE,
                check -> checks.add(check.content().toString()));
        assertEquals(Collections.nCopies(all.size(), "INTACT"), checks);
    }

    @Test
    void anyClientHasTheBlockThatOneOfThemHas() throws IOException {
        var blocks = new ArrayList<Block>();
        for (String name : List.of("one", "two", "three")) {
            var engine = engine(name);
            var block = new Block(Cid.of(Codec.RAW, Bytes.utf8(name)), Bytes.utf8(name));
            put(engine, block);
            blocks.add(block);
            serve(engine, name);
        }
        try (var client = server.client()) {
            // By ten requests each of them is asked for what it does not have.
            for (int i = 0; i < 10; i++) {
                for (Block block : blocks) {
                    var reply = client.request("STORE.GET." + block.cid());
                    assertEquals(block.bytes(), Bytes.wrap(reply.getData()));
                    var message = client.request("STORE.CID.GET." + block.cid());
                    var parsed = Wire.BlockReply.parseFrom(message.getData());
                    assertEquals(block.bytes(), Bytes.wrap(parsed.getData().toByteArray()));
                }
            }
            Cid nowhere = Cid.of(Codec.RAW, Bytes.utf8("nothing"));
            var asked = new ArrayList<Cid>(blocks.stream().map(Block::cid).toList());
            asked.add(nowhere);
            var lacking =
                    client.request(
                            "CACHE.VALIDATE.domain.default", NatsNode.set(asked).toByteArray());
            assertEquals(List.of(nowhere), NatsNode.cids(Bytes.wrap(lacking.getData())));
            var none = client.request("STORE.GET." + nowhere);
            assertEquals(
                    "not-found block %s is not here".formatted(nowhere),
                    none.getHeaders().getLast("Cairn-Error"));
        }
    }

    @Test
    void aPeerWithWrongBytesIsPassedOver() throws Exception {
        var right = Bytes.utf8("right");
        Cid cid = Cid.of(Codec.RAW, right);
        serve(engine("asked"), "asked");
        var has = engine("has");
        put(has, new Block(cid, right));
        try (var liar = server.client()) {
            var ears =
                    liar.connection()
                            .createDispatcher(message ->
                                    liar.connection()
                                            .publish(
                                                    message.getReplyTo(),
                                                    message.getSubject().startsWith("CACHE")
                                                            ? new byte[0]
                                                            : new byte[] {1, 2, 3}));
            ears.subscribe("CACHE.VALIDATE.node.liar").subscribe("STORE.PEER.GET.liar.*");
            liar.connection().publish("STORE.PEER.HELLO.default", Bytes.utf8("liar").toByteArray());
            liar.flush();
            try (var client = server.client()) {
                assertEquals(
                        "not-found block %s is not here".formatted(cid),
                        client.request("STORE.GET." + cid).getHeaders().getLast("Cairn-Error"));
                serve(has, "has");
                for (int i = 0; i < 10; i++) {
                    assertEquals(right, Bytes.wrap(client.request("STORE.GET." + cid).getData()));
                }
            }
        }
    }

    @Test
    void whoIsGoneIsNotWaitedFor() throws IOException {
        serve(engine("one"), "one");
        serve(engine("two"), "two");
        nodes.removeLast().close();
        serve(engine("three"), "three");
        Cid nowhere = Cid.of(Codec.RAW, Bytes.utf8("nothing"));
        try (var client = server.client()) {
            assertEquals(
                    "not-found block %s is not here".formatted(nowhere),
                    client.request("STORE.GET." + nowhere).getHeaders().getLast("Cairn-Error"));
        }
    }

    private static List<String> cids(Engine engine) throws IOException {
        return engine.catalog().paths().stream()
                .map(path -> path.info().path() + " " + path.cid())
                .sorted()
                .toList();
    }
}
