package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.RefusedException;
import cairn.ipld.Block;
import cairn.ipld.BlockSource;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import cairn.store.DagStore;
import cairn.store.MissingReferenceException;
import cairn.store.PathInfo;
import cairn.store.PathNode;
import cairn.store.StoreWriter;
import cairn.store.TreeImport;
import cairn.store.TreeNar;
import cairn.trust.SecretKey;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The nodes of a domain as one store: `nats+ipld://host:port/domain`.
///
/// Blocks that the local engine has do not travel, in either direction. A block is asked of any of
/// the nodes first; if what comes is not it, or nothing comes for a while, of each of them and then
/// of the stream, which may also have what a closure is made of when no node is there any more.
final class NatsStore implements DagStore {
    /// A path is read as a whole before it is registered.
    private static final Duration REGISTERING = Duration.ofMinutes(10);

    private static final Duration ROLL_CALL = Duration.ofSeconds(1);
    private static final int REMEMBERED = 1 << 16;

    /// How long a node may take for a block until others are asked too: much longer than usual.
    private static final int UNUSUAL = 8;

    private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final Logger LOG = System.getLogger(NatsStore.class.getName());

    private final String uri;
    private final Subjects subjects;
    private final Bus bus;
    private final Engine engine;
    private final SecretKey key;
    private final Peers peers;
    private final BlockStream stream;

    /// When was looked for the nodes last.
    private long looked = System.nanoTime() - LOOK_NANOS;

    /// How long a block takes.
    private final AtomicLong usualNanos = new AtomicLong(SLOW_NANOS);

    /// The PathNodes that came, by the 32 characters of their paths.
    private final Map<String, Cid> nodes = new ConcurrentHashMap<>();

    /// What was resolved; paths do not change.
    private final Map<String, PathJson> resolved = new ConcurrentHashMap<>();

    private NatsStore(
            String uri, Subjects subjects, Bus bus, Engine engine, SecretKey key, Peers peers) {
        this.uri = uri;
        this.subjects = subjects;
        this.bus = bus;
        this.engine = engine;
        this.key = key;
        this.peers = peers;
        stream = new BlockStream(bus, subjects);
    }

    static NatsStore open(String uri, Engine engine) throws IOException {
        var parsed = NatsUri.parse(uri);
        Configuration.Nats settings = engine.configuration().nats();
        var key = NodeKey.of(engine.store().home());
        var subjects = new Subjects(parsed.domain());
        var bus = Bus.connect(parsed.server(), settings, NodeKey.name(key, settings));
        return new NatsStore(uri, subjects, bus, engine, key, Peers.visit(bus, subjects));
    }

    /// The nodes of a domain over a connection that somebody else closes.
    static NatsStore over(Bus bus, Subjects subjects, Engine engine, SecretKey key, Peers peers) {
        return new NatsStore(
                "the nodes of domain " + subjects.label(), subjects, bus, engine, key, peers);
    }

    @Override
    public String uri() {
        return uri;
    }

    @Override
    public Optional<PathInfo> info(StorePath path) throws IOException {
        return resolve(path.hash())
                .filter(found -> found.info().path().equals(path))
                .map(PathJson::info);
    }

    @Override
    public Optional<StorePath> find(String hash) throws IOException {
        return resolve(hash).map(found -> found.info().path());
    }

    /// What is known of the path with these 32 characters.
    Optional<PathJson> resolve(String hash) throws IOException {
        var known = resolved.get(hash);
        if (known != null) {
            return Optional.of(known);
        }
        var node = nodes.get(hash);
        Optional<Bytes> reply;
        try {
            reply = found(subjects.resolve(hash));
        } catch (RefusedException | InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            if (node == null) {
                throw e;
            }
            reply = Optional.empty();
        }
        if (reply.isEmpty()) {
            return node == null ? Optional.empty() : kept(node);
        }
        var json = PathJson.parse(reply.get());
        if (!json.info().path().hash().equals(hash)) {
            throw new FormatException(
                    "path", 0, "%s said %s of %s".formatted(uri, json.info().path(), hash));
        }
        if (resolved.size() < REMEMBERED) {
            resolved.put(hash, json);
        }
        return Optional.of(json);
    }

