package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.JsonObject;
import cairn.engine.Configuration;
import cairn.engine.RefusedException;
import cairn.ipld.Block;
import cairn.ipld.BlockSource;
import io.nats.client.ConsumeOptions;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.Message;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.nats.client.impl.Headers;
import io.nats.client.support.NatsJetStreamConstants;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/// The JetStream stream in which the blocks of a domain are kept, one message for each, which
/// nothing replaces.
///
/// ```
/// CID_BLOCKS           subject BLOCK.<cid>            ; of the default domain
/// CID_BLOCKS_<domain>  subject BLOCK.<domain>.<cid>
/// Cairn-Path: JSON     ; beside a PathNode: its cid, signatures, deriver, ca
/// ```
///
/// Whoever may publish there may publish anything, so each block is hashed before it is believed.
/// Safe for use by several threads.
///
/// @see <a href="https://docs.nats.io/nats-concepts/jetstream/streams">Streams</a>
final class BlockStream implements BlockSource {
    static final String PATH = "Cairn-Path";
    private static final Logger LOG = System.getLogger(BlockStream.class.getName());

    /// A new message for a subject that has one is refused only by a stream that has some limit.
    private static final long MAX_MESSAGES = 1_000_000_000;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int HEADERS_AT_ONCE = 5000;
    private static final int STREAM_NOT_FOUND = 10059;
    private static final int OTHER_CONFIGURATION = 10058;
    private static final int STORE_FAILED = 10077;
    private static final int INSUFFICIENT_RESOURCES = 10023;
    private static final int INSUFFICIENT_STORAGE = 10047;
    private static final String THERE = "maximum messages per subject exceeded";

    private final Bus bus;
    private final Subjects subjects;

    BlockStream(Bus bus, Subjects subjects) {
        this.bus = bus;
        this.subjects = subjects;
    }

    /// A message of the stream.
    ///
    /// @param claim what is said of the path if the block is its PathNode, and somebody says it
    record Kept(Bytes bytes, Optional<PathJson.Claim> claim) {}

    /// What became of a block that was published.
    enum Published {
        FRESH,
        THERE
    }

    /// The stream takes nothing more.
    static final class FullException extends IOException {
        private static final long serialVersionUID = 1;

        FullException(String text) {
            super(text);
        }
    }

    String name() {
        return subjects.blocks();
    }

