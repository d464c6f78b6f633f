package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.Nix;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.RefusedException;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.Home;
import cairn.store.PathStore;
import cairn.store.Progress;
import cairn.store.StoredPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NatsStoreTest {
    @TempDir private Path room;

    private NatsServer server;
    private Engine here;
    private Engine there;

    @BeforeEach
    void open() throws IOException {
        server = NatsServer.start(room.resolve("server"));
        here = engine("here");
        there = engine("there");
    }

    @AfterEach
    void close() throws IOException {
        here.close();
        there.close();
        server.close();
    }

    private Engine engine(String name) throws IOException {
        return Engine.open(room.resolve(name), InstantSource.system(), Map.of(), new NatsNetwork());
    }

    private NatsNode serve(Engine engine, String... writers) throws IOException {
        Path home = engine.store().home().folder();
        var options = new ArrayList<Configuration.Option>();
        options.add(new Configuration.Option("nats.url", "--nats", server.url()));
        for (String writer : writers) {
            options.add(new Configuration.Option("nats.writers", "--writer", writer));
        }
        return NatsNode.start(engine, Configuration.read(new Home(home), Map.of(), options).nats());
    }

    @Test
    void aClosureIsTheSameAfterItTravelledBothWays() throws IOException {
        var closure = Nix.closure();
        StorePath top = StorePath.parse(closure.top());
        try (PathStore local = there.open(closure.nix().uri())) {
            there.copyIn(local, List.of(top), true, Progress.NONE);
        }
        try (NatsNode _ = serve(there)) {
            try (PathStore from = here.open(server.uri())) {
                var done = here.copyIn(from, List.of(top), true, Progress.NONE);
                assertEquals(closure.paths().size(), done.paths());
            }
        }
        assertEquals(there.catalog().path(top), registeredAs(here, there, top));
        assertEquals(nars(there), nars(here));

        var back = engine("back");
        try (back;
                NatsNode _ = serve(back, Configuration.Nats.ANYBODY);
                PathStore to = here.target(server.uri())) {
            var done = here.copyOut(to, List.of(top), Progress.NONE);
            assertEquals(closure.paths().size(), done.newPaths());
            assertEquals(cids(here), cids(back));
            assertEquals(nars(here), nars(back));
        }
    }

    @Test
    void onlyWhatIsMissingTravels() throws IOException {
        Path folder = Files.createDirectories(room.resolve("files"));
        Files.write(folder.resolve("large"), new byte[3_000_000]);
        Files.writeString(folder.resolve("small"), "one");
        var first = there.add("first", folder, true, Progress.NONE);
        Files.writeString(folder.resolve("small"), "two");
        var second = there.add("second", folder, true, Progress.NONE);
        try (NatsNode _ = serve(there);
                PathStore from = here.open(server.uri())) {
            here.copyIn(from, List.of(first.info().path()), true, Progress.NONE);
            var asked = new HashSet<String>();
            try (var listening = server.client()) {
                var all = listening.connection().subscribe("STORE.GET.*");
                listening.flush();
                here.copyIn(from, List.of(second.info().path()), true, Progress.NONE);
                listening.all(all).forEach(message -> asked.add(message.getSubject()));
            }
            var small = Cid.of(Codec.RAW, Bytes.utf8("two"));
            assertEquals(Set.of("STORE.GET." + second.tree(), "STORE.GET." + small), asked);
        }
        assertEquals(cids(there), cids(here));
    }

    @Test
    void whatTwoPathsShareTravelsOnceThoughNothingIsCommittedBetween() throws IOException {
        Path folder = Files.createDirectories(room.resolve("files"));
        byte[] large = new byte[3_000_000];
        new Random(1).nextBytes(large);
        Files.write(folder.resolve("large"), large);
        Files.writeString(folder.resolve("small"), "one");
        var first = there.add("first", folder, true, Progress.NONE);
        Files.writeString(folder.resolve("small"), "two");
        var second = there.add("second", folder, true, Progress.NONE);
        var roots = List.of(first.info().path(), second.info().path());
        try (NatsNode _ = serve(there);
                PathStore from = here.open(server.uri())) {
            here.copyIn(from, roots, true, Progress.NONE);
        }
        long sent = there.demand().counts().bytes();
        assertTrue(sent < 3_100_000, () -> sent + " bytes were sent");
        assertEquals(cids(there), cids(here));
        assertEquals(nars(there), nars(here));
    }

    @Test
    void anyClientCanHaveABlock() throws IOException {
        Path file = Files.writeString(room.resolve("hello"), "hello");
        var added = there.add("hello", file, true, Progress.NONE);
        try (NatsNode _ = serve(there);
                var client = server.client()) {
            var reply = client.request("STORE.GET." + added.cid());
            assertEquals(
                    there.store().block(added.cid()).orElseThrow(), Bytes.wrap(reply.getData()));
            var missing = Cid.of(Codec.RAW, Bytes.utf8("nothing"));
            var none = client.request("STORE.GET." + missing);
            assertEquals(
                    "not-found block %s is not here".formatted(missing),
                    none.getHeaders().getLast("Cairn-Error"));
        }
    }

    @Test
    void whoIsNoWriterIsToldSo() throws IOException {
        Path file = Files.writeString(room.resolve("hello"), "hello");
        var added = here.add("hello", file, true, Progress.NONE);
        try (NatsNode node = serve(there);
                PathStore to = here.target(server.uri())) {
            var refused =
                    assertThrows(
                            RefusedException.class,
                            () -> here.copyOut(to, List.of(added.info().path()), Progress.NONE));
            String key = NodeKey.of(here.store().home()).publicKey().toString();
            assertEquals(
                    "node %s takes nothing from %s; it would if nats.writers had that key"
                            .formatted(node.name(), key),
                    refused.getMessage());
        }
        assertEquals(List.of(), there.catalog().storePaths());
        String key = NodeKey.of(here.store().home()).publicKey().toString();
        try (NatsNode _ = serve(there, key);
                PathStore to = here.target(server.uri())) {
            here.copyOut(to, List.of(added.info().path()), Progress.NONE);
        }
        assertEquals(cids(here), cids(there));
    }

    @Test
    void saysWhenNobodyIsThere() throws IOException {
        try (PathStore from = here.open(server.uri())) {
            var e = assertThrows(IOException.class, () -> from.find("0".repeat(32)));
            assertEquals(
                    "%s: no node answers STORE.PATH.RESOLVE.%s there"
                            .formatted(server.url(), "0".repeat(32)),
                    e.getMessage());
        }
        server.close();
        var e = assertThrows(IOException.class, () -> here.open(server.uri()));
        assertTrue(
                String.valueOf(e.getMessage()).startsWith(server.url() + " cannot be reached: "),
                e.getMessage());
    }

    private static StoredPath stored(Engine engine, StorePath path) throws IOException {
        return engine.catalog().path(path).orElseThrow();
    }

    /// The same path as it would be had it come at the same time.
    private static Optional<StoredPath> registeredAs(Engine engine, Engine other, StorePath path)
            throws IOException {
        var stored = stored(engine, path);
        return Optional.of(
                new StoredPath(
                        stored.info(),
                        stored.cid(),
                        stored.tree(),
                        stored(other, path).registeredAt()));
    }

    private static List<String> cids(Engine engine) throws IOException {
        return engine.catalog().paths().stream()
                .map(path -> path.info().path() + " " + path.cid())
                .sorted()
                .toList();
    }

    private static List<String> nars(Engine engine) throws IOException {
        var nars = new ArrayList<String>();
        for (StorePath path : engine.catalog().storePaths()) {
            var nar = new ByteArrayOutputStream();
            engine.local().nar(path).writeTo(new NarWriter(nar));
            nars.add(path + " " + NixHash.sha256Of(Bytes.wrap(nar.toByteArray())).toSri());
        }
        nars.sort(null);
        return nars;
    }
}
