package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import cairn.remote.CarStore;
import cairn.store.DagStore;
import cairn.store.PathInfo;
import io.nats.client.JetStreamApiException;
import io.nats.client.ObjectStore;
import io.nats.client.api.ObjectInfo;
import io.nats.client.api.ObjectMeta;
import io.nats.client.api.ObjectStoreConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Whole closures as CAR archives in an object store, `cid-archives` or of a domain
/// `cid-archives_<domain>`: `nats+ipld://host:port/domain?archive=car`.
///
/// An object is named after the PathNode of the path whose closure it holds, and described by the
/// path. One copy writes one object, with all that its paths need, whatever others hold; of several
/// paths that nothing else of the copy refers to, it is named after the last. Reading belongs to
/// one thread, as writing does.
///
/// @see <a href="https://docs.nats.io/nats-concepts/jetstream/obj_store">Object store</a>
final class ArchiveStore implements DagStore {
    private static final int BUCKET_NOT_FOUND = 10059;

    private final String uri;
    private final Bus bus;
    private final Engine engine;
    private final String bucket;
    private final Configuration.Nats.Streams settings;

    /// What was fetched, by the name of the object.
    private final Map<String, CarStore> archives = new HashMap<>();

    private @Nullable Path file;
    private @Nullable CarStore written;

    ArchiveStore(
            String uri,
            Bus bus,
            Subjects subjects,
            Engine engine,
            Configuration.Nats.Streams settings) {
        this.uri = uri;
        this.bus = bus;
        this.engine = engine;
        this.settings = settings;
        bucket = subjects.archives();
    }

    /// Something that is asked of the object store.
    @FunctionalInterface
    private interface Question<T> {
        T ask(ObjectStore objects)
                throws IOException,
                        JetStreamApiException,
                        InterruptedException,
                        NoSuchAlgorithmException;
    }

    private <T> T ask(Question<T> question) throws IOException {
        try {
            return question.ask(bus.connection().objectStore(bucket));
        } catch (JetStreamApiException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + bus.server());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private IOException failed(JetStreamApiException e) {
        return new IOException(
                "%s, object store %s: %s".formatted(bus.server(), bucket, e.getErrorDescription()),
                e);
    }

    private List<ObjectInfo> objects() throws IOException {
        try {
            return ask(ObjectStore::getList);
        } catch (IOException e) {
            if (e.getCause() instanceof JetStreamApiException api
                    && api.getApiErrorCode() == BUCKET_NOT_FOUND) {
                return List.of();
            }
            throw e;
        }
    }

    /// The paths after which an object is described.
    private static List<StorePath> described(ObjectInfo object) {
        var paths = new ArrayList<StorePath>();
        String description = object.getDescription();
        for (String word : description == null ? new String[0] : description.split(" ")) {
            try {
                paths.add(StorePath.parse(word));
            } catch (FormatException _) {
                // Somebody else put it there.
            }
        }
        return paths;
    }

    private CarStore archive(ObjectInfo object) throws IOException {
        var known = archives.get(object.getObjectName());
        if (known != null) {
            return known;
        }
        Path fetched = temporary();
        try {
            try (OutputStream out = Files.newOutputStream(fetched)) {
                ObjectInfo _ = ask(objects -> objects.get(object.getObjectName(), out));
            }
            var car = CarStore.open(fetched, CarStore.Names.NONE);
            archives.put(object.getObjectName(), car);
            return car;
        } finally {
            Files.deleteIfExists(fetched); // what is open stays
        }
    }

    private Path temporary() throws IOException {
        return Files.createTempFile(engine.store().home().folder(), "archive-", ".car");
    }

    /// The archive that has a path, among those that were fetched first.
    private Optional<CarStore> archive(StorePath path) throws IOException {
        for (CarStore car : archives.values()) {
            if (car.cids(path).isPresent()) {
                return Optional.of(car);
            }
        }
        for (ObjectInfo object : objects()) {
            if (described(object).contains(path)) {
                return Optional.of(archive(object));
            }
        }
        return Optional.empty();
    }

    @Override
    public String uri() {
        return uri;
    }

    /// Each archive is whole, so nothing is left out that another one has.
    @Override
    public boolean has(StorePath path) {
        return false;
    }

    @Override
    public Optional<PathInfo> info(StorePath path) throws IOException {
        var car = archive(path);
        return car.isPresent() ? car.get().info(path) : Optional.empty();
    }

    @Override
    public Optional<StorePath> find(String hash) throws IOException {
        return paths().filter(path -> path.hash().equals(hash)).findAny();
    }

    /// Those whose closures were put there; what they refer to is not told.
    @Override
    public Stream<StorePath> paths() throws IOException {
        return objects().stream().flatMap(object -> described(object).stream()).distinct();
    }

    @Override
    public Optional<Cids> cids(StorePath path) throws IOException {
        return archive(path).flatMap(car -> car.cids(path));
    }

    @Override
    public List<StorePath> named(Cid cid) throws IOException {
        for (ObjectInfo object : objects()) {
            if (object.getObjectName().equals(name(cid))) {
                return archive(object).named(cid);
            }
        }
        return List.of();
    }

    private static String name(Cid node) {
        return node.toV1() + ".car";
    }

    @Override
    public Optional<Bytes> block(Cid cid) throws IOException {
        var _ = named(cid);
        for (CarStore car : archives.values()) {
            var bytes = car.block(cid);
            if (bytes.isPresent()) {
                return bytes;
            }
        }
        return Optional.empty();
    }

    @Override
    public NarSource nar(StorePath path) throws IOException {
        return archive(path)
                .orElseThrow(
                        () -> new NoSuchFileException(path.toString(), null, "is not in " + uri))
                .nar(path);
    }

    @Override
    public void put(PathInfo info, NarSource content) throws IOException {
        var car = written;
        if (car == null) {
            Path room = temporary();
            Files.delete(room);
            file = room;
            car = CarStore.open(room, CarStore.Names.NONE);
            written = car;
        }
        car.put(info, content);
    }

    /// Brings the archive to the object store, unless one of that name is there: what a name leads
    /// to does not change.
    @Override
    public void commit() throws IOException {
        var car = written;
        Path made = file;
        if (car == null || made == null) {
            return;
        }
        car.commit();
        try (var whole = CarStore.open(made, CarStore.Names.NONE)) {
            var tops = new ArrayList<String>();
            String name = "";
            for (Cid root : whole.roots()) {
                var node = whole.nodes().get(root.toV1());
                if (node != null) {
                    tops.add(node.path().toString());
                    name = name(root);
                }
            }
            String object = name;
            if (objects().stream().anyMatch(known -> known.getObjectName().equals(object))) {
                return;
            }
            make();
            try (InputStream in = Files.newInputStream(made)) {
                ObjectInfo _ =
                        ask(objects ->
                                objects.put(
                                        ObjectMeta.builder(object)
                                                .description(String.join(" ", tops))
                                                .build(),
                                        in));
            }
        }
    }

    private void make() throws IOException {
        try {
            var _ =
                    bus.connection()
                            .objectStoreManagement()
                            .create(
                                    ObjectStoreConfiguration.builder(bucket)
                                            .description("Closures as CAR archives")
                                            .replicas(settings.replicas())
                                            .build());
        } catch (JetStreamApiException e) {
            throw failed(e);
        }
    }

    @Override
    public void giveUp() {
        bus.giveUp();
    }

    @Override
    public void close() throws IOException {
        for (CarStore car : archives.values()) {
            car.close();
        }
        if (written != null) {
            written.close();
        }
        if (file != null) {
            Files.deleteIfExists(file);
        }
        bus.close();
    }
}
