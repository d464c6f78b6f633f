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
import cairn.store.StoredPath;
import cairn.trust.Attestation;
import cairn.trust.PublicKey;
import cairn.trust.SecretKey;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.nats.client.Connection;
import io.nats.client.impl.Headers;
import io.nats.client.support.JsonValue;
import io.nats.client.support.JsonValueUtils;
import io.nats.service.Service;
import io.nats.service.ServiceEndpoint;
import io.nats.service.ServiceMessage;
import io.nats.service.ServiceMessageHandler;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Serves a home to others over NATS until it is closed, as a service that NATS tools can discover.
///
/// Who asks is not known, so what changes something has to be [signed][Signing], by one of the
/// writers that the configuration names.
public final class NatsNode implements AutoCloseable {
    private static final Logger LOG = System.getLogger(NatsNode.class.getName());
    private static final String SERVICE = "cairn";
    private static final String VERSION = "1.0.0";
    private static final String GET = "get";

    /// How many identifiers are asked for at once.
    static final int MAX_CIDS = 10_000;

    private final Engine engine;
    private final Configuration.Nats settings;
    private final Subjects subjects;
    private final String name;
    private final SecretKey key;
    private final Bus bus;
    private final Peers peers;
    private final BlockStream stream;
    private final NatsStore others;
    private final Intake intake;

