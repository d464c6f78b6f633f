package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.KeySet;
import cairn.ipld.Block;
import cairn.ipld.BlockSource;
import cairn.ipld.Codecs;
import cairn.ipld.DagWalk;
import cairn.ipld.NamedLink;
import cairn.ipld.Visit;
import cairn.nix.HashModulo;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.unixfs.DirectoryEntry;
import cairn.unixfs.MissingBlockException;
import cairn.unixfs.UnixFsNode;
import cairn.unixfs.UnixFsReader;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What some paths have in common, and so is stored once. All numbers are exact.
///
/// Each part is about what the one before it leaves: trees of all paths, files of distinct trees,
/// blocks of distinct files. So what they save adds up, and what the blocks leave is what is stored
/// of the contents of all files, before it is compressed.
///
/// @param paths how many there are
/// @param inputAddressed how many of them are not named after their contents
/// @param narBytes their NARs in sum
/// @param trees whole paths, by the contents of their files
/// @param files files that are equal, and equally executable or not
/// @param blocks the pieces that files are cut into
/// @param alike paths that differ, but only by their own 32 characters
public record Sharing(
        long paths,
        long inputAddressed,
        long narBytes,
        Part trees,
        Part files,
        Part blocks,
        List<Alike> alike) {
    public Sharing {
        alike = List.copyOf(alike);
    }

    /// How many there are and how many remain if each is counted once; their bytes likewise.
    public record Part(long all, long distinct, long bytes, long distinctBytes) {
        public long savedBytes() {
            return bytes - distinctBytes;
        }
    }

    /// Paths whose NARs are equal if in each of them its own 32 characters count as zeros, as of
    /// two builds of the same thing.
    ///
    /// @param narSize that of each
    /// @param apartBytes what is stored of the others beside the first, because blocks that hold
    ///   the characters differ
    public record Alike(List<StorePath> paths, long narSize, long apartBytes) {
        public Alike {
            paths = List.copyOf(paths);
        }
    }

    /// Looks at paths that are here, each of them once; of their contents only at those that may be
    /// alike.
    public static Sharing of(Store store, Collection<StorePath> paths, Progress progress)
            throws IOException {
        return new Count(store, progress).of(paths.stream().sorted().distinct().toList());
    }

    /// The files below a directory, each as often as it is there.
    private record Content(long files, long bytes) {
        static final Content NONE = new Content(0, 0);

        Content plus(Content other) {
            return new Content(files + other.files, bytes + other.bytes);
        }
    }

    /// A directory that is being looked at.
    private static final class Level {
        final Cid cid;
        final Iterator<DirectoryEntry> entries;
        Content content = Content.NONE;

        Level(Cid cid, Iterator<DirectoryEntry> entries) {
            this.cid = cid;
            this.entries = entries;
        }
    }

    /// Counts; each directory and each file is looked at once.
    private static final class Count {
        private final Store store;
        private final BlockSource source;
        private final UnixFsReader reader;
        private final Progress progress;
        private final Map<Cid, Content> directories = new HashMap<>();
        private final KeySet files = new KeySet();
        private final KeySet leaves = new KeySet();
        private long distinctFiles;
        private long distinctFileBytes;
        private long allLeaves;
        private long distinctLeaves;
        private long distinctLeafBytes;

        Count(Store store, Progress progress) {
            this.store = store;
            this.progress = progress;
            source = store.inOrder();
            reader = new UnixFsReader(source);
        }

        Sharing of(List<StorePath> paths) throws IOException {
            var trees = new HashMap<Cid, Content>();
            var selfish = new TreeMap<Long, List<StoredPath>>();
            var all = Content.NONE;
            var distinct = Content.NONE;
            long inputAddressed = 0;
            long narBytes = 0;
            long done = 0;
            for (StorePath each : paths) {
                progress.check();
                var path =
                        store.catalog()
                                .path(each)
                                .orElseThrow(() -> new NoSuchFileException(each.toString()));
                var info = path.info();
                progress.step(info.path().name(), done++, paths.size());
                inputAddressed += info.ca().isEmpty() ? 1 : 0;
                narBytes += info.narSize();
                if (info.refersToItself()) {
                    selfish.computeIfAbsent(info.narSize(), _ -> new ArrayList<>()).add(path);
                }
                var known = trees.get(path.tree());
                var content = known == null ? below(path.tree()) : known;
                if (known == null) {
                    trees.put(path.tree(), content);
                    distinct = distinct.plus(content);
                }
                all = all.plus(content);
            }
            return new Sharing(
                    done,
                    inputAddressed,
                    narBytes,
                    new Part(done, trees.size(), all.bytes, distinct.bytes),
                    new Part(distinct.files, distinctFiles, distinct.bytes, distinctFileBytes),
                    new Part(allLeaves, distinctLeaves, distinctFileBytes, distinctLeafBytes),
                    alike(selfish.values()));
        }

        private Content below(Cid root) throws IOException {
            Deque<Level> open = new ArrayDeque<>();
            var whole = enter(root, open);
            while (whole.isEmpty()) {
                var level = open.element();
                Optional<Content> content;
                if (level.entries.hasNext()) {
                    content = enter(level.entries.next().cid(), open);
                } else {
                    open.remove();
                    directories.put(level.cid, level.content);
                    content = Optional.of(level.content);
                }
                if (open.isEmpty()) {
                    whole = content;
                } else if (content.isPresent()) {
                    open.element().content = open.element().content.plus(content.get());
                }
            }
            return whole.get();
        }

        /// What is in a file or a directory that is known; one that is not is opened.
        private Optional<Content> enter(Cid cid, Deque<Level> open) throws IOException {
            if (cid.is(Codec.RAW)) {
                long size = size(cid);
                if (isNew(cid, size)) {
                    leaf(cid, size);
                }
                return Optional.of(new Content(1, size));
            }
            var known = directories.get(cid);
            if (known != null) {
                return Optional.of(known);
            }
            return switch (reader.node(cid)) {
                case UnixFsNode.Directory directory -> {
                    open.push(new Level(cid, reader.entries(directory).iterator()));
                    yield Optional.empty();
                }
                case UnixFsNode.RegularFile file -> {
                    if (isNew(cid, file.size())) {
                        leaves(file.block());
                    }
                    yield Optional.of(new Content(1, file.size()));
                }
                case UnixFsNode.Symlink _ -> Optional.of(Content.NONE);
            };
        }

        private boolean isNew(Cid file, long size) {
            boolean fresh = files.add(BlockKey.of(file));
            distinctFiles += fresh ? 1 : 0;
            distinctFileBytes += fresh ? size : 0;
            return fresh;
        }

        private void leaves(Block node) throws IOException {
            for (NamedLink link : Codecs.links(node)) {
                Cid cid = link.cid();
                if (cid.is(Codec.RAW)) {
                    leaf(cid, size(cid));
                } else {
                    leaves(new Block(cid, read(cid)));
                }
            }
        }

        private void leaf(Cid cid, long size) {
            allLeaves++;
            if (leaves.add(BlockKey.of(cid))) {
                distinctLeaves++;
                distinctLeafBytes += size;
            }
        }

        private List<Alike> alike(Collection<List<StoredPath>> candidates) throws IOException {
            var alike = new ArrayList<Alike>();
            for (List<StoredPath> ofOneSize : candidates) {
                if (ofOneSize.size() == 1) {
                    continue;
                }
                var groups = new HashMap<NixHash, List<StoredPath>>();
                for (StoredPath path : ofOneSize) {
                    progress.check();
                    var hash = new HashModulo(NixHash.Algorithm.SHA256, path.info().path().hash());
                    new TreeNar(source, path.tree()).writeTo(new NarWriter(hash));
                    groups.computeIfAbsent(hash.finish(), _ -> new ArrayList<>()).add(path);
                }
                for (List<StoredPath> group : groups.values()) {
                    if (group.stream().map(StoredPath::tree).distinct().count() > 1) {
                        alike.add(alike(group));
                    }
                }
            }
            alike.sort((one, other) -> one.paths.getFirst().compareTo(other.paths.getFirst()));
            return alike;
        }

        private Alike alike(List<StoredPath> group) throws IOException {
            var seen = new HashSet<Cid>();
            long apart = 0;
            for (StoredPath path : group) {
                boolean first = seen.isEmpty();
                var walk = new DagWalk(source, List.of(path.tree()));
                for (var visit = walk.next(); visit.isPresent(); visit = walk.next()) {
                    Cid cid = visit.get().cid();
                    if (visit.get() instanceof Visit.Missing) {
                        throw new MissingBlockException(cid);
                    }
                    if (seen.add(cid) && !first) {
                        apart += size(cid);
                    }
                }
            }
            var info = group.getFirst().info();
            return new Alike(
                    group.stream().map(path -> path.info().path()).toList(), info.narSize(), apart);
        }

        private long size(Cid cid) throws IOException {
            return store.size(cid).orElseThrow(() -> new MissingBlockException(cid));
        }

        private Bytes read(Cid cid) throws IOException {
            return source.block(cid).orElseThrow(() -> new MissingBlockException(cid));
        }
    }
}
