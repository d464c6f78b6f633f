package cairn.remote;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.BlockSink;
import cairn.ipld.BlockSource;
import cairn.ipld.CarReader;
import cairn.ipld.CarWriter;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.store.PathNode;
import cairn.store.PathStore;
import cairn.store.TreeImport;
import cairn.store.TreeNar;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A CAR archive as a store of paths: `car:FILE`.
///
/// Opening one reads it once from front to back and checks every block; what paths it has is told
/// by its PathNodes. A path whose references are not in the archive can be read where [Names] knows
/// them. Of two PathNodes of one path that of a root counts.
///
/// An archive that is written gets its file when it closes, and none if putting a path failed, so
/// that it can be tried again. Its roots are the tree and the PathNode of each path that no other
/// path in it refers to, the tree first: tools that take the first root unpack files.
///
/// Reading is safe for several threads, writing belongs to one.
public final class CarStore implements PathStore, BlockSource {
    private final String uri;
    private final Path file;
    private final Names names;
    private final Contents contents;
    private @Nullable Staging staging;

    /// Knows PathNodes that an archive refers to and lacks.
    @FunctionalInterface
    public interface Names {
        Names NONE = _ -> Optional.empty();

        Optional<StorePath> path(Cid pathNode) throws IOException;
    }

    /// What an archive that is there holds.
    private record Contents(
            @Nullable FileChannel channel,
            List<Cid> roots,
            Map<Cid, Extent> blocks,
            Map<StorePath, PathNode> paths,
            Map<Cid, PathNode> nodes) {}

    /// Where the bytes of a block lie in a file.
    private record Extent(long offset, int length) {}

    private CarStore(String uri, Path file, Names names, Contents contents) {
        this.uri = uri;
        this.file = file;
        this.names = names;
        this.contents = contents;
    }

    /// Opens an archive; one that is not there is to be written.
    public static CarStore open(Path file, Names names) throws IOException {
        String uri = "car:" + file;
        return new CarStore(uri, file, names, Files.exists(file) ? scan(file) : empty());
    }

    /// The identifiers that the archive names as its roots.
    public List<Cid> roots() {
        return contents.roots;
    }

    /// The PathNodes in the archive by their identifiers.
    public Map<Cid, PathNode> nodes() {
        return contents.nodes;
    }

    /// The identifiers of all blocks, in the order in which they lie in the archive.
    public List<Cid> blocks() {
        return List.copyOf(contents.blocks.keySet());
    }

    @Override
    public String uri() {
        return uri;
    }

    @Override
    public Optional<Bytes> block(Cid cid) throws IOException {
        var extent = contents.blocks.get(cid.toV1());
        if (extent == null || contents.channel == null) {
            return Optional.empty();
        }
        Bytes bytes = read(contents.channel, extent);
        if (cid.hash().isVerifiable() && !cid.matches(bytes)) {
            throw new FormatException(
                    "car", extent.offset, "block " + cid + " has changed since it was read");
        }
        return Optional.of(bytes);
    }

    @Override
    public Optional<PathInfo> info(StorePath path) throws IOException {
        var node = contents.paths.get(path);
        if (node == null) {
            return Optional.ofNullable(staging).flatMap(staged -> staged.info(path));
        }
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
        return contents.paths.keySet().stream().filter(path -> path.hash().equals(hash)).findAny();
    }

    @Override
    public Stream<StorePath> paths() {
        return contents.paths.keySet().stream();
    }

