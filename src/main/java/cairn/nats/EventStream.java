package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.JsonObject;
import cairn.engine.RefusedException;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A JetStream stream of what happens. It is made where it is lacking; one that is there stays as
/// it is.
///
/// @see <a href="https://docs.nats.io/nats-concepts/jetstream/streams">Streams</a>
final class EventStream {
    /// So soon a stream answers, if there is one.
    private static final Duration ANSWERS = Duration.ofSeconds(2);

    private static final int STREAM_NOT_FOUND = 10059;
    private static final int MESSAGE_NOT_FOUND = 10037;
    private static final int MESSAGE_TOO_LARGE = 10054;

    private final Bus bus;
    private final StreamConfiguration made;

    /// Whether it answered, so that it need not be looked for.
    private volatile boolean answered;

    /// @param made what it is like if it has to be made; it is kept in files and can be read by
    ///   direct gets
    EventStream(Bus bus, StreamConfiguration.Builder made) {
        this.bus = bus;
        this.made = made.storageType(StorageType.File).allowDirect(true).build();
    }

    String name() {
        return made.getName();
    }

    /// Publishes a message, which is there when the result is. The first of them waits until it is
    /// known that there is a stream.
    ///
    /// @throws RefusedException if it is larger than the server takes; so the result may fail too
    CompletableFuture<Bytes> publish(String subject, Headers headers, Bytes payload)
            throws IOException {
        if (payload.length() > bus.limit()) {
            throw tooLarge(
                    "a message has at most %,d bytes, and this one would have %,d"
                            .formatted(bus.limit(), payload.length()));
        }
        var sent =
                bus.send(subject, () -> headers, payload, Requests.Manner.PROMPT, Bus.PATIENCE)
                        .thenApply(Requests.Reply::payload)
                        .exceptionallyCompose(failure ->
                                isNobody(failure)
                                        ? makeAndSend(subject, headers, payload)
                                        : CompletableFuture.failedFuture(failure));
        if (!answered && Bus.await(sent, ANSWERS.toNanos()).isEmpty()) {
            // Somebody listens, who does not answer, and no stream is there.
            sent = makeAndSend(subject, headers, payload);
        }
        return sent.thenCompose(this::kept);
    }

    private static boolean isNobody(Throwable failure) {
        return failure instanceof Requests.NobodyException
                || failure.getCause() instanceof Requests.NobodyException;
    }

    private CompletableFuture<Bytes> makeAndSend(String subject, Headers headers, Bytes payload) {
        try {
            StreamInfo _ = make();
            return bus.send(subject, () -> headers, payload, Bus.PATIENCE);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<Bytes> kept(Bytes reply) {
        try {
            JsonNode error = JsonObject.parse("acknowledgement", reply).json().path("error");
            if (!error.isMissingNode()) {
                String why = error.path("description").asString("no reason is given");
                throw error.path("err_code").asInt(0) == MESSAGE_TOO_LARGE
                        ? tooLarge(why)
                        : failed(why, null);
            }
            answered = true;
            return CompletableFuture.completedFuture(reply);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /// The first message from a sequence on, empty if there is none.
    ///
    /// @param subject of all of them
    Optional<MessageInfo> next(long sequence, String subject) throws IOException {
        try {
            return Optional.of(management().getNextMessage(name(), sequence, subject));
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() == MESSAGE_NOT_FOUND) {
                return Optional.empty();
            }
            throw failed(e.getErrorDescription(), e);
        }
    }

    /// The stream, or empty if there is none.
    Optional<StreamInfo> find() throws IOException {
        try {
            return Optional.of(management().getStreamInfo(name()));
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() == STREAM_NOT_FOUND) {
                return Optional.empty();
            }
            throw failed(e.getErrorDescription(), e);
        }
    }

    /// Finds the stream, or makes it.
    StreamInfo make() throws IOException {
        try {
            var found = find();
            return found.isPresent() ? found.get() : management().addStream(made);
        } catch (JetStreamApiException e) {
            throw failed(e.getErrorDescription(), e);
        } catch (RefusedException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(
                    "%s has no stream %s, and this client cannot make it: %s"
                            .formatted(bus.server(), name(), e.getMessage()),
                    e);
        }
    }

    private JetStreamManagement management() throws IOException {
        return bus.connection().jetStreamManagement();
    }

    private IOException failed(String why, @Nullable Throwable cause) {
        return new IOException(about(why), cause);
    }

    private RefusedException tooLarge(String why) {
        return new RefusedException(RefusedException.Reason.TOO_LARGE, about(why));
    }

    private String about(String why) {
        return "%s, stream %s: %s".formatted(bus.server(), name(), why);
    }
}
