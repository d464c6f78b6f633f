package cairn.remote;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// The body of an answer as a stream that waits only so long for each piece, and only for so slow a
/// server; the client's own stream waits for ever. Only waiting counts: a reader may take its time.
/// Reading belongs to one thread.
final class TimedBody extends InputStream implements HttpResponse.BodySubscriber<InputStream> {
    /// What the client's threads tell the reader.
    private sealed interface Piece {
        record Data(List<ByteBuffer> buffers) implements Piece {}

        record Failed(Throwable cause) implements Piece {}

        record End() implements Piece {}
    }

    /// Bytes a second, on the average of the patience.
    private static final int SLOWEST = 1024;

    private final Duration patience;
    private final LongSupplier nanoTime;
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private final Queue<ByteBuffer> buffers = new ArrayDeque<>();
    private long waited;
    private long received;
    private boolean ended;

    TimedBody(Duration patience) {
        this(patience, System::nanoTime);
    }

    TimedBody(Duration patience, LongSupplier nanoTime) {
        this.patience = patience;
        this.nanoTime = nanoTime;
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription.complete(given);
        given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        pieces.add(new Piece.Data(item));
    }

    @Override
    public void onError(Throwable cause) {
        pieces.add(new Piece.Failed(cause));
    }

    @Override
    public void onComplete() {
        pieces.add(new Piece.End());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!ended) {
            var buffer = buffers.peek();
            if (buffer != null && buffer.hasRemaining()) {
                int count = Math.min(length, buffer.remaining());
                buffer.get(target, offset, count);
                return count;
            }
            if (buffer != null) {
                buffers.remove();
                continue;
            }
            switch (next()) {
                case Piece.Data(var more) -> {
                    more.forEach(piece -> received += piece.remaining());
                    buffers.addAll(more);
                    subscription.join().request(1);
                }
                case Piece.Failed(var cause) -> throw new IOException(cause.getMessage(), cause);
                case Piece.End() -> ended = true;
            }
        }
        return -1;
    }

    /// Ends the exchange, if it is still under way.
    @Override
    public void close() {
        ended = true;
        var _ = subscription.thenAccept(Flow.Subscription::cancel);
    }

    private Piece next() throws IOException {
        long started = nanoTime.getAsLong();
        try {
            var piece = pieces.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
            waited += nanoTime.getAsLong() - started;
            if (piece != null && isFastEnough()) {
                return piece;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for a server", e);
        }
        close();
        throw new HttpTimeoutException(
                received == 0
                        ? "nothing more came for " + patience.toSeconds() + " seconds"
                        : "only %d B came in %d seconds"
                                .formatted(received, TimeUnit.NANOSECONDS.toSeconds(waited)));
    }

    /// Looks back once the patience was waited for.
    private boolean isFastEnough() {
        if (waited < patience.toNanos()) {
            return true;
        }
        boolean enough = received >= SLOWEST * patience.toSeconds();
        if (enough) {
            waited = 0;
            received = 0;
        }
        return enough;
    }
}
