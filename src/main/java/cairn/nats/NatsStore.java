package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.ipld.Block;
import cairn.ipld.BlockSource;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import cairn.store.DagStore;
import cairn.store.MissingReferenceException;
import cairn.store.PathInfo;
import cairn.store.PathNode;
import cairn.store.TreeImport;
import cairn.store.TreeNar;
import cairn.trust.SecretKey;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// The nodes of a domain as one store: `nats+ipld://host:port/domain`.
///
/// Blocks that the local engine has do not travel, in either direction.
final class NatsStore implements DagStore {
    /// A path is read as a whole before it is registered.
    private static final Duration REGISTERING = Duration.ofMinutes(10);

    private static final int REMEMBERED = 1 << 16;

    private final String uri;
    private final Subjects subjects;
    private final Bus bus;
    private final Engine engine;
    private final SecretKey key;

    /// What was resolved; paths do not change.
    private final Map<String, PathJson> resolved = new ConcurrentHashMap<>();

    private NatsStore(String uri, Subjects subjects, Bus bus, Engine engine, SecretKey key) {
        this.uri = uri;
        this.subjects = subjects;
        this.bus = bus;
        this.engine = engine;
        this.key = key;
    }

    static NatsStore open(String uri, Engine engine) throws IOException {
        var parsed = NatsUri.parse(uri);
        Configuration.Nats settings = engine.configuration().nats();
        var key = NodeKey.of(engine.store().home());
        return new NatsStore(
                uri,
                new Subjects(parsed.domain()),
                Bus.connect(parsed.server(), settings, NodeKey.node(key)),
                engine,
                key);
    }

    /// The nodes of a domain over a connection that somebody else closes.
    static NatsStore over(Bus bus, Subjects subjects, Engine engine, SecretKey key) {
        return new NatsStore("the nodes of domain " + subjects.label(), subjects, bus, engine, key);
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
        var reply = found(subjects.resolve(hash));
        if (reply.isEmpty()) {
            return Optional.empty();
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

    @Override
    public Stream<StorePath> paths() throws IOException {
        throw new IOException(uri + " cannot list what it has: name the paths");
    }

    @Override
    public Optional<Bytes> block(Cid cid) throws IOException {
        var bytes = found(subjects.get(cid));
        if (bytes.isPresent()) {
            BlockFetch.check(cid, bytes.get(), uri);
        }
        return bytes;
    }

    @Override
    public Optional<Cids> cids(StorePath path) throws IOException {
        return resolve(path.hash()).map(found -> new Cids(found.cid(), found.tree()));
    }

    /// Finds what its PathNode names, and not by the tree alone.
    @Override
    public List<StorePath> named(Cid cid) throws IOException {
        var block = cid.is(Codec.DAG_CBOR) ? block(cid) : Optional.<Bytes>empty();
        return block.isPresent() && PathNode.isKind(new Block(cid, block.get()))
                ? List.of(PathNode.decode(block.get()).path())
                : List.of();
    }

    @Override
    public BlockSource streaming() {
        return new BlockFetch(bus, subjects, engine.store(), uri);
    }

    @Override
    public NarSource nar(StorePath path) throws IOException {
        return new TreeNar(
                this,
                resolve(path.hash())
                        .filter(found -> found.info().path().equals(path))
                        .orElseThrow(() ->
                                new NoSuchFileException(path.toString(), null, "is not in " + uri))
                        .tree());
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

    private Headers signed(String subject, Bytes payload) {
        return Signing.headers(key, subject, payload, engine.clock().instant());
    }

    /// A reply, or empty where there is no such thing.
    private Optional<Bytes> found(String subject) throws IOException {
        try {
            return Optional.of(bus.ask(subject, Bytes.EMPTY));
        } catch (Requests.AnsweredException e) {
            if (e.refusal().kind() == Wire.Problem.Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e.refusal().exception();
        }
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
