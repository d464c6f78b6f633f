package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.engine.RefusedException;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import io.nats.client.support.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Requests that are under way over one connection, and the replies to them, which may come in
/// parts. Safe for use by several threads.
///
/// What the connection lost is asked again when it is back, and what nobody answers for a while is
/// asked again too, as another may hear it then. So each request must be one that may be heard
/// twice.
final class Requests implements AutoCloseable {
    private static final int NO_RESPONDERS = 503;
    private static final int NOT_FOUND = 404;
    private static final long AGAIN_MILLIS = 250;
    private static final long GLANCE_MILLIS = 500;

    /// After this part of the patience it is asked again.
    private static final int TRIES = 10;

    private final Connection connection;
    private final String server;
    private final String inbox;
    private final Dispatcher dispatcher;
    private final Map<String, Pending> pending = new ConcurrentHashMap<>();
    private final AtomicLong count = new AtomicLong();

    /// Whether anybody ever answered who is waited for, so that a silence may be one that ends.
    private volatile boolean answered;

    private volatile boolean closed;

    private Requests(Connection connection, String server) {
        this.connection = connection;
        this.server = server;
        inbox = connection.createInbox() + ".";
        dispatcher = connection.createDispatcher(this::reply);
    }

    static Requests over(Connection connection, String server) {
        var requests = new Requests(connection, server);
        requests.dispatcher.subscribe(requests.inbox + "*");
        requests.glance();
        return requests;
    }

    /// Whether a request waits for somebody who may answer later.
    enum Manner {
        PATIENT,
        /// Somebody who may be gone for good is asked; then the reply fails at once.
        PROMPT
    }

    /// What was answered.
    ///
    /// @param headers those of the last part, if it has any
    record Reply(Bytes payload, @Nullable Headers headers) {}

    private static final class Pending {
        private final String subject;
        private final Supplier<Headers> headers;
        private final Bytes payload;
        private final Manner manner;
        private final long againAfterNanos;
        private final CompletableFuture<Reply> reply = new CompletableFuture<>();

        /// When it was asked, or some of the reply came.
        private volatile long since = System.nanoTime();

        /// Belongs to the thread of replies.
        private Parts parts = new Parts();

        Pending(
                String subject,
                Supplier<Headers> headers,
                Bytes payload,
                Manner manner,
                Duration patience) {
            this.subject = subject;
            this.headers = headers;
            this.payload = payload;
            this.manner = manner;
            againAfterNanos = patience.dividedBy(TRIES).toNanos();
        }
    }

    /// How many wait for a reply.
    int underWay() {
        return pending.size();
    }

    /// Asks; the reply comes on another thread, which must not be kept. Who cancels it is not
    /// waited for any more.
    ///
    /// @param headers asked anew each time the request goes out
    /// @param patience how long a reply may take
    CompletableFuture<Reply> send(
            String subject,
            Supplier<Headers> headers,
            Bytes payload,
            Manner manner,
            Duration patience) {
        var request = new Pending(subject, headers, payload, manner, patience);
        String token = Long.toString(count.incrementAndGet(), Character.MAX_RADIX);
        pending.put(token, request);
        var _ = request.reply.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
        publish(token, request);
        var reply =
                request.reply
                        .whenComplete((_, _) -> pending.remove(token))
                        .exceptionallyCompose(e ->
                                CompletableFuture.failedFuture(
                                        isTimeout(e)
                                                ? new IOException(
                                                        "%s: nobody answered %s within %d s"
                                                                .formatted(
                                                                        server,
                                                                        subject,
                                                                        patience.toSeconds()))
                                                : e));
        var _ =
                reply.whenComplete((_, _) -> {
                    if (reply.isCancelled()) {
                        request.reply.cancel(false);
                    }
                });
        return reply;
    }

    /// Whoever comes behind another stage finds what went wrong wrapped.
    private static boolean isTimeout(Throwable e) {
        return e instanceof TimeoutException
                || e instanceof CompletionException && e.getCause() instanceof TimeoutException;
    }

    /// Asks everything again that is not answered, because it may be lost.
    void again() {
        pending.forEach(this::publish);
    }

    /// Fails what the server does not let through.
    void refused(String subject) {
        for (var request : pending.values()) {
            if (request.subject.equals(subject)) {
                request.reply.completeExceptionally(
                        forbidden("%s does not let this client ask %s".formatted(server, subject)));
            }
        }
    }

