package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.cid.Cid;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.nix.StorePath;
import cairn.store.PathStore;
import cairn.store.Progress;
import cairn.trust.TrustedKeys;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What goes on although a server, a node or a client does not do as it should.
class FaultsTest {
    /// Longer than what is waited for usually, and no more.
    private static final int PAUSE_SECONDS = Integer.getInteger("cairn.test.pause", 4);

    /// Some hundred blocks.
    private static final int FILES = 6;

    @TempDir private Path room;

    private NatsServer server;
    private Engine there;
    private Engine here;
    private StorePath path;

    @BeforeEach
    void start() throws IOException {
        server = NatsServer.withStreams(room.resolve("server"), -1);
        there = engine("there");
        here = engine("here");
        path = add(there, "large", FILES);
    }

    @AfterEach
    void stop() throws IOException {
        here.close();
        there.close();
        server.close();
    }

    private Engine engine(String name) throws IOException {
        return Engine.open(room.resolve(name), InstantSource.system(), Map.of(), new NatsNetwork());
    }

    private StorePath add(Engine engine, String name, int files) throws IOException {
        Path folder = Files.createDirectories(room.resolve("files-" + name));
        var random = new Random(name.hashCode());
        for (int i = 0; i < files; i++) {
            byte[] content = new byte[1_000_000];
            random.nextBytes(content);
            Files.write(folder.resolve("file" + i), content);
        }
        return engine.add(name, folder, true, Progress.NONE).info().path();
    }

    private NatsNode serve(Engine engine, String... settings) throws IOException {
        var options = new ArrayList<Configuration.Option>();
        options.add(new Configuration.Option("nats.url", "--nats", server.url()));
        for (int i = 0; i < settings.length; i += 2) {
            options.add(new Configuration.Option(settings[i], settings[i], settings[i + 1]));
        }
        return NatsNode.start(
                engine, Configuration.read(engine.store().home(), Map.of(), options).nats());
    }

    private void copy() throws IOException {
        try (PathStore from = here.open(server.uri())) {
            here.copyIn(from, List.of(path), true, Progress.NONE);
        }
        assertWhole();
    }

    private void assertWhole() throws IOException {
        assertEquals(
                there.catalog().path(path).orElseThrow().cid(),
                here.catalog().path(path).orElseThrow().cid());
        var checks = new ArrayList<String>();
        here.verify(
                List.of(path),
                TrustedKeys.NONE,
                true,
                Progress.NONE,
                check -> checks.add(check.content().toString()));
        assertEquals(List.of("INTACT"), checks);
    }

    private static void awaitPublished(NatsNode node, Engine engine) throws IOException {
        while (node.publishing().cursor() < engine.catalog().lastChange()) {
            Thread.onSpinWait();
        }
    }

    /// A node that is none, among those who are asked for blocks.
    enum Stranger {
        SAYS_ANYTHING,
        GIVES_ANOTHER_BLOCK,
        LACKS_EVERYTHING,
        TAKES_LONG,
        NEVER_ANSWERS
    }

