package cairn.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import cairn.cid.Bytes;
import cairn.nix.NarInfo;
import cairn.nix.NarSource;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.trust.SecretKey;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// A binary cache that does what it is told, be it wrong.
final class FakeCache implements AutoCloseable {
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> asked = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    /// After how many bytes of an archive it stops, and until when; or breaks off.
    private final AtomicInteger stopsAfter = new AtomicInteger(Integer.MAX_VALUE);

    private volatile @Nullable CountDownLatch goesOn;

    FakeCache() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        put("nix-cache-info", "StoreDir: /nix/store\n".getBytes(UTF_8));
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    FakeCache put(String name, byte[] content) {
        files.put("/" + name, content);
        return this;
    }

    /// Offers a path whose archive is as given, whatever is promised of it.
    ///
    /// @param promised what is signed
    NarInfo offer(String path, byte[] promised, byte[] given, SecretKey key, StorePath... referred)
            throws IOException {
        var name = StorePath.parse(path);
        var references = List.of(referred);
        var hash = NixHash.sha256Of(Bytes.wrap(promised));
        String url = "nar/" + name.hash() + ".nar";
        var info =
                new NarInfo(
                        name,
                        url,
                        "none",
                        Optional.empty(),
                        OptionalLong.empty(),
                        hash,
                        promised.length,
                        references,
                        Optional.empty(),
                        List.of(
                                key.sign(
                                                Bytes.utf8(
                                                        NarInfo.fingerprint(
                                                                name,
                                                                hash,
                                                                promised.length,
                                                                references)))
                                        .toString()),
                        Optional.empty());
        put(name.hash() + ".narinfo", info.encode().toByteArray());
        put(url, given);
        return info;
    }

    /// From now on breaks off every archive after so many bytes.
    void breaksAfter(int bytes) {
        stopsAfter.set(bytes);
    }

    /// From now on stops every archive after so many bytes, until told to go on.
    CountDownLatch stopsAfter(int bytes) {
        var latch = new CountDownLatch(1);
        goesOn = latch;
        stopsAfter.set(bytes);
        return latch;
    }

    /// How often something was asked for.
    long asked(String name) {
        var count = asked.get("/" + name);
        return count == null ? 0 : count.sum();
    }

    static byte[] nar(NarSource content) throws IOException {
        var out = new ByteArrayOutputStream();
        content.writeTo(new NarWriter(out));
        return out.toByteArray();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        asked.computeIfAbsent(path, _ -> new LongAdder()).increment();
        byte[] content = files.get(path);
        try (exchange) {
            if (content == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.sendResponseHeaders(200, content.length);
            var out = exchange.getResponseBody();
            int first = path.startsWith("/nar/") ? stopsAfter.get() : Integer.MAX_VALUE;
            if (first >= content.length) {
                out.write(content);
                return;
            }
            out.write(content, 0, first);
            out.flush();
            var latch = goesOn;
            if (latch != null) {
                latch.await();
                out.write(content, first, content.length - first);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
