package cairn.remote;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.NarCompression;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A binary cache behind HTTP.
///
/// Each wait has an end: for the connection, for the answer, and for each piece of its body.
/// Redirects are followed, a few of them, to HTTP and HTTPS alone and never from the second to the
/// first.
final class HttpFiles implements CacheFiles {
    private static final int MAX_REDIRECTS = 5;
    private static final int SHOWN = 200;

    /// Slower uploads are given up, in bytes a second.
    private static final long SLOWEST_UPLOAD = 16 << 10;

    /// Some object stores say 403 of what is not there.
    private static final Set<Integer> ABSENT = Set.of(403, 404, 410);

    private static final Set<Integer> MOVED = Set.of(301, 302, 303, 307, 308);

    private final String base;
    private final Duration patience;
    private final HttpClient client;

    /// @param base the address of the cache, without a slash at its end
    /// @param patience how long to wait for anything
    HttpFiles(String base, Duration patience) throws FormatException {
        URI uri = address(base);
        if (uri.getRawUserInfo() != null || uri.getRawFragment() != null || !hasServer(uri)) {
            throw new FormatException(
                    "store uri", 0, "'" + base + "' is not the address of a cache");
        }
        this.base = base;
        this.patience = patience;
        client =
                HttpClient.newBuilder()
                        .connectTimeout(patience)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    @Override
    public Optional<InputStream> open(String name) throws IOException {
        var response =
                send(
                        name,
                        HttpRequest.newBuilder()
                                .timeout(patience)
                                .header("Accept-Encoding", "zstd, gzip")
                                .GET());
        if (ABSENT.contains(response.statusCode())) {
            response.body().close();
            return Optional.empty();
        }
        expect(response, name, Set.of(200));
        String encoding = response.headers().firstValue("Content-Encoding").orElse("identity");
        return Optional.of(
                switch (encoding) {
                    case "identity" -> response.body();
                    case "gzip", "zstd" -> unpacked(response.body(), encoding);
                    default -> {
                        response.body().close();
                        throw new IOException(
                                "%s/%s comes in an encoding we did not ask for: %s"
                                        .formatted(base, name, encoding));
                    }
                });
    }

    @Override
    public boolean has(String name) throws IOException {
        var response = send(name, HttpRequest.newBuilder().timeout(patience).HEAD());
        response.body().close();
        if (ABSENT.contains(response.statusCode())) {
            return false;
        }
        expect(response, name, Set.of(200));
        return true;
    }

    @Override
    public List<String> names(String folder) throws IOException {
        throw new IOException(
                base + " does not tell what it has: name paths in full, or by their hashes");
    }

    @Override
    public void write(String name, Bytes content) throws IOException {
        put(name, BodyPublishers.ofByteArray(content.toByteArray()));
    }

    @Override
    public Path temporary() throws IOException {
        return Files.createTempFile("cairn-", ".nar");
    }

    @Override
    public void move(Path temporary, String name) throws IOException {
        if (!has(name)) {
            put(name, BodyPublishers.ofFile(temporary));
        }
        Files.delete(temporary);
    }

    @Override
    public void giveUp() {
        client.shutdownNow();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private void put(String name, HttpRequest.BodyPublisher body) throws IOException {
        var response = send(name, HttpRequest.newBuilder().PUT(body).timeout(upload(body)));
        expect(response, name, Set.of(200, 201, 204));
        response.body().close();
    }

    private Duration upload(HttpRequest.BodyPublisher body) {
        return patience.plusSeconds(body.contentLength() / SLOWEST_UPLOAD);
    }

    private HttpResponse<InputStream> send(String name, HttpRequest.Builder request)
            throws IOException {
        URI uri = address(base + "/" + name);
        for (int i = 0; i <= MAX_REDIRECTS; i++) {
            var response = send(request.uri(uri).setHeader("User-Agent", "cairn").build());
            var target = response.headers().firstValue("Location");
            if (!MOVED.contains(response.statusCode()) || target.isEmpty()) {
                return response;
            }
            response.body().close();
            uri = redirect(uri, target.get());
        }
        throw new IOException("too many redirects from " + base + "/" + name);
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, _ -> new TimedBody(patience));
        } catch (ConnectException e) {
            // Its own message says neither who nor why.
            throw new IOException(
                    "%s cannot be reached: there is no such server, or nobody listens there"
                            .formatted(request.uri().resolve("/")),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + request.uri(), e);
        }
    }

    private static InputStream unpacked(InputStream body, String encoding) throws IOException {
        try {
            return NarCompression.named(encoding).decompress(body, Long.MAX_VALUE);
        } catch (IOException e) {
            body.close();
            throw e;
        }
    }

    private static URI redirect(URI from, String target) throws IOException {
        URI to;
        try {
            to = from.resolve(target);
        } catch (IllegalArgumentException e) {
            throw new FormatException("http", 0, "a redirect to " + e.getMessage());
        }
        boolean allowed =
                "https".equalsIgnoreCase(to.getScheme())
                        || "http".equalsIgnoreCase(to.getScheme())
                                && "http".equalsIgnoreCase(from.getScheme());
        if (!allowed || !hasServer(to)) {
            throw new IOException("a redirect that is not followed: from " + from + " to " + to);
        }
        return to;
    }

    /// Tells whether an address names a server that the client does not choke on.
    private static boolean hasServer(URI uri) {
        return uri.getHost() != null && uri.getPort() <= 0xffff;
    }

    private static URI address(String text) throws FormatException {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new FormatException(
                    "store uri", Math.max(0, e.getIndex()), e.getReason() + " in '" + text + "'");
        }
    }

    /// Shows what a server says with a status that was not hoped for.
    private void expect(HttpResponse<InputStream> response, String name, Set<Integer> statuses)
            throws IOException {
        if (statuses.contains(response.statusCode())) {
            return;
        }
        try (var body = response.body()) {
            String words =
                    new String(body.readNBytes(SHOWN), StandardCharsets.UTF_8)
                            .replaceAll("\\p{Cntrl}+", " ")
                            .strip();
            throw new IOException(
                    "%s/%s answers %d%s"
                            .formatted(
                                    base,
                                    name,
                                    response.statusCode(),
                                    words.isEmpty() ? "" : ": " + words));
        }
    }
}
