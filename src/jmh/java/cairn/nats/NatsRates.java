package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.Configuration;
import cairn.engine.Copy;
import cairn.engine.Engine;
import cairn.ipld.Block;
import cairn.nix.NarReader;
import cairn.nix.NarWriter;
import cairn.nix.StorePath;
import cairn.store.Home;
import cairn.store.PathImport;
import cairn.store.PathInfo;
import cairn.store.Progress;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;

/// Measures what goes through a NATS server: `NatsRates URL HOME FOLDER PATH...`; and fills a
/// stream and a home with a million small blocks, all but one of them in both: `NatsRates URL
/// HOME`.
///
/// Blocks of 64 KiB into a stream and out of it into a home, hashed on both sides; and the closures
/// of paths in HOME to homes in FOLDER, once over NATS and once over a plain socket. Prints numbers
/// and what they are.
final class NatsRates {
    private static final int BLOCK = 1 << 16;
    private static final int COUNT = 12_288;
    private static final int WINDOW = 64;
    private static final int READERS = 16;
    private static final int ROUNDS = 2;
    private static final int MANY = 1_000_000;
    private static final int MANY_WINDOW = 1000;

    private NatsRates() {}

    public static void main(String[] args) throws IOException {
        var settings = settings(args[0]);
        if (args.length == 2) {
            many(args[0], settings, Path.of(args[1]));
            return;
        }
        var folder = Path.of(args[2]);
        try (var engine = open(folder.resolve("blocks"));
                var bus = Bus.connect(args[0], settings, "rates")) {
            blocks(engine, new BlockStream(bus, new Subjects("")), settings.streams());
        }
        try (var from = open(Path.of(args[1]));
                NatsNode _ = NatsNode.start(from, settings)) {
            var roots = new ArrayList<StorePath>();
            for (String path : List.of(args).subList(3, args.length)) {
                roots.add(StorePath.parse(path));
            }
            // The first round is that of a cold machine.
            for (int round = 1; round <= ROUNDS; round++) {
                double plain = plain(from, roots, folder.resolve("plain" + round));
                double nats = nats(args[0], roots, folder.resolve("nats" + round));
                if (round == ROUNDS) {
                    print(plain, "plain");
                    print(nats, "nats");
                }
            }
        }
    }

    private static Engine open(Path home) throws IOException {
        return Engine.open(home, InstantSource.system(), Map.of(), new NatsNetwork());
    }

    private static Configuration.Nats settings(String url) throws IOException {
        return Configuration.read(
                        new Home(Path.of("")),
                        Map.of(),
                        List.of(new Configuration.Option("nats.url", "nats.url", url)))
                .nats();
    }

    private static void print(double value, String what) {
        System.out.printf("%.4g %s%n", value, what);
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static void blocks(
            Engine engine, BlockStream stream, Configuration.Nats.Streams settings)
            throws IOException {
        var _ = stream.make(settings);
        byte[] content = new byte[BLOCK];
        new Random(1).nextBytes(content);
        var cids = new Cid[COUNT];
        Queue<CompletableFuture<BlockStream.Published>> sent = new ArrayDeque<>();
        long start = System.nanoTime();
        for (int i = 0; i < COUNT; i++) {
            content[i % BLOCK]++;
            content[(i >> 8) % BLOCK]++;
            Bytes bytes = Bytes.wrap(content.clone());
            cids[i] = Cid.of(Codec.RAW, bytes);
            if (sent.size() == WINDOW) {
                var _ = Bus.await(sent.remove());
            }
            sent.add(stream.publish(new Block(cids[i], bytes)));
        }
        while (!sent.isEmpty()) {
            var _ = Bus.await(sent.remove());
        }
        print(COUNT * (BLOCK / 1e6) / since(start), "published");
        start = System.nanoTime();
        try (var writer = engine.store().writer()) {
            IntStream.range(0, COUNT)
                    .mapToObj(i -> cids[i])
                    .gather(
                            Gatherers.mapConcurrent(
                                    READERS,
                                    cid -> {
                                        try {
                                            return new Block(cid, stream.block(cid).orElseThrow());
                                        } catch (IOException e) {
                                            throw new UncheckedIOException(e);
                                        }
                                    }))
                    .forEach(block -> {
                        try {
                            writer.put(block);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
            writer.commit();
        }
        print(COUNT * (BLOCK / 1e6) / since(start), "fetched");
    }

    private static void many(String url, Configuration.Nats settings, Path home)
            throws IOException {
        try (var engine = open(home);
                var writer = engine.store().writer();
                var bus = Bus.connect(url, settings, "rates")) {
            var stream = new BlockStream(bus, new Subjects("many"));
            var _ = stream.make(settings.streams());
            Queue<CompletableFuture<BlockStream.Published>> sent = new ArrayDeque<>();
            for (int i = 0; i < MANY; i++) {
                Bytes bytes = Bytes.utf8("block " + i);
                var block = new Block(Cid.of(Codec.RAW, bytes), bytes);
                if (i > 0) {
                    writer.put(block);
                }
                if (sent.size() == MANY_WINDOW) {
                    var _ = Bus.await(sent.remove());
                }
                sent.add(stream.publish(block));
            }
            while (!sent.isEmpty()) {
                var _ = Bus.await(sent.remove());
            }
            writer.commit();
        }
    }

    private static double nats(String url, List<StorePath> roots, Path home) throws IOException {
        try (var to = open(home);
                var store = to.open(url.replaceFirst("^nats:", "nats+ipld:"))) {
            long start = System.nanoTime();
            var _ = to.copyIn(store, roots, true, Progress.NONE);
            return since(start);
        }
    }

    /// The archives of the paths one after the other, each over a connection of its own.
    private static double plain(Engine from, List<StorePath> roots, Path home) throws IOException {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var to = open(home)) {
            List<PathInfo> closure = Copy.closure(from.local(), roots);
            Thread.ofPlatform().daemon().start(() -> serve(server, from, closure));
            long start = System.nanoTime();
            try (var paths = new PathImport(to.store(), InstantSource.system(), Progress.NONE)) {
                for (PathInfo info : closure) {
                    try (var socket =
                                    new Socket(
                                            InetAddress.getLoopbackAddress(),
                                            server.getLocalPort());
                            var nar = new NarReader(socket.getInputStream())) {
                        var _ = paths.add(info, nar::writeTo);
                    }
                }
                paths.commit();
            }
            return since(start);
        }
    }

    private static void serve(ServerSocket server, Engine from, List<PathInfo> closure) {
        try {
            for (PathInfo info : closure) {
                try (var client = server.accept();
                        var out = new BufferedOutputStream(client.getOutputStream(), 1 << 18)) {
                    from.local().nar(info.path()).writeTo(new NarWriter(out));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