    /// Fails everything, because no reply can come.
    ///
    /// @param subject what the server does not let this client subscribe to
    void deaf(String subject) {
        if (subject.startsWith(inbox)) {
            failAll(
                    forbidden(
                            ("%s does not let this client have replies at %s: set nats.inbox as its"
                                            + " role has it")
                                    .formatted(server, subject)));
        }
    }

    void failAll(IOException cause) {
        pending.values().forEach(request -> request.reply.completeExceptionally(cause));
    }

    private static RefusedException forbidden(String text) {
        return new RefusedException(RefusedException.Reason.FORBIDDEN, text);
    }

    /// Asks again what nobody answers, until it is closed.
    private void glance() {
        if (closed) {
            return;
        }
        long now = System.nanoTime();
        pending.forEach((token, request) -> {
            if (now - request.since > request.againAfterNanos && request.manner == Manner.PATIENT) {
                publish(token, request);
            }
        });
        CompletableFuture.delayedExecutor(GLANCE_MILLIS, TimeUnit.MILLISECONDS)
                .execute(this::glance);
    }

    private void publish(String token, Pending request) {
        request.since = System.nanoTime();
        try {
            connection.publish(
                    NatsMessage.builder()
                            .subject(request.subject)
                            .replyTo(inbox + token)
                            .headers(request.headers.get())
                            .data(request.payload.toByteArray())
                            .build());
        } catch (IllegalArgumentException | IllegalStateException e) {
            request.reply.completeExceptionally(
                    new IOException("%s: %s".formatted(server, e.getMessage()), e));
        }
    }

    private void reply(Message message) {
        String token = message.getSubject().substring(inbox.length());
        var request = pending.get(token);
        if (request == null) {
            return; // nobody waits for it any more
        }
        if (message.isStatusMessage()) {
            status(token, request, message.getStatus());
            return;
        }
        answered |= request.manner == Manner.PATIENT;
        request.since = System.nanoTime();
        try {
            var refusal =
                    message.hasHeaders()
                            ? Refusal.in(message.getHeaders())
                            : Optional.<Refusal>empty();
            if (refusal.isPresent()) {
                request.reply.completeExceptionally(new AnsweredException(refusal.get()));
                return;
            }
            request.parts
                    .add(message)
                    .ifPresent(payload ->
                            request.reply.complete(new Reply(payload, message.getHeaders())));
        } catch (FormatException e) {
            request.reply.completeExceptionally(e);
        }
    }

    /// What the server says itself.
    private void status(String token, Pending request, Status status) {
        if (status.getCode() == NO_RESPONDERS) {
            nobody(token, request);
            return;
        }
        var kind =
                status.getCode() == NOT_FOUND
                        ? Wire.Problem.Kind.NOT_FOUND
                        : Wire.Problem.Kind.FAILED;
        request.reply.completeExceptionally(
                new AnsweredException(
                        new Refusal(
                                kind,
                                "%s says to %s: %s"
                                        .formatted(server, request.subject, status.getMessage()))));
    }

    private void nobody(String token, Pending request) {
        if (!answered || request.manner == Manner.PROMPT) {
            request.reply.completeExceptionally(
                    new NobodyException(
                            "%s: no node answers %s there".formatted(server, request.subject)));
            return;
        }
        // Whoever answered before may come back.
        request.parts = new Parts();
        Executor later = CompletableFuture.delayedExecutor(AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        later.execute(() -> {
            if (!request.reply.isDone()) {
                publish(token, request);
            }
        });
    }

    /// Nobody listens there.
    static final class NobodyException extends IOException {
        private static final long serialVersionUID = 1;

        NobodyException(String text) {
            super(text);
        }
    }

    /// The answer is that it is not to be had.
    static final class AnsweredException extends IOException {
        private static final long serialVersionUID = 1;

        private final transient Refusal refusal;

        AnsweredException(Refusal refusal) {
            super(refusal.text());
            this.refusal = refusal;
        }

        Refusal refusal() {
            return refusal;
        }
    }

    /// Fails what is under way.
    @Override
    public void close() {
        closed = true;
        failAll(new IOException(server + ": the connection was closed"));
        new ArrayList<>(pending.keySet()).forEach(pending::remove);
    }
}
