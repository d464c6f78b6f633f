package cairn.gateway;

import cairn.engine.RefusedException;
import cairn.engine.RefusedException.Reason;
import cairn.nix.NarCompression;
import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.SocketWriterException;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One request and its answer. Belongs to one thread.
final class Exchange {
    private static final int ZSTD_LEVEL = 3;
    private static final long GRACE_NANOS = 30_000_000_000L;
    private static final long SLOWEST_BYTES_PER_SECOND = 1 << 10;
    private static final int DRAINED = 64 << 20;
    private static final byte[] NOTHING = {};
    static final Header TEXT = type("text/plain; charset=utf-8");
    private static final Header LASTING =
            HeaderValues.createCached(
                    HeaderNames.CACHE_CONTROL, "public, max-age=31536000, immutable");
    private static final Header RANGES =
            HeaderValues.createCached(HeaderNames.ACCEPT_RANGES, "bytes");
    private static final Header VARY =
            HeaderValues.createCached(HeaderNames.VARY, "Accept-Encoding");
    private static final Header ZSTD =
            HeaderValues.createCached(HeaderNames.CONTENT_ENCODING, "zstd");

    private final ServerRequest request;
    private final ServerResponse response;
    private final Metrics metrics;
    private final Patience.Wait wait;
    private final Feed.Entry entry;
    private final String method;
    private boolean begun;
    private @Nullable InputStream entity;

    /// Whether nothing more is to be expected of the client.
    private boolean lost;

    Exchange(
            ServerRequest request,
            ServerResponse response,
            Metrics metrics,
            Patience patience,
            Feed feed) {
        this.request = request;
        this.response = response;
        this.metrics = metrics;
        wait = patience.mine();
        method = request.prologue().method().text();
        entry = feed.begin(request.remotePeer().address(), method, path());
    }

    /// Ends it, and returns how many nanoseconds it took.
    long end() {
        return entry.end(status());
    }

    static Header type(String type) {
        return HeaderValues.createCached(HeaderNames.CONTENT_TYPE, type);
    }

    /// As it was sent, without the query.
    String path() {
        return request.prologue().uriPath().rawPath();
    }

    String query(String name) {
        return request.query().first(name).orElse("");
    }

    boolean isRead() {
        return method.equals("GET") || isHead();
    }

    boolean isHead() {
        return method.equals("HEAD");
    }

    boolean isWrite() {
        return method.equals("PUT");
    }

    /// Tells whether the client speaks HTTP/1.0: no browser does.
    boolean isOld() {
        return request.headers().contains(OldClients.VIA);
    }

    /// The first value of a header, or an empty text.
    String header(HeaderName name) {
        return request.headers().first(name).orElse("");
    }

    /// Tells whether the answer is on its way, so that no other is possible.
    boolean hasBegun() {
        return begun;
    }

    /// Takes back the headers of an answer that has not begun.
    void takeBack() {
        response.headers().clear();
    }

    /// Ends the connection behind the answer if the client wants that; the server would keep it.
    void hangUp() {
        if (!isOld() && !request.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
            return;
        }
        if (response.isSent()) {
            throw new CloseConnectionException("as the client wants it");
        }
        response.whenSent(() -> {
            throw new CloseConnectionException("as the client wants it");
        });
    }

    int status() {
        return response.status().code();
    }

    Exchange with(Header header) {
        response.header(header);
        return this;
    }

    Exchange with(HeaderName name, String value) {
        return with(HeaderValues.create(name, value));
    }

    /// Answers in full.
    void answer(int status, Header type, byte[] body) {
        answer(Status.create(status), type, body);
    }

    void answer(Status status, Header type, byte[] body) {
        response.status(status);
        response.header(type);
        finish(body);
    }