    /// The same of a path of which only the stream knows.
    private Optional<PathJson> kept(Cid cid) throws IOException {
        var message = stream.kept(cid);
        if (message.isEmpty()) {
            return Optional.empty();
        }
        var node = PathNode.decode(message.get().bytes());
        var claim =
                message.get()
                        .claim()
                        .orElse(
                                new PathJson.Claim(
                                        cid, List.of(), Optional.empty(), Optional.empty()));
        var references = new ArrayList<StorePath>();
        for (Cid reference : node.references()) {
            references.addAll(named(reference));
        }
        if (references.size() < node.references().size()) {
            return Optional.empty();
        }
        if (node.selfReference()) {
            references.add(node.path());
        }
        var info =
                new PathInfo(
                        node.path(),
                        node.narHash(),
                        node.narSize(),
                        references,
                        claim.deriver(),
                        claim.signatures(),
                        claim.ca());
        var json = new PathJson(info, cid, node.tree());
        resolved.put(node.path().hash(), json);
        return Optional.of(json);
    }

    @Override
    public Stream<StorePath> paths() throws IOException {
        throw new IOException(uri + " cannot list what it has: name the paths");
    }

    @Override
    public Optional<Bytes> block(Cid cid) throws IOException {
        long began = System.nanoTime();
        var asked =
                bus.send(
                        subjects.get(cid),
                        Headers::new,
                        Bytes.EMPTY,
                        Requests.Manner.PATIENT,
                        Bus.PATIENCE);
        long patience = Math.clamp(UNUSUAL * usualNanos.get(), QUICK_NANOS, SLOW_NANOS);
        IOException why = null;
        try {
            var soon = Bus.await(asked, patience);
            if (soon.isPresent()) {
                BlockFetch.check(cid, soon.get().payload(), uri);
                long took = System.nanoTime() - began;
                long _ = usualNanos.updateAndGet(usual -> usual + (took - usual) / UNUSUAL);
                return soon.map(Requests.Reply::payload);
            }
        } catch (RefusedException | InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            why = e;
        }
        var bytes = elsewhere(cid);
        if (bytes.isPresent()) {
            asked.cancel(false);
            return bytes;
        }
        try {
            if (why != null) {
                throw why;
            }
            Bytes late = Bus.await(asked).payload();
            BlockFetch.check(cid, late, uri);
            return Optional.of(late);
        } catch (Requests.AnsweredException e) {
            return absent(e);
        }
    }

