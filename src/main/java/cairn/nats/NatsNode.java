package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.RefusedException;
import cairn.ipld.Block;
import cairn.ipld.Codecs;
import cairn.ipld.NamedLink;
import cairn.nix.StorePath;
import cairn.trust.PublicKey;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.nats.client.Connection;
import io.nats.client.impl.Headers;
import io.nats.service.Service;
import io.nats.service.ServiceEndpoint;
import io.nats.service.ServiceMessage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Serves a home to others over NATS until it is closed, as a service that NATS tools can discover.
///
/// Who asks is not known, so what changes something has to be [signed][Signing], by one of the
/// writers that the configuration names.
public final class NatsNode implements AutoCloseable {
    private static final String SERVICE = "cairn";
    private static final String VERSION = "1.0.0";

    /// How many identifiers are asked for at once.
    static final int MAX_CIDS = 10_000;

    private final Engine engine;
    private final Configuration.Nats settings;
    private final Subjects subjects;
    private final String name;
    private final PublicKey key;
    private final Bus bus;
    private final Intake intake;
    private final Signing.Verifier signatures;
    private @Nullable Service service;

    private NatsNode(
            Engine engine, Configuration.Nats settings, PublicKey key, String name, Bus bus) {
        this.engine = engine;
        this.settings = settings;
        this.key = key;
        this.name = name;
        this.bus = bus;
        subjects = new Subjects(settings.domain());
        intake = Intake.start(engine);
        signatures = new Signing.Verifier(engine.clock());
    }

    /// Connects to the server that the settings name, and serves.
    ///
    /// @throws RefusedException if the server does not let this node in, or not have the subjects
    public static NatsNode start(Engine engine, Configuration.Nats settings) throws IOException {
        var key = NodeKey.of(engine.store().home());
        String name = settings.node().isEmpty() ? NodeKey.node(key) : settings.node();
        var bus = Bus.connect(settings.url().orElseThrow(), settings, name);
        var node = new NatsNode(engine, settings, key.publicKey(), name, bus);
        try {
            node.serve();
            return node;
        } catch (IOException e) {
            node.close();
            throw e;
        }
    }

    /// What the node calls itself.
    public String name() {
        return name;
    }

    /// The key that its requests to others are signed by.
    public PublicKey key() {
        return key;
    }

    public String server() {
        return bus.server();
    }

    /// The domain that it serves, `default` for the one without name.
    public String domain() {
        return subjects.label();
    }

    private void serve() throws IOException {
        var endpoints = new ArrayList<ServiceEndpoint>();
        endpoints.add(endpoint("get", subjects.anyGet(), this::get));
        endpoints.add(endpoint("block-get", subjects.anyBlockGet(), this::blockGet));
        endpoints.add(endpoint("block-put", subjects.anyBlockPut(), this::blockPut));
        endpoints.add(endpoint("path-resolve", subjects.anyResolve(), this::resolve));
        endpoints.add(endpoint("path-put", subjects.anyPathPut(), this::pathPut));
        endpoints.add(endpoint("validate", subjects.validate(), this::validate));
        endpoints.add(endpoint("validate-node", Subjects.validate(name), this::validate));
        var questions = new Questions(engine);
        endpoints.add(endpoint("metadata", "METADATA", it -> questions.metadata(it.payload)));
        endpoints.add(endpoint("trace", "TRACE", it -> questions.trace(it.payload)));
        var builder =
                Service.builder()
                        .connection(connection())
                        .name(SERVICE)
                        .version(VERSION)
                        .description("A store of content-addressed Nix paths")
                        .metadata(
                                Map.of(
                                        "node", name,
                                        "domain", subjects.label(),
                                        "key", key.toString()));
        endpoints.forEach(builder::addServiceEndpoint);
        var started = builder.build();
        service = started;
        var _ = started.startService();
        bus.settle();
        var refused = bus.refused().stream().map(Bus.Refused::subject).sorted().toList();
        if (!refused.isEmpty()) {
            throw new RefusedException(
                    RefusedException.Reason.FORBIDDEN,
                    "%s does not let this node serve %s: it needs the role of a node"
                            .formatted(bus.server(), String.join(", ", refused)));
        }
    }

    /// What somebody asks.
    ///
    /// @param last the last part of the subject
    private record Request(String subject, String last, Bytes payload, @Nullable Headers headers) {}

    @FunctionalInterface
    private interface Answer {
        Bytes to(Request request) throws IOException;
    }

    private ServiceEndpoint endpoint(String title, String subject, Answer answer) {
        return ServiceEndpoint.builder()
                .endpointName(title)
                .endpointSubject(subject)
                .endpointQueueGroup(SERVICE)
                .dispatcher(connection().createDispatcher())
                .handler(message -> answer(message, answer))
                .build();
    }

    @SuppressWarnings(
            "CatchingUnchecked") // what a stranger brings about is answered, whatever it is
    private void answer(ServiceMessage message, Answer answer) {
        if (message.getReplyTo() == null) {
            return; // nobody wants to know
        }
        try {
            var request =
                    new Request(
                            message.getSubject(),
                            Subjects.last(message.getSubject()),
                            Bytes.wrap(message.getData()),
                            message.getHeaders());
            reply(message, answer.to(request));
        } catch (Exception e) {
            message.respond(connection(), new byte[0], Refusal.of(e).headers());
        }
    }