    @Override
    public NarSource nar(StorePath path) throws IOException {
        var node = contents.paths.get(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString(), null, "is not in " + uri);
        }
        return new TreeNar(this, node.tree());
    }

    @Override
    public void put(PathInfo info, NarSource content) throws IOException {
        if (contents.channel != null) {
            throw new FileAlreadyExistsException(
                    file.toString(), null, "is there already, and an archive is written only once");
        }
        if (staging == null) {
            staging = new Staging(file);
        }
        staging.put(info, content);
    }

    @Override
    public Optional<Bytes> realisation(String id) {
        return Optional.empty();
    }

    @Override
    public Optional<Bytes> log(StorePath derivation) {
        return Optional.empty();
    }

    /// Writes the archive if anything was put, and all of it came in.
    @Override
    public void close() throws IOException {
        if (contents.channel != null) {
            contents.channel.close();
        }
        if (staging != null) {
            try (var staged = staging) {
                staging = null;
                if (staged.whole) {
                    staged.write(file);
                }
            }
        }
    }

    private StorePath name(StorePath path, Cid reference) throws IOException {
        var node = contents.nodes.get(reference.toV1());
        if (node != null) {
            return node.path();
        }
        return names.path(reference)
                .orElseThrow(() ->
                        new IOException(
                                ("%s refers to %s, which is neither here nor in %s. Write the"
                                                + " archive with its closure, or import what"
                                                + " it refers to first.")
                                        .formatted(path, reference, uri)));
    }

    private static Contents empty() {
        return new Contents(null, List.of(), Map.of(), Map.of(), Map.of());
    }

    private static Contents scan(Path file) throws IOException {
        var blocks = new LinkedHashMap<Cid, Extent>();
        var paths = new TreeMap<StorePath, PathNode>();
        var nodes = new HashMap<Cid, PathNode>();
        try (var reader = CarReader.open(Files.newInputStream(file))) {
            for (var next = reader.next(); next.isPresent(); next = reader.next()) {
                var block = next.get();
                int length = block.bytes().length();
                Cid cid = block.cid().toV1();
                blocks.put(cid, new Extent(reader.position() - length, length));
                if (PathNode.isKind(block)) {
                    var node = PathNode.decode(block.bytes());
                    paths.put(node.path(), node);
                    nodes.put(cid, node);
                }
            }
            for (Cid root : reader.roots()) {
                var node = nodes.get(root.toV1());
                if (node != null) {
                    paths.put(node.path(), node);
                }
            }
            var channel = FileChannel.open(file, StandardOpenOption.READ);
            return new Contents(channel, reader.roots(), blocks, paths, nodes);
        }
    }

    private static Bytes read(FileChannel channel, Extent extent) throws IOException {
        var buffer = ByteBuffer.allocate(extent.length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, extent.offset + buffer.position()) < 0) {
                throw new FormatException("car", extent.offset, "the archive was cut off");
            }
        }
        return Bytes.wrap(buffer.array());
    }

    /// Blocks on their way into an archive, whose roots are known only at the end.
    private static final class Staging implements BlockSink, BlockSource, AutoCloseable {
        private final FolderFiles folder;
        private final FileChannel channel;
        private final Map<Cid, Extent> blocks = new HashMap<>();
        private final Map<StorePath, Staged> paths = new LinkedHashMap<>();
        private long length;
        private boolean whole = true;

        private record Staged(PathInfo info, Cid tree, Cid node) {}

        Staging(Path file) throws IOException {
            folder = new FolderFiles(Objects.requireNonNull(file.toAbsolutePath().getParent()));
            channel =
                    FileChannel.open(
                            folder.temporary(),
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE);
        }

        Optional<PathInfo> info(StorePath path) {
            return Optional.ofNullable(paths.get(path)).map(Staged::info);
        }

        void put(PathInfo info, NarSource content) throws IOException {
            if (paths.containsKey(info.path())) {
                return;
            }
            boolean others = whole;
            whole = false;
            var references = new ArrayList<Cid>();
            for (StorePath reference : info.dependencies()) {
                var staged = paths.get(reference);
                if (staged == null) {
                    throw new IOException(
                            "%s refers to %s, which is not in the archive"
                                    .formatted(info.path(), reference));
                }
                references.add(staged.node);
            }
            var tree = new TreeImport(this, info.narSize());
            content.writeTo(tree);
            var imported = tree.finish();
            new NarDigest(imported.narHash(), imported.narSize()).require(info);
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
            whole = others;
        }

        @Override
        public void put(Block block) throws IOException {
            if (blocks.containsKey(block.cid())) {
                return;
            }
            int size = block.bytes().length();
            var bytes = block.bytes().toByteBuffer();
            while (bytes.hasRemaining()) {
                channel.write(bytes, length + bytes.position());
            }
            blocks.put(block.cid(), new Extent(length, size));
            length += size;
        }

        @Override
        public Optional<Bytes> block(Cid cid) throws IOException {
            var extent = blocks.get(cid);
            return extent == null ? Optional.empty() : Optional.of(read(channel, extent));
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
            channel.close();
        }
    }
}
