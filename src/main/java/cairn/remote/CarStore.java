package cairn.remote;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.ipld.Block;
import cairn.ipld.BlockSink;
import cairn.ipld.BlockSource;
import cairn.ipld.CarReader;
import cairn.ipld.CarWriter;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import cairn.store.DagStore;
import cairn.store.MissingReferenceException;
import cairn.store.PathInfo;
import cairn.store.PathNode;
import cairn.store.TreeImport;
import cairn.store.TreeNar;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A CAR archive as a store of paths: `car:FILE`.
///
/// Opening one reads it once from front to back and checks every block; what paths it has is told
/// by its PathNodes. A path whose references are not in the archive can be read where [Names] knows
/// them. Of two PathNodes of one path that of a root counts; where that leaves it open which
/// content the path has, it cannot be read.
///
/// An archive that is written gets its file with [#commit()], and none before. Its roots are the
/// tree and the PathNode of each path that no other path in it refers to, the tree first: tools
/// that take the first root unpack files.
///
/// Reading is safe for several threads, writing belongs to one.
public final class CarStore implements DagStore {
    /// How many paths an archive may hold or refer to.
    private static final int MAX_PATHS = 1 << 20;

    private final String uri;
    private final Path file;
    private final Names names;
    private final @Nullable Contents contents;
    private @Nullable Staging staging;

    /// Knows PathNodes that an archive refers to and lacks.
    @FunctionalInterface
    public interface Names {
        Names NONE = _ -> Optional.empty();

        Optional<StorePath> path(Cid pathNode) throws IOException;
    }

    /// What an archive that is there holds.
    ///
    /// @param disputed the paths of which it says different things
    private record Contents(
            FileChannel channel,
            List<Cid> roots,
            Sections blocks,
            Map<StorePath, PathNode> paths,
            Set<StorePath> disputed,
            Map<Cid, PathNode> nodes) {}

    private static final class Blocks extends AbstractList<Cid> implements RandomAccess {
        private final Sections blocks;

        Blocks(Sections blocks) {
            this.blocks = blocks;
        }

