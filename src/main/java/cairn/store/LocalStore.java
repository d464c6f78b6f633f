package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import cairn.unixfs.UnixFsNode;
import cairn.unixfs.UnixFsReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Stream;

/// The local engine as a store of paths like any other. Closing it leaves the engine open.
public final class LocalStore implements PathStore {
    private static final int MAX_LOG = 256 << 20;

    private final Store store;
    private final InstantSource clock;

    public LocalStore(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public String uri() {
        return "";
    }

    @Override
    public Optional<PathInfo> info(StorePath path) throws IOException {
        return store.catalog().path(path).map(StoredPath::info);
    }

    @Override
    public Optional<StorePath> find(String hash) throws IOException {
        return store.catalog().path(hash).map(stored -> stored.info().path());
    }

    @Override
    public Stream<StorePath> paths() throws IOException {
        return store.catalog().storePaths().stream();
    }

    @Override
    public NarSource nar(StorePath path) throws IOException {
        Cid tree =
                store.catalog()
                        .path(path)
                        .orElseThrow(() -> new NoSuchFileException(path.toString()))
                        .tree();
        return new TreeNar(store.inOrder(), tree);
    }

    @Override
    public void put(PathInfo info, NarSource content) throws IOException {
        try (var paths = new PathImport(store, clock, Progress.NONE)) {
            paths.add(info, content);
            paths.commit();
        }
    }

    @Override
    public Optional<Bytes> realisation(String id) throws IOException {
        return store.catalog().realisation(id).map(Catalog.StoredRealisation::json);
    }

    @Override
    public Optional<Bytes> log(StorePath derivation) throws IOException {
        var cid = store.catalog().log(derivation);
        if (cid.isEmpty()) {
            return Optional.empty();
        }
        var reader = new UnixFsReader(store);
        if (!(reader.node(cid.get()) instanceof UnixFsNode.RegularFile file)) {
            throw new IOException("the log of " + derivation + " is no file");
        }
        if (file.size() > MAX_LOG) {
            throw new IOException("the log of " + derivation + " is larger than 256 MiB");
        }
        try (InputStream in = reader.contents(file)) {
            return Optional.of(Bytes.wrap(in.readAllBytes()));
        }
    }

    @Override
    public void close() {}
}