    private void reply(ServiceMessage message, Bytes payload) {
        if (payload.length() <= bus.limit()) {
            message.respond(connection(), payload.toByteArray());
            return;
        }
        List<Bytes> parts = Parts.cut(payload, bus.limit());
        for (int i = 0; i < parts.size(); i++) {
            message.respond(
                    connection(), parts.get(i).toByteArray(), Parts.header(i, parts.size()));
        }
    }

    private Bytes get(Request request) throws IOException {
        return block(Cid.parse(request.last));
    }

    private Bytes block(Cid cid) throws IOException {
        return engine.store()
                .block(cid)
                .orElseThrow(() -> new NoSuchFileException("block " + cid + " is not here"));
    }

    private Bytes blockGet(Request request) throws IOException {
        var reply = Wire.BlockReply.newBuilder();
        try {
            Cid cid = Cid.parse(request.last);
            reply.setCid(string(cid.encode())).setCodec(cid.codec());
            Bytes bytes = block(cid);
            reply.setSize(bytes.length()).setData(string(bytes));
            for (NamedLink link : Codecs.links(new Block(cid, bytes))) {
                reply.addLinks(string(link.cid().encode()));
            }
        } catch (IOException e) {
            reply.setProblem(Refusal.of(e).message());
        }
        return bytes(reply.build());
    }

    private Bytes blockPut(Request request) throws IOException {
        var reply = Wire.PutReply.newBuilder();
        try {
            Cid cid = Cid.parse(request.last);
            reply.setCid(string(cid.encode()));
            authorise(request);
            reply.setFresh(intake.put(cid, request.payload));
        } catch (IOException e) {
            reply.setProblem(Refusal.of(e).message());
        }
        return bytes(reply.build());
    }

    private Bytes resolve(Request request) throws IOException {
        if (!StorePath.isHash(request.last)) {
            throw new FormatException("subject", 0, request.last + " is no hash of a path");
        }
        return engine.catalog()
                .path(request.last)
                .map(PathJson::of)
                .orElseThrow(() -> new NoSuchFileException("path " + request.last + " is not here"))
                .toBytes();
    }

    private Bytes pathPut(Request request) throws IOException {
        authorise(request);
        var claim = PathJson.Claim.parse(request.payload);
        return PathJson.of(intake.register(request.last, claim)).toBytes();
    }

    private Bytes validate(Request request) throws IOException {
        List<Cid> cids = cids(request.payload);
        List<Cid> lacking =
                settings.writers().isEmpty() || engine.store().isReadOnly()
                        ? engine.store().missing(cids)
                        : intake.lacking(cids);
        return bytes(set(lacking));
    }

    /// Tells who asks for a change.
    ///
    /// @throws RefusedException if he may not
    private PublicKey authorise(Request request) throws IOException {
        Optional<PublicKey> signer =
                signatures.signer(request.headers, request.subject, request.payload);
        if (signer.isEmpty()) {
            throw forbidden("what changes this node has to be signed by one of its writers");
        }
        String written = signer.get().toString();
        if (!settings.writers().contains(written)
                && !settings.writers().contains(Configuration.Nats.ANYBODY)) {
            throw forbidden(
                    "node %s takes nothing from %s; it would if nats.writers had that key"
                            .formatted(name, written));
        }
        return signer.get();
    }

    private static RefusedException forbidden(String why) {
        return new RefusedException(RefusedException.Reason.FORBIDDEN, why);
    }

    static Wire.CidSet set(List<Cid> cids) {
        var set = Wire.CidSet.newBuilder();
        cids.forEach(cid -> set.addCids(string(cid.encode())));
        return set.build();
    }

    static List<Cid> cids(Bytes message) throws FormatException {
        try {
            var set = Wire.CidSet.parseFrom(message.toByteBuffer());
            if (set.getCidsCount() > MAX_CIDS) {
                throw new FormatException(
                        "CidSet",
                        0,
                        "has %,d identifiers; at most %,d are answered at once"
                                .formatted(set.getCidsCount(), MAX_CIDS));
            }
            var cids = new ArrayList<Cid>(set.getCidsCount());
            for (ByteString cid : set.getCidsList()) {
                cids.add(Cid.decode(Bytes.wrap(cid.toByteArray())));
            }
            return cids;
        } catch (InvalidProtocolBufferException e) {
            throw new FormatException("CidSet", 0, String.valueOf(e.getMessage()));
        }
    }

    private static ByteString string(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.toByteBuffer());
    }

    private static Bytes bytes(com.google.protobuf.MessageLite message) {
        return Bytes.wrap(message.toByteArray());
    }

    private Connection connection() {
        return bus.connection();
    }

    /// Answers what was asked, and then nothing more.
    @Override
    public void close() {
        var started = service;
        if (started != null) {
            started.stop();
        }
        bus.close();
        intake.close();
    }
}