    /// Finds the stream, or makes it; one that is there stays as it is.
    ///
    /// @throws IOException also while the servers of a cluster look for each other
    StreamInfo make(Configuration.Nats.Streams settings) throws IOException {
        var management = bus.connection().jetStreamManagement();
        try {
            var found = find(management);
            if (found.isPresent()) {
                return found.get();
            }
            return management.addStream(
                    StreamConfiguration.builder()
                            .name(name())
                            .description("Blocks of the Cairn domain " + subjects.label())
                            .subjects(subjects.anyKept())
                            .storageType(StorageType.File)
                            .discardPolicy(DiscardPolicy.New)
                            .discardNewPerSubject(true)
                            .maxMessagesPerSubject(1)
                            .maxMessages(MAX_MESSAGES)
                            .maxBytes(
                                    settings.limit() == Configuration.UNLIMITED
                                            ? -1
                                            : settings.limit())
                            .allowDirect(true)
                            .replicas(settings.replicas())
                            .build());
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() == OTHER_CONFIGURATION) {
                throw new IOException(
                        "%s: another node makes stream %s just now".formatted(bus.server(), name()),
                        e);
            }
            throw failed(e);
        } catch (IOException e) {
            throw refused().map(IOException.class::cast).orElse(e);
        }
    }

    /// The stream as it is, if it is there.
    Optional<StreamInfo> find() throws IOException {
        try {
            return find(bus.connection().jetStreamManagement());
        } catch (JetStreamApiException e) {
            throw failed(e);
        } catch (IOException e) {
            throw refused().map(IOException.class::cast).orElse(e);
        }
    }

    private Optional<StreamInfo> find(JetStreamManagement management)
            throws IOException, JetStreamApiException {
        try {
            return Optional.of(management.getStreamInfo(name()));
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() == STREAM_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private IOException failed(JetStreamApiException e) {
        return new IOException(
                "%s, stream %s: %s".formatted(bus.server(), name(), e.getErrorDescription()), e);
    }

    /// The library takes a refusal for silence.
    private Optional<RefusedException> refused() throws IOException {
        bus.settle();
        return bus.refused().stream()
                .map(Bus.Refused::subject)
                .filter(subject -> subject.startsWith("$JS.API.") && subject.endsWith(name()))
                .findFirst()
                .map(subject ->
                        new RefusedException(
                                RefusedException.Reason.FORBIDDEN,
                                "%s does not let this client use %s: it needs the role of a node"
                                        .formatted(bus.server(), subject)));
    }

    /// Publishes a block. What the connection lost is published again, as nothing is kept twice.
    ///
    /// The future fails with a [FullException] if there is no room for it.
    CompletableFuture<Published> publish(Block block) {
        return publish(block, new Headers());
    }

    /// Publishes a PathNode with what is said of the path, after all that it links to.
    CompletableFuture<Published> publish(Block node, PathJson.Claim claim) {
        return publish(node, new Headers().add(PATH, claim.toBytes().toUtf8()));
    }

    private CompletableFuture<Published> publish(Block block, Headers headers) {
        int size = block.bytes().length() + headers.serializedLength();
        if (size > bus.limit()) {
            return CompletableFuture.failedFuture(
                    new RefusedException(
                            RefusedException.Reason.TOO_LARGE,
                            "%s lets no message be larger than %d bytes, and block %s has %d"
                                    .formatted(bus.server(), bus.limit(), block.cid(), size)));
        }
        String subject = subjects.kept(block.cid());
        return bus.send(subject, () -> headers, block.bytes(), Bus.PATIENCE)
                .thenCompose(reply -> {
                    try {
                        return CompletableFuture.completedFuture(acknowledged(reply));
                    } catch (IOException e) {
                        return CompletableFuture.failedFuture(e);
                    }
                });
    }

    private Published acknowledged(Bytes reply) throws IOException {
        JsonNode json = JsonObject.parse("acknowledgement", reply).json();
        JsonNode error = json.path("error");
        if (error.isMissingNode()) {
            if (!json.path("stream").asString("").equals(name())) {
                throw new IOException(
                        "%s: not stream %s takes the blocks of this domain"
                                .formatted(bus.server(), name()));
            }
            return Published.FRESH;
        }
        String why = error.path("description").asString("no reason is given");
        int code = error.path("err_code").asInt(0);
        if (code == STORE_FAILED && why.equals(THERE)) {
            return Published.THERE;
        }
        if (code == STORE_FAILED && why.startsWith("maximum")
                || code == INSUFFICIENT_RESOURCES
                || code == INSUFFICIENT_STORAGE) {
            throw new FullException(
                    "stream %s at %s is full (%s): let it be larger, or remove what nobody needs"
                            .formatted(name(), bus.server(), why));
        }
        throw new IOException("%s, stream %s: %s".formatted(bus.server(), name(), why));
    }

    /// A block that the stream keeps. What does not hash to its name is told of in the log.
    @Override
    public Optional<Bytes> block(Cid cid) throws IOException {
        return kept(cid).map(Kept::bytes);
    }

    /// The message with a block, read from any of the servers that keep it.
    Optional<Kept> kept(Cid cid) throws IOException {
        Requests.Reply reply;
        try {
            reply =
                    Bus.await(
                            bus.send(
                                    subjects.directGet(cid),
                                    Headers::new,
                                    Bytes.EMPTY,
                                    Requests.Manner.PROMPT,
                                    PATIENCE));
        } catch (Requests.NobodyException _) {
            return Optional.empty(); // there is no such stream
        } catch (Requests.AnsweredException e) {
            if (e.refusal().kind() == Wire.Problem.Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e.refusal().exception();
        }
        Headers headers = reply.headers() == null ? new Headers() : reply.headers();
        try {
            BlockFetch.check(cid, reply.payload(), "stream " + name());
        } catch (FormatException e) {
            LOG.log(
                    Level.WARNING,
                    "{0}: {1}; remove message {2} of the stream",
                    bus.server(),
                    e.getMessage(),
                    headers.getLast("Nats-Sequence"));
            return Optional.empty();
        }
        return Optional.of(new Kept(reply.payload(), claim(cid, headers)));
    }

    /// What the headers tell of a message.
    ///
    /// @param size of the block in bytes
    record Header(long sequence, Cid cid, int size, Optional<PathJson.Claim> claim) {}

    @FunctionalInterface
    interface Reading {
        /// Reads one.
        ///
        /// @return whether to go on
        boolean of(Header header) throws IOException;
    }

    /// Goes through the messages after one of them, as many as there are now, without the blocks. A
    /// message that is none of a block is passed over.
    @SuppressWarnings("try") // closing may be interrupted, which is caught
    void headers(long after, Reading reading) throws IOException {
        try {
            var consumer =
                    bus.connection()
                            .getStreamContext(name())
                            .createOrderedConsumer(
                                    new OrderedConsumerConfiguration()
                                            .deliverPolicy(DeliverPolicy.ByStartSequence)
                                            .startSequence(after + 1)
                                            .headersOnly(true));
            try (var messages =
                    consumer.iterate(ConsumeOptions.builder().batchSize(HEADERS_AT_ONCE).build())) {
                boolean more = true;
                for (long count = 0; more; count++) {
                    Message message = messages.nextMessage(PATIENCE);
                    if (message == null && count == 0) {
                        return; // the last ones were removed
                    }
                    if (message == null) {
                        throw new IOException(
                                "%s says nothing more of stream %s"
                                        .formatted(bus.server(), name()));
                    }
                    more = read(message, reading) && message.metaData().pendingCount() > 0;
                }
            }
        } catch (JetStreamApiException e) {
            throw failed(e);
        } catch (JetStreamStatusCheckedException e) {
            throw new IOException("%s, stream %s: %s".formatted(bus.server(), name(), e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading stream " + name());
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("%s, stream %s: %s".formatted(bus.server(), name(), e), e);
        }
    }

    private static boolean read(Message message, Reading reading) throws IOException {
        Cid cid;
        try {
            cid = Cid.parse(Subjects.last(message.getSubject()));
        } catch (FormatException _) {
            return true;
        }
        Headers headers = message.getHeaders() == null ? new Headers() : message.getHeaders();
        String size = headers.getLast(NatsJetStreamConstants.MSG_SIZE_HDR);
        return reading.of(
                new Header(
                        message.metaData().streamSequence(),
                        cid,
                        size == null || !size.matches("[0-9]{1,9}") ? 0 : Integer.parseInt(size),
                        claim(cid, headers)));
    }

    /// What a message says of a path, unless it is nonsense.
    static Optional<PathJson.Claim> claim(Cid cid, Headers headers) {
        String text = headers.getLast(PATH);
        if (text == null) {
            return Optional.empty();
        }
        try {
            var claim = PathJson.Claim.parse(Bytes.utf8(text));
            return claim.cid().equals(cid) ? Optional.of(claim) : Optional.empty();
        } catch (FormatException _) {
            return Optional.empty();
        }
    }
}
