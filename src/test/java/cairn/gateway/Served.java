package cairn.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import cairn.engine.CacheServer;
import cairn.engine.CacheServer.Settings;
import cairn.engine.CacheServer.Writer;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.Uploads;
import cairn.store.Progress;
import cairn.store.StoredPath;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A gateway on a free port, with an engine of its own.
final class Served implements AutoCloseable {
    static final Uploads.Limits LIMITS = Uploads.Limits.DEFAULT;

    private final Engine engine;
    private final CacheServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    private Served(Engine engine, CacheServer server) {
        this.engine = engine;
        this.server = server;
    }

    /// A node that everyone on this machine may write to, and that trusts nobody.
    static Served writable(Path home) throws IOException {
        return with(home, settings(true, List.of(), TrustedKeys.NONE, Optional.empty(), LIMITS));
    }

    static Served readable(Path home) throws IOException {
        return with(home, Settings.reading(0));
    }

    static Settings settings(
            boolean writable,
            List<Writer> writers,
            TrustedKeys trusted,
            Optional<SecretKey> key,
            Uploads.Limits limits) {
        return new Settings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Set.of(),
                writable,
                writers,
                Optional.empty(),
                trusted,
                key,
                List.of(),
                false,
                Configuration.UNLIMITED,
                30,
                limits);
    }

    /// A node that asks other stores for what it lacks.
    static Served drawing(Path home, TrustedKeys trusted, List<String> substituters)
            throws IOException {
        return drawing(Engine.open(home), trusted, substituters);
    }

    /// The same with an engine that is closed with it.
    static Served drawing(Engine engine, TrustedKeys trusted, List<String> substituters)
            throws IOException {
        return with(
                engine,
                new Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        Set.of(),
                        false,
                        List.of(),
                        Optional.empty(),
                        trusted,
                        Optional.empty(),
                        substituters,
                        false,
                        Configuration.UNLIMITED,
                        30,
                        LIMITS));
    }

    static Served with(Path home, Settings settings) throws IOException {
        return with(Engine.open(home), settings);
    }

    private static Served with(Engine engine, Settings settings) throws IOException {
        return new Served(engine, Gateway.start(engine, settings));
    }

    /// A node that everyone may write to, and that waits no longer than so.
    ///
    /// @param grace how long it waits for those it is answering when it stops
    static Served impatient(Path home, Duration patience, Duration grace) throws IOException {
        var engine = Engine.open(home);
        var settings = settings(true, List.of(), TrustedKeys.NONE, Optional.empty(), LIMITS);
        return new Served(engine, Gateway.start(engine, settings, patience, grace));
    }

    Engine engine() {
        return engine;
    }

    CacheServer server() {
        return server;
    }

    String url() {
        return server.address().toString();
    }

    /// Adds a folder with these files to the store.
    StoredPath add(Path folder, String name) throws IOException {
        return engine.add(name, folder, false, Progress.NONE);
    }

    HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        return send(HttpRequest.newBuilder().GET(), path, headers);
    }

    HttpResponse<byte[]> head(String path, String... headers) throws Exception {
        return send(HttpRequest.newBuilder().HEAD(), path, headers);
    }

    HttpResponse<byte[]> put(String path, byte[] body, String... headers) throws Exception {
        return send(HttpRequest.newBuilder().PUT(BodyPublishers.ofByteArray(body)), path, headers);
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request, String path, String... headers)
            throws Exception {
        request.uri(URI.create(url() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    /// A connection on which anything can be sent.
    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /// Sends what is no request that a client would send, and returns all that comes back until the
    /// server has no more to say.
    String raw(String text) throws IOException {
        try (var socket = connect()) {
            socket.getOutputStream().write(text.getBytes(UTF_8));
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), UTF_8);
    }

    static Path file(Path path, String content) throws IOException {
        Files.createDirectories(path.getParent());
        return Files.writeString(path, content);
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
        engine.close();
    }
}