    /// What each node has itself, and the stream, as far as they may be asked.
    private Optional<Bytes> elsewhere(Cid cid) throws IOException {
        if (!cid.hash().isVerifiable()) {
            return Optional.empty();
        }
        try {
            look();
            var bytes = peers.block(cid);
            return bytes.isPresent() ? bytes : stream.block(cid);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "{0}: {1}", uri, e.getMessage());
            return Optional.empty();
        }
    }

    private synchronized void look() throws IOException {
        if (System.nanoTime() - looked > LOOK_NANOS) {
            peers.look();
            looked = System.nanoTime();
        }
    }

    @Override
    public Optional<Cids> cids(StorePath path) throws IOException {
        return resolve(path.hash()).map(found -> new Cids(found.cid(), found.tree()));
    }

    /// Finds what its PathNode names, and not by the tree alone.
    @Override
    public List<StorePath> named(Cid cid) throws IOException {
        var block = cid.is(Codec.DAG_CBOR) ? block(cid) : Optional.<Bytes>empty();
        if (block.isEmpty() || !PathNode.isKind(new Block(cid, block.get()))) {
            return List.of();
        }
        StorePath path = PathNode.decode(block.get()).path();
        if (nodes.size() < REMEMBERED) {
            nodes.put(path.hash(), cid.toV1());
        }
        return List.of(path);
    }

    @Override
    public BlockSource streaming() {
        return new BlockFetch(this, engine.store());
    }

    @Override
    public NarSource nar(StorePath path) throws IOException {
        return new TreeNar(this, tree(path));
    }

    @Override
    public NarSource nar(StorePath path, StoreWriter here) throws IOException {
        Cid tree = tree(path);
        return sink -> new TreeNar(new BlockFetch(this, engine.store(), here), tree).writeTo(sink);
    }

    private Cid tree(StorePath path) throws IOException {
        return resolve(path.hash())
                .filter(found -> found.info().path().equals(path))
                .orElseThrow(
                        () -> new NoSuchFileException(path.toString(), null, "is not in " + uri))
                .tree();
    }

    @Override
    public void put(PathInfo info, NarSource content) throws IOException {
        if (has(info.path())) {
            return;
        }
        var references = new ArrayList<Cid>();
        for (StorePath reference : info.dependencies()) {
            references.add(
                    resolve(reference.hash())
                            .orElseThrow(() ->
                                    new MissingReferenceException(
                                            "%s refers to %s, which is not in %s"
                                                    .formatted(info.path(), reference, uri)))
                            .cid());
        }
        var blocks = new BlockPush(bus, subjects, this::signed);
        var tree = new TreeImport(blocks, info.narSize());
        content.writeTo(tree);
        var imported = tree.finish();
        info.requireNar(imported.narHash(), imported.narSize());
        Block node =
                new PathNode(
                                info.path(),
                                info.narHash(),
                                info.narSize(),
                                imported.tree().cid(),
                                references,
                                info.refersToItself())
                        .toBlock();
        blocks.put(node);
        blocks.finish();
        register(info, node.cid());
    }

    private void register(PathInfo info, Cid node) throws IOException {
        String subject = subjects.pathPut(info.path().hash());
        Bytes claim =
                new PathJson.Claim(node, info.signatures(), info.deriver(), info.ca()).toBytes();
        try {
            var json =
                    PathJson.parse(
                            bus.ask(subject, () -> signed(subject, claim), claim, REGISTERING));
            resolved.put(info.path().hash(), json);
        } catch (Requests.AnsweredException e) {
            throw e.refusal().exception();
        }
    }

    /// The names of the nodes that are there. Takes a second, as none should be missed.
    List<String> nodes() throws IOException {
        peers.look(ROLL_CALL);
        return peers.names();
    }

    /// Hears what is published, on a thread that must not be kept.
    void listen(String subject, Consumer<Bytes> listener) {
        var _ =
                bus.connection()
                        .createDispatcher(message -> listener.accept(Bytes.wrap(message.getData())))
                        .subscribe(subject);
    }

    /// Asks for a change that is made once, however often it is heard.
    ///
    /// @param patience how long the reply may take
    Bytes change(String subject, Bytes payload, Duration patience) throws IOException {
        try {
            return bus.ask(subject, () -> signed(subject, payload), payload, patience);
        } catch (Requests.AnsweredException e) {
            throw e.refusal().exception();
        }
    }

    private Headers signed(String subject, Bytes payload) {
        return Signing.headers(key, subject, payload, engine.clock().instant());
    }

    /// A reply, or empty where there is no such thing.
    private Optional<Bytes> found(String subject) throws IOException {
        try {
            return Optional.of(bus.ask(subject, Bytes.EMPTY));
        } catch (Requests.AnsweredException e) {
            return absent(e);
        }
    }

    private static Optional<Bytes> absent(Requests.AnsweredException e) throws IOException {
        if (e.refusal().kind() == Wire.Problem.Kind.NOT_FOUND) {
            return Optional.empty();
        }
        throw e.refusal().exception();
    }

    /// Goes through the stream of the domain.
    KeptBlocks keptBlocks(KeptBlocks.Counting counting) throws IOException {
        var info =
                stream.find()
                        .orElseThrow(() ->
                                new NoSuchFileException(
                                        "stream " + stream.name(), null, "is not in " + uri));
        if (info.getStreamState().getMsgCount() > 0) {
            stream.headers(0, counting::add);
        }
        return counting.finish(stream.name(), info.getConfiguration().getReplicas());
    }

    @Override
    public void awaitConnection(Duration patience) throws IOException {
        bus.awaitConnection(patience);
    }

    @Override
    public void giveUp() {
        bus.giveUp();
    }

    @Override
    public void close() {
        bus.close();
    }
}