        @Override
        public Cid get(int place) {
            try {
                return blocks.cid(Objects.checkIndex(place, size()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public int size() {
            return blocks.count();
        }
    }

    private CarStore(String uri, Path file, Names names, @Nullable Contents contents) {
        this.uri = uri;
        this.file = file;
        this.names = names;
        this.contents = contents;
    }

    /// Opens an archive; one that is not there is to be written.
    public static CarStore open(Path file, Names names) throws IOException {
        String uri = "car:" + file;
        return new CarStore(uri, file, names, Files.exists(file) ? scan(file) : null);
    }

    /// The identifiers that the archive names as its roots.
    public List<Cid> roots() {
        return contents == null ? List.of() : contents.roots;
    }

    /// The PathNodes in the archive by their identifiers, in the order in which they lie there.
    public Map<Cid, PathNode> nodes() {
        return contents == null ? Map.of() : contents.nodes;
    }

    /// The identifiers of all blocks, in the order in which they lie in the archive.
    ///
    /// Each is read from there when the list is asked for it, which fails as reading a block does,
    /// but with an [UncheckedIOException].
    public List<Cid> blocks() {
        return contents == null ? List.of() : new Blocks(contents.blocks);
    }

    /// Tells whether a block is in the archive, or inline in its identifier.
    public boolean has(Cid cid) throws IOException {
        return cid.hash().code() == HashFunction.IDENTITY_CODE
                || contents != null && contents.blocks.contains(cid);
    }

    /// The number of blocks.
    public int count() {
        return contents == null ? 0 : contents.blocks.count();
    }

    /// The size of the archive in bytes.
    public long size() throws IOException {
        return contents == null ? 0 : contents.channel.size();
    }

    @Override
    public String uri() {
        return uri;
    }

    @Override
    public Optional<Bytes> block(Cid cid) throws IOException {
        var bytes = contents == null ? Optional.<Bytes>empty() : contents.blocks.block(cid);
        if (bytes.isPresent() && cid.hash().isVerifiable() && !cid.matches(bytes.get())) {
            throw new FormatException("car", 0, "block " + cid + " has changed since it was read");
        }
        return bytes;
    }

    @Override
    public Optional<PathInfo> info(StorePath path) throws IOException {
        var found = node(path);
        if (found.isEmpty()) {
            return Optional.ofNullable(staging).flatMap(staged -> staged.info(path));
        }
        var node = found.get();
        var references = new ArrayList<StorePath>();
        for (Cid reference : node.references()) {
            references.add(name(path, reference));
        }
        if (node.selfReference()) {
            references.add(path);
        }
        return Optional.of(
                new PathInfo(
                        path,
                        node.narHash(),
                        node.narSize(),
                        references,
                        Optional.empty(),
                        List.of(),
                        Optional.empty()));
    }

    @Override
    public Optional<StorePath> find(String hash) {
        return paths().filter(path -> path.hash().equals(hash)).findAny();
    }

    @Override
    public Stream<StorePath> paths() {
        return contents == null ? Stream.empty() : contents.paths.keySet().stream();
    }

    @Override
    public NarSource nar(StorePath path) throws IOException {
        var node =
                node(path)
                        .orElseThrow(() ->
                                new NoSuchFileException(path.toString(), null, "is not in " + uri));
        return new TreeNar(this, node.tree());
    }

    @Override
    public Optional<Cids> cids(StorePath path) {
        return nodes().entrySet().stream()
                .filter(node -> node.getValue().path().equals(path))
                .map(node -> new Cids(node.getKey(), node.getValue().tree()))
                .findFirst();
    }

    @Override
    public List<StorePath> named(Cid cid) {
        return nodes().entrySet().stream()
                .filter(node ->
                        node.getKey().equals(cid.toV1())
                                || node.getValue().tree().equals(cid.toV1()))
                .map(node -> node.getValue().path())
                .sorted()
                .toList();
    }

    @Override
    public void put(PathInfo info, NarSource content) throws IOException {
        if (contents != null) {
            throw new FileAlreadyExistsException(
                    file.toString(), null, "is there already, and an archive is written only once");
        }
        if (staging == null) {
            staging = new Staging(file);
        }
        staging.put(info, content);
    }

    /// Writes the archive, if anything was put.
    @Override
    public void commit() throws IOException {
        if (staging != null) {
            staging.write(file);
        }
    }

    @Override
    public void close() throws IOException {
        if (contents != null) {
            contents.channel.close();
        }
        if (staging != null) {
            staging.close();
            staging = null;
        }
    }

    private Optional<PathNode> node(StorePath path) throws FormatException {
        if (contents != null && contents.disputed.contains(path)) {
            throw new FormatException(
                    "car", 0, path + " is in the archive more than once, with different content");
        }
        return contents == null ? Optional.empty() : Optional.ofNullable(contents.paths.get(path));
    }

    /// The path of a PathNode that a path refers to.
    private StorePath name(StorePath path, Cid reference) throws IOException {
        var node = nodes().get(reference.toV1());
        if (node == null) {
            return names.path(reference)
                    .orElseThrow(() ->
                            new MissingReferenceException(
                                    ("%s refers to %s, which is neither here nor in %s. Write the"
                                                    + " archive with its closure, or import what"
                                                    + " it refers to first.")
                                            .formatted(path, reference, uri)));
        }
        if (!node(node.path()).filter(counting -> isAlike(node, counting)).isPresent()) {
            throw new FormatException(
                    "car",
                    0,
                    "%s refers to a %s with other content than that in the archive"
                            .formatted(path, node.path()));
        }
        return node.path();
    }

    private static Contents scan(Path file) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.READ);
        try (var reader = CarReader.open(Files.newInputStream(file))) {
            var blocks = new Sections(channel);
            var nodes = new LinkedHashMap<Cid, PathNode>();
            // Most identifiers are in several nodes; each is kept once.
            var cids = new HashMap<Cid, Cid>();
            long start = reader.position();
            for (var next = reader.next(); next.isPresent(); next = reader.next()) {
                Cid cid = next.get().cid().toV1();
                blocks.add(cid, start);
                if (PathNode.isKind(next.get())) {
                    cids.putIfAbsent(cid, cid);
                    nodes.put(cid, shared(PathNode.decode(next.get().bytes()), cids));
                    if (cids.size() > MAX_PATHS) {
                        throw new FormatException(
                                "car",
                                start,
                                "the archive refers to more than %,d paths".formatted(MAX_PATHS));
                    }
                }
                start = reader.position();
            }
            var paths = new TreeMap<StorePath, PathNode>();
            var disputed = new HashSet<StorePath>();
            for (Cid root : reader.roots()) {
                var node = nodes.get(root.toV1());
                if (node != null) {
                    enter(node, paths, disputed);
                }
            }
            var rooted = Set.copyOf(paths.keySet());
            for (PathNode node : nodes.values()) {
                if (!rooted.contains(node.path())) {
                    enter(node, paths, disputed);
                }
            }
            return new Contents(channel, reader.roots(), blocks, paths, disputed, nodes);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static void enter(
            PathNode node, Map<StorePath, PathNode> paths, Set<StorePath> disputed) {
        var other = paths.putIfAbsent(node.path(), node);
        if (other != null && !isAlike(node, other)) {
            disputed.add(node.path());
        }
    }

    private static boolean isAlike(PathNode one, PathNode other) {
        return one.narHash().equals(other.narHash()) && one.narSize() == other.narSize();
    }

    private static PathNode shared(PathNode node, Map<Cid, Cid> cids) {
        return new PathNode(
                node.path(),
                node.narHash(),
                node.narSize(),
                node.tree(),
                node.references().stream()
                        .map(cid -> cids.computeIfAbsent(cid.toV1(), Function.identity()))
                        .toList(),
                node.selfReference());
    }

    /// Blocks on their way into an archive, whose roots are known only at the end.
    private static final class Staging implements BlockSink, BlockSource, AutoCloseable {
        private final FolderFiles folder;
        private final FileChannel channel;
        private final Sections blocks;
        private final Map<StorePath, Staged> paths = new LinkedHashMap<>();
        private long length;

        private record Staged(PathInfo info, Cid tree, Cid node) {}

        Staging(Path file) throws IOException {
            folder = new FolderFiles(Objects.requireNonNull(file.toAbsolutePath().getParent()));
            Path temporary = folder.temporary();
            try {
                channel =
                        FileChannel.open(
                                temporary, StandardOpenOption.READ, StandardOpenOption.WRITE);
            } finally {
                // What is open stays until it is closed, and nobody else needs its name.
                Files.delete(temporary);
            }
            blocks = new Sections(channel);
        }

        Optional<PathInfo> info(StorePath path) {
            return Optional.ofNullable(paths.get(path)).map(Staged::info);
        }

        void put(PathInfo info, NarSource content) throws IOException {
            if (paths.containsKey(info.path())) {
                return;
            }
            var references = new ArrayList<Cid>();
            for (StorePath reference : info.dependencies()) {
                var staged = paths.get(reference);
                if (staged == null) {
                    throw new MissingReferenceException(
                            "%s refers to %s, which is not in the archive"
                                    .formatted(info.path(), reference));
                }
                references.add(staged.node);
            }
            var tree = new TreeImport(this, info.narSize());
            content.writeTo(tree);
            var imported = tree.finish();
            info.requireNar(imported.narHash(), imported.narSize());
            var node =
                    new PathNode(
                                    info.path(),
                                    info.narHash(),
                                    info.narSize(),
                                    imported.tree().cid(),
                                    references,
                                    info.refersToItself())
                            .toBlock();
            put(node);
            paths.put(info.path(), new Staged(info, imported.tree().cid(), node.cid()));
        }

        @Override
        public void put(Block block) throws IOException {
            if (blocks.contains(block.cid())) {
                return;
            }
            var section = new ByteArrayOutputStream();
            CarWriter.section(section, block);
            var bytes = ByteBuffer.wrap(section.toByteArray());
            while (bytes.hasRemaining()) {
                channel.write(bytes, length + bytes.position());
            }
            blocks.add(block.cid(), length);
            length += bytes.limit();
        }

        @Override
        public Optional<Bytes> block(Cid cid) throws IOException {
            return blocks.block(cid);
        }

        void write(Path file) throws IOException {
            Path archive = folder.temporary();
            try {
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(archive))) {
                    List<Cid> missing = CarWriter.write(out, roots(), this);
                    if (!missing.isEmpty()) {
                        throw new IllegalStateException("blocks were not staged: " + missing);
                    }
                }
                Files.move(archive, file);
            } finally {
                Files.deleteIfExists(archive);
            }
        }

        private List<Cid> roots() {
            var referred = new HashSet<StorePath>();
            paths.values().forEach(staged -> referred.addAll(staged.info.dependencies()));
            return paths.values().stream()
                    .filter(staged -> !referred.contains(staged.info.path()))
                    .flatMap(staged -> Stream.of(staged.tree, staged.node))
                    .toList();
        }

        @Override
        public void close() throws IOException {
            try (folder) {
                channel.close();
            }
        }
    }
}