    /// Where others are asked, so that nobody waits for them who asks for what is here.
    private final ExecutorService asking =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("asking-", 0).factory());

    private final Writers writers;
    private final Audit audit;
    private final Collecting collecting;
    private final Questions questions;
    private final HitRate hitRate;
    private final SharedBoards boards;
    private @Nullable Publisher publisher;
    private @Nullable Replica replica;
    private @Nullable Service service;
    private final List<Follower> followers = new ArrayList<>();

    private NatsNode(
            Engine engine,
            Configuration.Nats settings,
            SecretKey key,
            String name,
            Bus bus,
            Duration every) {
        this.engine = engine;
        this.settings = settings;
        this.key = key;
        this.name = name;
        this.bus = bus;
        subjects = new Subjects(settings.domain());
        peers = Peers.listen(bus, subjects, name);
        stream = new BlockStream(bus, subjects);
        others = NatsStore.over(bus, subjects, engine, key, peers);
        intake = Intake.start(engine, others, peers);
        writers = new Writers(name, settings, engine.clock());
        audit =
                new Audit(
                        bus, subjects, name, engine.clock(), every, settings.streams().replicas());
        collecting = new Collecting(engine, name, bus, audit);
        questions = new Questions(engine);
        hitRate = new HitRate(engine, bus, name, settings.hitThreshold());
        boards = new SharedBoards(bus, subjects, engine, name, settings.streams().replicas());
    }

    /// Connects to the server that the settings name, and serves.
    ///
    /// @throws RefusedException if the server does not let this node in, or not have the subjects
    public static NatsNode start(Engine engine, Configuration.Nats settings) throws IOException {
        return start(engine, settings, HitRate.EVERY);
    }

    /// The same of one that tells its hit rate, and what others change, at other times.
    static NatsNode start(Engine engine, Configuration.Nats settings, Duration every)
            throws IOException {
        var key = NodeKey.of(engine.store().home());
        String name = NodeKey.name(key, settings);
        var bus = Bus.connect(settings.url().orElseThrow(), settings, name);
        var node = new NatsNode(engine, settings, key, name, bus, every);
        try {
            node.serve();
            node.join();
            node.audit.start();
            node.hitRate.start(every);
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

    /// The names of the other nodes of the domain that it heard of; one that has just come is among
    /// them in a moment.
    public List<String> peers() {
        return peers.names();
    }

    /// The key that its requests to others are signed by.
    public PublicKey key() {
        return key.publicKey();
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
        endpoints.add(endpoint(GET, subjects.anyGet(), this::get, this::getElsewhere));
        endpoints.add(
                endpoint(
                        "block-get",
                        subjects.anyBlockGet(),
                        this::blockGet,
                        this::blockGetElsewhere));
        endpoints.add(endpoint("block-put", subjects.anyBlockPut(), this::blockPut));
        endpoints.add(
                endpoint(
                        "path-resolve",
                        subjects.anyResolve(),
                        this::resolve,
                        this::resolveElsewhere));
        endpoints.add(endpoint("path-put", subjects.anyPathPut(), this::pathPut));
        endpoints.add(
                endpoint("validate", subjects.validate(), this::validate, this::validateElsewhere));
        endpoints.add(
                endpoint(
                        "validate-node",
                        Subjects.validate(name),
                        request -> bytes(set(lacking(request)))));
        endpoints.add(endpoint("peer-get", subjects.anyPeerGet(name), this::peerGet));
        endpoints.add(endpoint("peer-resolve", subjects.anyPeerResolve(name), this::peerResolve));
        endpoints.add(
                endpoint(
                        "collect",
                        Subjects.COLLECT,
                        name,
                        message -> answer(message, this::collect)));
        endpoints.add(
                handled(
                        "vouch",
                        Subjects.VOUCH,
                        message -> asking.execute(() -> answer(message, this::vouch))));
        endpoints.add(
                handled(
                        "board",
                        Subjects.ANY_BOARD_REQUEST,
                        message -> asking.execute(() -> answer(message, this::board))));
        endpoints.add(endpoint("metadata", "METADATA", it -> questions.metadata(it.payload)));
        endpoints.add(endpoint("trace", "TRACE", it -> questions.trace(it.payload)));
        endpoints.add(
                handled(
                        "verify",
                        "VERIFY",
                        message ->
                                asking.execute(() ->
                                        answer(message, it -> questions.verify(it.payload)))));
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
                                        "key", key().toString()));
        endpoints.forEach(builder::addServiceEndpoint);
        var started = builder.build();
        service = started;
        var _ = started.startService();
        peers.greet();
        bus.settle();
        var refused = bus.refused().stream().map(Bus.Refused::subject).sorted().toList();
        if (!refused.isEmpty()) {
            throw new RefusedException(
                    RefusedException.Reason.FORBIDDEN,
                    "%s does not let this node serve %s: it needs the role of a node"
                            .formatted(bus.server(), String.join(", ", refused)));
        }
    }

    /// Takes part in the stream of blocks as the settings have it.
    private void join() {
        if (engine.store().isReadOnly()) {
            return; // where it came to could not be kept
        }
        var courier = new Courier(engine, others);
        if (settings.streams().publishImports()) {
            var publishing = Publisher.start(engine, stream, settings.streams());
            publisher = publishing;
            followers.add(publishing.follower());
        }
        if (settings.streams().replicate()) {
            var replicating = Replica.start(engine, stream, courier);
            replica = replicating;
            followers.add(replicating.follower());
        }
        boards.start();
        followers.add(boards.follower());
        followers.add(
                new BuildStream(bus, subjects, settings.streams().replicas())
                        .follow(engine, name, settings.streams(), courier));
    }

    /// How publishing goes.
    Publisher.State publishing() {
        var running = publisher;
        return running == null ? new Publisher.State(0, 0, 0, "") : running.state();
    }

    /// How bringing in goes what others publish.
    Replica.State replicating() {
        var running = replica;
        return running == null ? new Replica.State(0, 0, 0, "") : running.state();
    }

    /// How much of what others ask for is here.
    HitRate hitRate() {
        return hitRate;
    }

    /// For tools that ask a service for its statistics.
    private JsonValue statistics() {
        var state = publishing();
        var taken = replicating();
        var asked = hitRate.counts();
        return JsonValueUtils.mapBuilder()
                .put("publishedBlocks", state.blocks())
                .put("publishedBytes", state.bytes())
                .put("publishedChange", state.cursor())
                .put("publishProblem", state.problem())
                .put("replicatedPaths", taken.paths())
                .put("replicatedSequence", taken.sequence())
                .put("replicateStrangers", taken.strangers())
                .put("replicateProblem", taken.problem())
                .put("hits", asked.hits())
                .put("misses", asked.misses())
                .put("hitAlert", hitRate.alert())
                .put("sentBytes", asked.bytes())
                .toJsonValue();
    }

    /// What somebody asks.
    ///
    /// @param last the last part of the subject
    private record Request(String subject, String last, Bytes payload, @Nullable Headers headers) {
        Optional<PublicKey> signer(Writers writers) throws IOException {
            return writers.signer(headers, subject, payload);
        }
    }

    @FunctionalInterface
    private interface Answer {
        /// @return null if somebody else answers, another thread or another node
        @Nullable Bytes to(Request request) throws IOException;
    }

    private ServiceEndpoint endpoint(String title, String subject, Answer answer) {
        return handled(title, subject, message -> answer(message, answer));
    }

    /// An endpoint whose node asks others for what it lacks.
    private ServiceEndpoint endpoint(String title, String subject, Answer here, Answer elsewhere) {
        return handled(
                title,
                subject,
                message ->
                        answer(
                                message,
                                request -> {
                                    try {
                                        return here.to(request);
                                    } catch (NoSuchFileException _) {
                                        asking.execute(() -> answer(message, elsewhere));
                                        return null;
                                    }
                                }));
    }

    private ServiceEndpoint handled(String title, String subject, ServiceMessageHandler handler) {
        return endpoint(title, subject, SERVICE, handler);
    }

    /// @param group of whom one hears each message
    private ServiceEndpoint endpoint(
            String title, String subject, String group, ServiceMessageHandler handler) {
        return ServiceEndpoint.builder()
                .endpointName(title)
                .endpointSubject(subject)
                .endpointQueueGroup(group)
                .dispatcher(connection().createDispatcher())
                .handler(handler)
                .statsDataSupplier(title.equals(GET) ? this::statistics : null)
                .build();
    }

    @SuppressWarnings(
            "CatchingUnchecked") // what a stranger brings about is answered, whatever it is
    private void answer(ServiceMessage message, Answer answer) {
        if (message.getReplyTo() == null) {
            return; // nobody wants to know
        }
        try {
            Bytes reply =
                    answer.to(
                            new Request(
                                    message.getSubject(),
                                    Subjects.last(message.getSubject()),
                                    Bytes.wrap(message.getData()),
                                    message.getHeaders()));
            if (reply != null) {
                reply(message, reply);
            }
        } catch (Exception e) {
            message.respond(connection(), new byte[0], Refusal.of(e).headers());
        }
    }

    private void reply(ServiceMessage message, Bytes payload) {
        engine.demand().sent(payload.length());
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
        Cid cid = Cid.parse(request.last);
        var bytes = block(cid);
        engine.demand().asked(bytes.isPresent());
        return bytes.orElseThrow(() -> absent(cid));
    }

    /// Whoever asks another node is counted there, and not here too when that node passes it on.
    private Bytes peerGet(Request request) throws IOException {
        Cid cid = Cid.parse(request.last);
        return block(cid).orElseThrow(() -> absent(cid));
    }

    private Optional<Bytes> block(Cid cid) throws IOException {
        var bytes = engine.store().block(cid);
        return bytes.isPresent() ? bytes : intake.block(cid);
    }

    private Bytes getElsewhere(Request request) throws IOException {
        Cid cid = Cid.parse(request.last);
        var bytes = peers.block(cid);
        return (bytes.isPresent() ? bytes : stream.block(cid)).orElseThrow(() -> absent(cid));
    }

    private static NoSuchFileException absent(Cid cid) {
        return new NoSuchFileException("block " + cid + " is not here");
    }

    private Bytes blockGet(Request request) throws IOException {
        try {
            return blockReply(request, get(request));
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            return bytes(Wire.BlockReply.newBuilder().setProblem(Refusal.of(e).message()).build());
        }
    }

    private Bytes blockGetElsewhere(Request request) throws IOException {
        try {
            return blockReply(request, getElsewhere(request));
        } catch (IOException e) {
            return bytes(
                    Wire.BlockReply.newBuilder()
                            .setCid(string(Cid.parse(request.last).encode()))
                            .setProblem(Refusal.of(e).message())
                            .build());
        }
    }

    private Bytes blockReply(Request request, Bytes bytes) throws IOException {
        Cid cid = Cid.parse(request.last);
        var reply =
                Wire.BlockReply.newBuilder()
                        .setCid(string(cid.encode()))
                        .setCodec(cid.codec())
                        .setSize(bytes.length())
                        .setData(string(bytes));
        for (NamedLink link : Codecs.links(new Block(cid, bytes))) {
            reply.addLinks(string(link.cid().encode()));
        }
        return bytes(reply.build());
    }

    private Bytes blockPut(Request request) throws IOException {
        var reply = Wire.PutReply.newBuilder();
        try {
            Cid cid = Cid.parse(request.last);
            reply.setCid(string(cid.encode()));
            reply.setFresh(
                    change(
                            Audit.Action.BLOCK_PUT,
                            request,
                            request.last,
                            key -> {
                                boolean fresh = intake.put(cid, request.payload);
                                audit.done(
                                        Audit.Action.BLOCK_PUT,
                                        key,
                                        request.last,
                                        request.payload.length());
                                return fresh;
                            }));
        } catch (IOException e) {
            reply.setProblem(Refusal.of(e).message());
        }
        return bytes(reply.build());
    }

    private Bytes resolve(Request request) throws IOException {
        var path = path(request);
        engine.demand().asked(path.isPresent());
        return path.orElseThrow(() -> absent(request));
    }

    private Bytes peerResolve(Request request) throws IOException {
        return path(request).orElseThrow(() -> absent(request));
    }

    private Optional<Bytes> path(Request request) throws IOException {
        if (!StorePath.isHash(request.last)) {
            throw new FormatException("subject", 0, request.last + " is no hash of a path");
        }
        return engine.catalog().path(request.last).map(path -> PathJson.of(path).toBytes());
    }

    private static NoSuchFileException absent(Request request) {
        return new NoSuchFileException("path " + request.last + " is not here");
    }

    private Bytes pathPut(Request request) throws IOException {
        return change(
                Audit.Action.PATH_PUT,
                request,
                request.last,
                key -> {
                    var claim = PathJson.Claim.parse(request.payload);
                    StoredPath path = intake.register(request.last, claim);
                    audit.done(
                            Audit.Action.PATH_PUT,
                            key,
                            path.info().path().toString(),
                            path.info().narSize());
                    return PathJson.of(path).toBytes();
                });
    }

    /// What somebody who may asks for.
    @FunctionalInterface
    private interface Change<T> {
        T by(PublicKey key) throws IOException;
    }

    /// Does what somebody asks for if he may. What comes of that is noted, and by the change itself
    /// if it succeeds.
    private <T> T change(Audit.Action action, Request request, String target, Change<T> change)
            throws IOException {
        Optional<PublicKey> signer = Optional.empty();
        var outcome = Audit.Outcome.REFUSED;
        try {
            signer = request.signer(writers);
            PublicKey admitted = writers.admit(signer);
            outcome = Audit.Outcome.FAILED;
            return change.by(admitted);
        } catch (IOException e) {
            audit.note(new Audit.Deed(action, outcome, signer, target, 0, Refusal.of(e).text()));
            throw e;
        }
    }

    /// Every node hears of each job, and the one that it names takes it.
    private @Nullable Bytes collect(Request request) throws IOException {
        var job = CollectionJob.parse(request.payload);
        if (!job.node().equals(name)) {
            return null;
        }
        return change(Audit.Action.COLLECT, request, job.id(), key -> collecting.take(job, key));
    }

    private Bytes board(Request request) throws IOException {
        String[] tokens = request.subject.split("\\.", -1);
        String project = tokens[1];
        if (BoardRequests.isRead(request.last)) {
            try {
                var _ = boards.catchUp();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "boards are as they were: {0}", e.getMessage());
            }
            return BoardRequests.read(engine.board(), project, request.last, request.payload);
        }
        var write =
                BoardRequests.write(
                        project, request.last, request.payload, engine.clock().instant());
        return change(
                Audit.Action.BOARD,
                request,
                "%s %s %s".formatted(project, request.last, write.target()),
                key -> {
                    var outcome = boards.write(write);
                    audit.done(
                            Audit.Action.BOARD,
                            key,
                            "%s %s %s %s"
                                    .formatted(project, request.last, outcome.id(), outcome.kind()),
                            0);
                    return BoardRequests.answer(outcome);
                });
    }

    private static Attestation attestation(Bytes message) throws FormatException {
        try {
            var signed = Wire.SignedCid.parseFrom(message.toByteBuffer());
            return Attestation.decode(Bytes.wrap(signed.getAttestation().toByteArray()));
        } catch (InvalidProtocolBufferException e) {
            throw new FormatException("SignedCid", 0, String.valueOf(e.getMessage()));
        }
    }

    private Bytes vouch(Request request) throws IOException {
        try {
            var attestation = attestation(request.payload);
            var ruling =
                    engine.attestations()
                            .judge(attestation, key, engine.configuration().trustedKeys());
            var reply =
                    Wire.Ruling.newBuilder()
                            .setVerdict(ruling.verdict().toString())
                            .setKey(attestation.key().toString())
                            .setReason(ruling.reason());
            ruling.record().ifPresent(cid -> reply.setRecord(string(cid.encode())));
            if (ruling.fresh()) {
                audit.note(
                        new Audit.Deed(
                                Audit.Action.VOUCH,
                                Audit.Outcome.DONE,
                                Optional.of(attestation.key()),
                                ruling.record().map(Cid::toString).orElse(""),
                                0,
                                "%s %s: %s"
                                        .formatted(
                                                attestation.subject(),
                                                ruling.verdict(),
                                                ruling.reason())));
            }
            return bytes(reply.build());
        } catch (IOException e) {
            return bytes(Wire.Ruling.newBuilder().setProblem(Refusal.of(e).message()).build());
        }
    }

    private Bytes resolveElsewhere(Request request) throws IOException {
        return peers.resolve(request.last).orElseThrow(() -> absent(request));
    }

    private List<Cid> lacking(Request request) throws IOException {
        List<Cid> cids = cids(request.payload);
        return settings.writers().isEmpty() || engine.store().isReadOnly()
                ? engine.store().missing(cids)
                : intake.lacking(cids);
    }

    private Bytes validate(Request request) throws IOException {
        List<Cid> lacking = lacking(request);
        if (!lacking.isEmpty() && !peers.isEmpty()) {
            throw new NoSuchFileException(lacking.size() + " blocks are not here");
        }
        return bytes(set(lacking));
    }

    private Bytes validateElsewhere(Request request) throws IOException {
        return bytes(set(peers.lacking(lacking(request))));
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

    /// The blackboards that it shares.
    SharedBoards boards() {
        return boards;
    }

    /// What it is connected by.
    Bus bus() {
        return bus;
    }

    private Connection connection() {
        return bus.connection();
    }

    /// Answers what was asked, and then nothing more.
    @Override
    public void close() {
        var started = service;
        if (started != null && connection().getStatus() == Connection.Status.CONNECTED) {
            started.stop(); // without a server it would wait in vain for what was asked
        }
        peers.close();
        collecting.close();
        questions.close();
        hitRate.close();
        followers.forEach(Follower::stop);
        audit.finish();
        bus.giveUp();
        followers.forEach(Follower::close);
        audit.close();
        asking.close();
        bus.close();
        intake.close();
    }
}