    /// Answers by one sentence.
    void say(int status, String sentence) {
        answer(status, TEXT, (sentence + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /// Answers without a body.
    void done(int status) {
        response.status(Status.create(status));
        finish(NOTHING);
    }

    /// Answers `HEAD` by how long the body would be.
    void head(long size) {
        begin();
        response.headers().contentLength(size);
        response.send(NOTHING);
    }

    /// Answers `HEAD` for a body of unknown length, behind which the connection ends: the server
    /// knows no other way to say nothing of the length than to send the end of such a body.
    void head() {
        begin();
        response.header(HeaderValues.CONNECTION_CLOSE);
        response.header(HeaderValues.TRANSFER_ENCODING_CHUNKED);
        response.send(NOTHING);
        throw new CloseConnectionException("nothing follows");
    }

    /// Answers by one sentence, and has done with a client that has more to send. What is on its
    /// way already is taken off the wire, so that the client comes to read the sentence.
    void turnAway(int status, String sentence) throws IOException {
        boolean sending =
                request.headers().contentLength().orElse(0) > 0
                        || request.headers().contains(HeaderNames.TRANSFER_ENCODING);
        if (!sending || request.content().consumed()) {
            say(status, sentence);
            return;
        }
        response.header(HeaderValues.CONNECTION_CLOSE);
        say(status, sentence);
        boolean waits = request.headers().contains(HeaderNames.EXPECT) && !request.continueSent();
        if (!waits && !lost) {
            drain();
        }
        throw new CloseConnectionException("turned away");
    }

    /// Serves an entity or what is wanted of it.
    void serve(Entity entity) throws IOException {
        // How long it would be packed is not known, so a question for the length is answered as if
        // it was not.
        boolean packed = entity.packable() && wantsZstd() && !isHead();
        String tag = '"' + entity.tag() + (packed ? "-zstd" : "") + '"';
        if (!entity.tag().isEmpty()) {
            response.header(HeaderNames.ETAG, tag);
        }
        if (entity.packable()) {
            response.header(VARY);
        }
        if (entity.lasting()) {
            response.header(LASTING);
        }
        if (!entity.tag().isEmpty() && isKnown(tag)) {
            done(Status.NOT_MODIFIED_304.code());
            return;
        }
        response.header(type(entity.type()));
        String wanted = header(HeaderNames.RANGE);
        String condition = header(HeaderNames.IF_RANGE);
        boolean partial =
                !packed && !wanted.isEmpty() && (condition.isEmpty() || condition.equals(tag));
        var part =
                partial
                        ? ByteRange.of(wanted, entity.size())
                        : Optional.of(ByteRange.whole(entity.size()));
        if (part.isEmpty()) {
            response.header(HeaderNames.CONTENT_RANGE, "bytes */" + entity.size());
            say(416, "it has %d bytes".formatted(entity.size()));
            return;
        }
        if (packed) {
            response.header(ZSTD);
            var out = new Counted();
            stream(out, _ -> pack(entity, out));
            return;
        }
        response.header(RANGES);
        if (part.get().length() < entity.size()) {
            response.status(Status.PARTIAL_CONTENT_206);
            response.header(HeaderNames.CONTENT_RANGE, part.get().of(entity.size()));
        }
        send(entity, part.get());
    }

    /// Tells whether the client has the entity of this tag already.
    boolean isKnown(String tag) {
        String known = header(HeaderNames.IF_NONE_MATCH);
        return !known.isEmpty()
                && (known.equals("*")
                        || Arrays.stream(known.split(",", -1))
                                .map(String::strip)
                                .anyMatch(each -> each.equals(tag) || each.equals("W/" + tag)));
    }

    /// Writes the body of an answer.
    @FunctionalInterface
    interface Body {
        void write(OutputStream out) throws IOException;
    }

    /// Answers by a body whose length is not known before.
    void stream(Body body) throws IOException {
        if (isOld()) {
            takeBack();
            say(505, "this takes HTTP/1.1, which can tell the end of it");
            return;
        }
        stream(new Counted(), body);
    }

    private void stream(Counted out, Body body) throws IOException {
        try {
            body.write(out);
            out.close();
        } finally {
            metrics.sent(out.count);
        }
    }

    /// What the client sends, unpacked. Gives up on one that is too slow. To be closed.
    ///
    /// @param limit the most bytes, packed and unpacked
    /// @throws RefusedException if it does not say how long it is, as Nix does
    InputStream body(long limit) throws IOException {
        if (request.headers().contains(HeaderNames.TRANSFER_ENCODING)) {
            throw new RefusedException(Reason.WRONG, "say how long the body is: Content-Length");
        }
        long length = request.headers().contentLength().orElse(0);
        if (length > limit) {
            throw new RefusedException(
                    Reason.TOO_LARGE,
                    "%d bytes are more than the %d that are taken".formatted(length, limit));
        }
        var sent = new Paced(length == 0 ? InputStream.nullInputStream() : entity(), limit);
        return isEncoded()
                ? NarCompression.named(header(HeaderNames.CONTENT_ENCODING)).decompress(sent, limit)
                : sent;
    }

    /// Tells whether the body is packed on its way, whatever it is.
    boolean isEncoded() {
        String encoding = header(HeaderNames.CONTENT_ENCODING);
        return !encoding.isEmpty() && !encoding.equals("identity");
    }

    private static RefusedException tooSlow() {
        return new RefusedException(Reason.TOO_SLOW, "the body comes too slowly");
    }

    private RefusedException lost(RefusedException why) {
        lost = true;
        return why;
    }

    /// Answers on the thread that watches, while that of the exchange waits and can do no more: to
    /// end its wait costs the connection.
    private void tellTooSlow() {
        response.status(Status.REQUEST_TIMEOUT_408);
        response.header(HeaderValues.CONNECTION_CLOSE);
        response.header(TEXT);
        begin();
        response.send((tooSlow().getMessage() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void begin() {
        begun = true;
        entry.answers(status());
    }

    private void finish(byte[] body) {
        if (isHead()) {
            head(body.length);
        } else {
            begin();
            wait.begin();
            response.send(body);
            boolean _ = wait.end();
            metrics.sent(body.length);
            entry.passed(body.length);
        }
    }

    private void send(Entity entity, ByteRange part) throws IOException {
        if (isHead() || part.length() == 0) {
            head(part.length());
            return;
        }
        response.headers().contentLength(part.length());
        stream(new Counted(), out -> entity.content().write(out, part));
    }

    private static void pack(Entity entity, Counted out) throws IOException {
        try (var packed =
                new ZstdOutputStreamNoFinalizer(out, RecyclingBufferPool.INSTANCE, ZSTD_LEVEL)) {
            try {
                entity.content().write(packed, ByteRange.whole(entity.size()));
            } catch (IOException | RuntimeException e) {
                out.cut(); // or its end would be written, as if that was all
                throw e;
            }
        }
    }

    /// Within this machine bytes travel faster than they are packed, so there it takes a client
    /// that wants nothing else.
    private boolean wantsZstd() {
        String accepted = header(HeaderNames.ACCEPT_ENCODING);
        if (!accepted.contains("zstd") || !header(HeaderNames.RANGE).isEmpty() || isOld()) {
            return false;
        }
        var codings = Arrays.stream(accepted.split(",", -1)).map(String::strip).toList();
        boolean refused =
                codings.stream().anyMatch(coding -> coding.matches("zstd *; *q=0(\\.0*)?"));
        return !refused && (codings.size() == 1 || !isLocal());
    }

    private boolean isLocal() {
        return request.remotePeer().address() instanceof InetSocketAddress peer
                && peer.getAddress().isLoopbackAddress();
    }

    /// What the client sends, of which the server hands out one stream.
    private InputStream entity() {
        var in = entity == null ? request.content().inputStream() : entity;
        entity = in;
        return in;
    }

    private void drain() {
        byte[] buffer = new byte[1 << 14];
        try (var in = new Paced(entity(), DRAINED)) {
            int read = 0;
            while (read >= 0) {
                read = in.read(buffer, 0, buffer.length);
            }
        } catch (IOException | RuntimeException _) {
            // The connection is given up anyway.
        }
    }

    /// Counts what is sent. The answer begins with the first byte.
    private final class Counted extends OutputStream {
        private @Nullable OutputStream out;
        private long count;
        private boolean cut;

        /// Drops what is still to come.
        void cut() {
            cut = true;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            if (cut) {
                return;
            }
            var sink = opened();
            wait.begin();
            try {
                sink.write(source, offset, length);
            } finally {
                boolean _ = wait.end();
            }
            count += length;
            entry.passed(length);
        }

        @Override
        public void close() throws IOException {
            if (!cut) {
                opened().close();
            }
        }

        private OutputStream opened() {
            if (out == null) {
                begin();
                out = response.outputStream();
            }
            return out;
        }
    }

    /// Counts what comes, and refuses to wait for a trickle.
    private final class Paced extends FilterInputStream {
        private final long started = System.nanoTime();
        private final long limit;
        private long count;

        Paced(InputStream in, long limit) {
            super(in);
            this.limit = limit;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = receive(target, offset, length);
            if (read > 0) {
                count += read;
                metrics.received(read);
                entry.passed(read);
            }
            if (count > limit) {
                throw new RefusedException(
                        Reason.TOO_LARGE, "more than the %d bytes that are taken".formatted(limit));
            }
            long took = System.nanoTime() - started;
            if (took > GRACE_NANOS && count / (took / 1e9) < SLOWEST_BYTES_PER_SECOND) {
                throw lost(tooSlow());
            }
            return read;
        }

        private int receive(byte[] target, int offset, int length) throws IOException {
            wait.begin(Exchange.this::tellTooSlow);
            int read = 0;
            boolean broken = false;
            try {
                read = super.read(target, offset, length);
            } catch (UncheckedIOException
                    | SocketWriterException
                    | CloseConnectionException
                    | DataReader.InsufficientDataAvailableException _) {
                broken = true;
            }
            if (wait.end()) {
                throw lost(tooSlow());
            }
            if (broken) {
                throw lost(new RefusedException(Reason.WRONG, "the body ends too early"));
            }
            return read;
        }

        /// The end is the connection's matter.
        @Override
        public void close() {}
    }
}