    /// @param another the bytes of some block
    private static void answer(
            Stranger stranger, byte[] another, Connection client, Message asked) {
        String to = asked.getReplyTo();
        switch (stranger) {
            case SAYS_ANYTHING -> client.publish(to, new byte[100]);
            case GIVES_ANOTHER_BLOCK -> client.publish(to, another);
            case LACKS_EVERYTHING ->
                    client.publish(
                            to,
                            new Refusal(Wire.Problem.Kind.NOT_FOUND, "not here").headers(),
                            new byte[0]);
            case TAKES_LONG ->
                    CompletableFuture.delayedExecutor(5, TimeUnit.SECONDS)
                            .execute(() -> {
                                if (client.getStatus() == Connection.Status.CONNECTED) {
                                    client.publish(to, new byte[1]);
                                }
                            });
            case NEVER_ANSWERS -> {}
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCopyGoesOnWithOthersWhereSomebody(Stranger stranger) throws IOException {
        try (NatsNode _ = serve(there);
                var client = server.client()) {
            var asked = new AtomicInteger();
            Cid node = there.catalog().path(path).orElseThrow().cid();
            byte[] another = there.store().block(node).orElseThrow().toByteArray();
            var ears =
                    client.connection()
                            .createDispatcher(message -> {
                                asked.incrementAndGet();
                                answer(stranger, another, client.connection(), message);
                            });
            ears.subscribe("STORE.GET.*", "cairn");
            client.flush();
            copy();
            assertTrue(asked.get() > 0, "was not asked");
        }
    }

    @Test
    void aClosureComesFromTheStreamWhenNoNodeIsThere() throws IOException {
        try (var node = serve(there, "nats.publish-imports", "true")) {
            awaitPublished(node, there);
        }
        try (PathStore from = here.open(server.uri())) {
            var named = ((NatsStore) from).named(there.catalog().path(path).orElseThrow().cid());
            assertEquals(List.of(path), named);
            here.copyIn(from, named, true, Progress.NONE);
        }
        assertWhole();
    }

    @Test
    void aCopyOutlivesAServerThatIsKilled() throws IOException {
        try (NatsNode _ = serve(there)) {
            copyWhile(() -> {
                int port = server.port();
                server.kill();
                server = NatsServer.withStreams(room.resolve("server"), port);
            });
        }
    }

    @Test
    void aCopyOutlivesAServerThatPauses() throws IOException {
        try (NatsNode _ = serve(there)) {
            copyWhile(() -> {
                server.signal("STOP");
                CompletableFuture.delayedExecutor(PAUSE_SECONDS, TimeUnit.SECONDS)
                        .execute(() -> server.signal("CONT"));
            });
        }
    }

    @FunctionalInterface
    private interface Misfortune {
        void strike() throws IOException;
    }

    /// Copies, and something happens when some blocks were asked for.
    private void copyWhile(Misfortune misfortune) throws IOException {
        var struck = new CompletableFuture<Void>();
        try (var client = server.client()) {
            var asked = new AtomicInteger();
            var ears =
                    client.connection()
                            .createDispatcher(_ -> {
                                if (asked.incrementAndGet() == 30) {
                                    struck.completeAsync(() -> {
                                        try {
                                            misfortune.strike();
                                            return null;
                                        } catch (IOException e) {
                                            throw new UncheckedIOException(e);
                                        }
                                    });
                                }
                            });
            ears.subscribe("STORE.GET.*");
            client.flush();
            copy();
            struck.join();
        }
    }

    @Test
    void whoDoesNotListenHoldsNobodyUp() throws IOException {
        try (var deaf = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            deaf.getOutputStream()
                    .write(
                            "CONNECT {\"verbose\":false}\r\nSUB > 1\r\n"
                                    .getBytes(StandardCharsets.UTF_8));
            try (var node = serve(there, "nats.publish-imports", "true")) {
                awaitPublished(node, there);
                copy();
            }
        }
    }

    @Test
    void twoWhoImportTheSameAtOncePublishItOnce() throws IOException {
        try (var one = serve(there, "nats.publish-imports", "true");
                var other = serve(here, "nats.publish-imports", "true")) {
            StorePath more;
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                more = add(there, "more", 10);
                var _ = executor.submit(() -> add(here, "large", FILES));
                var _ =
                        executor.submit(() ->
                                here.add("more", room.resolve("files-more"), true, Progress.NONE));
                var _ = executor.submit(() -> add(there, "third", 5));
            }
            awaitPublished(one, there);
            awaitPublished(other, here);
            assertWhole();
            assertTrue(here.catalog().path(more).isPresent());
            var stream = stream();
            assertEquals(stream, one.publishing().blocks() + other.publishing().blocks());
        }
    }

    private long stream() throws IOException {
        try (var client = server.client()) {
            return client.connection()
                    .jetStreamManagement()
                    .getStreamInfo("CID_BLOCKS")
                    .getStreamState()
                    .getMsgCount();
        } catch (JetStreamApiException e) {
            throw new IOException(e);
        }
    }
}
