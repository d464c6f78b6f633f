package cairn.ui.model;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.engine.Activities;
import cairn.engine.Activity;
import cairn.engine.Builds;
import cairn.engine.Check;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.Provision;
import cairn.engine.Target;
import cairn.engine.Timeline;
import cairn.graph.PathGraph;
import cairn.ipld.Block;
import cairn.ipld.Codecs;
import cairn.ipld.NamedLink;
import cairn.ipld.Node;
import cairn.ipld.PbNode;
import cairn.nix.NarInfo;
import cairn.nix.StorePath;
import cairn.store.Catalog;
import cairn.store.Catalog.Summary;
import cairn.store.Pin;
import cairn.store.Store;
import cairn.store.StoredPath;
import cairn.trust.TrustedKeys;
import cairn.unixfs.DirectoryEntry;
import cairn.unixfs.MissingBlockException;
import cairn.unixfs.UnixFsData;
import cairn.unixfs.UnixFsNode;
import cairn.unixfs.UnixFsReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What the views ask of the store. What reads from the disk is never called on the UI thread; what
/// starts an activity does not block. Safe for use by several threads.
public final class Library {
    private static final int TOLD = 20_000;

    private final Engine engine;
    private final Store store;
    private final UnixFsReader files;
    private final Judge judge;

    public Library(Engine engine) {
        this.engine = engine;
        store = engine.store();
        files = new UnixFsReader(store);
        judge = new Judge(engine);
    }

    public Catalog catalog() {
        return store.catalog();
    }

    /// A path by its 32 characters.
    ///
    /// @throws NoSuchFileException if it is not here
    public StoredPath path(String hash) throws IOException {
        return store.catalog().path(hash).orElseThrow(() -> new NoSuchFileException(hash));
    }

    /// What the blocks take on the disk, in bytes.
    public long storedBytes() throws IOException {
        return store.statistics().packBytes();
    }

    public Instant now() {
        return engine.clock().instant();
    }

    /// Whether derivations can be built offline.
    Provision provision() {
        return engine.provision();
    }

    /// What the home and the environment set, read anew.
    Configuration configuration() throws IOException {
        return engine.configuration();
    }

    /// Where a home's configuration is written.
    Path configurationFile() {
        return store.home().configuration();
    }

    /// Starts long work that the explorer shows at its foot. Does not block.
    public void start(String title, Activity.Unit unit, Activities.Work work) {
        Activity _ = engine.activities().start(title, unit, work);
    }

    /// Starts to hash all that some paths consist of; [#verdict] knows what was found then.
    void verify(List<StorePath> paths) {
        String title =
                paths.size() == 1
                        ? Words.text("verify.activity-one", paths.getFirst().name())
                        : Words.text("verify.activity", Figures.count(paths.size()));
        start(title, Activity.Unit.PATHS, activity -> verified(paths, activity));
    }

    /// As [#verify], of all that is here.
    void verifyAll() {
        start(
                Words.text("verify.activity-all"),
                Activity.Unit.PATHS,
                activity -> verified(graph().paths(), activity));
    }

    private String verified(List<StorePath> paths, Activity activity) throws IOException {
        var damaged = new ArrayList<Check>();
        engine.verify(
                paths,
                TrustedKeys.NONE,
                true,
                activity,
                check -> {
                    if (check.content() != Check.Content.INTACT) {
                        damaged.add(check);
                    }
                });
        return damaged.isEmpty()
                ? Words.text("verify.intact", paths.size(), Figures.count(paths.size()))
                : Words.text(
                        "verify.damaged",
                        Figures.count(damaged.size()),
                        Figures.count(paths.size()),
                        damaged.getFirst().path().name(),
                        damaged.getFirst().reason());
    }

    /// How far a path is trusted, and why.
    public Verdict verdict(StoredPath stored) throws IOException {
        return judge.verdict(stored);
    }

    /// How far some paths are trusted; those that are not here are left out.
    public Map<StorePath, Verdict> verdicts(List<StorePath> paths) throws IOException {
        var verdicts = new HashMap<StorePath, Verdict>();
        for (StorePath path : paths) {
            judge.verdict(path).ifPresent(verdict -> verdicts.put(path, verdict));
        }
        return verdicts;
    }

    /// What weighs a closure each, for paths that are here.
    public Map<StorePath, Long> closureSizes(List<StorePath> paths) throws IOException {
        PathGraph graph = graph();
        return paths.stream()
                .filter(graph::contains)
                .collect(Collectors.toMap(path -> path, graph::closureSize));
    }

    /// The column of closure sizes, for rows of paths.
    <S> Column<S> closureColumn(Function<S, StorePath> path) {
        return new Column<>(
                "closureSize",
                many -> path.andThen(closureSizes(many))::apply,
                () ->
                        new Column.Keys<S, Long>(
                                path.andThen(closureSizes(true)), Comparator.naturalOrder()));
    }

    /// Tells what a closure weighs, 0 for what is not here.
    ///
    /// @param many whether so many are asked for that all are better worked out at once
    private Function<StorePath, Long> closureSizes(boolean many)
            throws IOException, InterruptedException {
        PathGraph graph = graph();
        if (!many) {
            return path -> graph.contains(path) ? graph.closureSize(path) : 0;
        }
        long[] sizes = graph.closureSizes();
        return path -> graph.contains(path) ? sizes[graph.node(path)] : 0;
    }

    /// The column of how far paths are trusted, for rows of paths; the least trusted last.
    <S> Column<S> trustColumn(Function<S, StorePath> path) {
        return new Column<>(
                "trust",
                many -> {
                    Function<StorePath, TrustMark> marks = many ? marks() : this::mark;
                    return row -> marks.apply(path.apply(row)).name().toLowerCase(Locale.ROOT);
                },
                () ->
                        new Column.Keys<S, TrustMark>(
                                path.andThen(marks()), Comparator.naturalOrder()));
    }

    /// How far each path is trusted that is here; judges all at once.
    Function<StorePath, TrustMark> marks() throws IOException, InterruptedException {
        return judge.marks();
    }

    /// How far a path is trusted; no mark where that could not be read.
    public TrustMark mark(StorePath path) {
        try {
            return judge.verdict(path).map(Verdict::mark).orElse(TrustMark.NONE);
        } catch (IOException _) {
            return TrustMark.NONE;
        }
    }

    /// What became of paths after a change.
    ///
    /// @param paths those that came, went or changed
    /// @param rows those of them that are here now
    /// @param cursor the last change that is told of
    record Changed(Set<StorePath> paths, List<Summary> rows, long cursor) {}

    /// What became of paths after a change; empty if that is too much to tell one by one.
    Optional<Changed> changedPaths(long after) throws IOException {
        var changes = store.catalog().changes(after, TOLD);
        if (changes.size() == TOLD) {
            return Optional.empty();
        }
        var paths = new LinkedHashSet<StorePath>();
        for (var change : changes) {
            switch (change.kind()) {
                case "path", "claim", "removed" -> paths.add(StorePath.parse(change.subject()));
                default -> {}
            }
        }
        var rows = new ArrayList<Summary>();
        for (StorePath path : paths) {
            store.catalog().path(path).map(Library::summary).ifPresent(rows::add);
        }
        long cursor = changes.isEmpty() ? after : changes.getLast().cursor();
        return Optional.of(new Changed(paths, rows, cursor));
    }

    private static Summary summary(StoredPath stored) {
        var info = stored.info();
        return new Summary(
                info.path(),
                stored.cid(),
                info.narSize(),
                info.references().size(),
                info.signatures().size(),
                stored.registeredAt());
    }

    /// What pins name.
    Set<Cid> pinned() throws IOException {
        return store.catalog().pins().stream().map(Pin::cid).collect(Collectors.toSet());
    }

    /// All paths and their references.
    public Builds builds() {
        return engine.builds();
    }

    /// What happened to some paths.
    ///
    /// @param paths references first
    Timeline timeline(Collection<StorePath> paths) throws IOException {
        return Timeline.of(engine, paths);
    }

    public PathGraph graph() throws IOException {
        return engine.graph();
    }

    /// What a text stands for, best first; a text that names one thing exactly has one match.
    public List<Match> search(String text, int limit) throws IOException {
        if (text.startsWith(Place.SCHEME)) {
            try {
                return List.of(Match.of(Place.parse(text)));
            } catch (FormatException _) {
                return List.of();
            }
        }
        if (Place.Subjects.isSubject(text.strip())) {
            return List.of(Match.ofSubject(text.strip()));
        }
        return switch (engine.resolve(inner(text))) {
            case Target.OfPath(var path) when store.catalog().path(path).isPresent() ->
                    with(Match.of(path), text, path, limit);
            case Target.OfBlock(var cid) -> ofBlock(cid);
            case Target.OfPath _, Target.OfFile _, Target.Ambiguous _, Target.Unknown _ ->
                    listed(text, limit);
        };
    }

    /// A path and a file below it name the path.
    private static String inner(String text) {
        String[] parts = text.split("/", -1);
        return parts.length > 4 && text.startsWith(StorePath.NIX_STORE + "/")
                ? StorePath.NIX_STORE + "/" + parts[3]
                : text;
    }

    private List<Match> with(Match first, String text, StorePath path, int limit)
            throws IOException {
        var matches = new ArrayList<Match>(List.of(first));
        if (!text.contains(path.hash())) {
            listed(text, limit).stream()
                    .filter(match -> !match.equals(first))
                    .forEach(matches::add);
        }
        return matches;
    }

    private List<Match> ofBlock(Cid cid) throws IOException {
        var build = builds().find(cid);
        if (build.isPresent()) {
            return List.of(Match.of(build.get()));
        }
        var matches = new ArrayList<Match>();
        for (StoredPath stored : store.catalog().named(cid)) {
            matches.add(Match.of(stored.info().path()));
        }
        matches.add(Match.of(cid));
        return matches;
    }

    private List<Match> listed(String text, int limit) throws IOException {
        return store.catalog().list(text.strip(), 0, limit).stream()
                .map(summary -> Match.of(summary.path()))
                .toList();
    }

    /// The narinfo of a path, as a cache would serve it.
    public static String narInfo(StoredPath stored) {
        var info = stored.info();
        var narInfo =
                new NarInfo(
                        info.path(),
                        "nar/" + info.narHash().toBase16().substring("sha256:".length()) + ".nar",
                        "none",
                        Optional.of(info.narHash()),
                        OptionalLong.of(info.narSize()),
                        info.narHash(),
                        info.narSize(),
                        info.references(),
                        info.deriver(),
                        info.signatures(),
                        info.ca());
        return narInfo.encode().toUtf8();
    }

    /// The root of a tree, or a node inside one.
    public FileNode file(Bytes name, Cid cid, long sizeBelow) throws IOException {
        return switch (files.node(cid)) {
            case UnixFsNode.Directory _ ->
                    new FileNode(name, cid, FileNode.Type.DIRECTORY, sizeBelow, "");
            case UnixFsNode.RegularFile(_, var size, var executable) ->
                    new FileNode(
                            name,
                            cid,
                            executable ? FileNode.Type.PROGRAM : FileNode.Type.FILE,
                            size,
                            "");
            case UnixFsNode.Symlink(_, var target) ->
                    new FileNode(
                            name,
                            cid,
                            FileNode.Type.SYMLINK,
                            target.length(),
                            new FileNode(target, cid, FileNode.Type.SYMLINK, 0, "").label());
        };
    }

    /// An entry as far as it can be read: what is damaged in one leaves its neighbours readable.
    private FileNode entry(DirectoryEntry entry) throws IOException {
        try {
            return file(entry.name(), entry.cid(), entry.totalSize());
        } catch (FormatException | MissingBlockException _) {
            return new FileNode(entry.name(), entry.cid(), FileNode.Type.UNREADABLE, -1, "");
        }
    }

    /// What a directory holds, in the order of names.
    public List<FileNode> entries(Cid directory) throws IOException {
        if (!(files.node(directory) instanceof UnixFsNode.Directory found)) {
            return List.of();
        }
        var entries = new ArrayList<FileNode>();
        for (DirectoryEntry entry : files.entries(found)) {
            entries.add(entry(entry));
        }
        return entries;
    }

    /// All that is below a directory, parents before children; of a file only itself.
    List<PathModel.Entry> entriesBelow(FileNode root) throws IOException {
        var found = new ArrayList<PathModel.Entry>();
        var open = new ArrayDeque<>(List.of(new PathModel.Entry("", root)));
        while (!open.isEmpty()) {
            var entry = open.pop();
            found.add(entry);
            if (entry.file().type() == FileNode.Type.DIRECTORY) {
                for (FileNode child : entries(entry.file().cid()).reversed()) {
                    String start = entry.inside().isEmpty() ? "" : entry.inside() + "/";
                    open.push(new PathModel.Entry(start + child.label(), child));
                }
            }
        }
        return found.size() == 1 ? found : found.subList(1, found.size());
    }

    /// What a file looks like.
    public Preview preview(FileNode file) throws IOException {
        return switch (files.node(file.cid())) {
            case UnixFsNode.Directory directory ->
                    new Preview.Directory(files.entries(directory).size());
            case UnixFsNode.Symlink _ -> new Preview.Link(file.target());
            case UnixFsNode.RegularFile regular -> {
                Bytes start = read(regular, Preview.LIMIT);
                if (Preview.isPicture(start) && regular.size() <= Preview.PICTURE_LIMIT) {
                    yield Preview.ofPicture(read(regular, Preview.PICTURE_LIMIT));
                }
                yield file.label().endsWith(".drv")
                        ? Preview.ofDerivation(start, regular.size())
                        : Preview.of(start, regular.size());
            }
        };
    }

    /// A block and what can be said of it; a block that is not here has no bytes.
    public BlockView block(Cid cid) throws IOException {
        Optional<Bytes> bytes = store.block(cid);
        if (bytes.isEmpty()) {
            return new BlockView(cid, Optional.empty(), NodeKind.UNKNOWN, "", List.of(), "");
        }
        var block = new Block(cid, bytes.get());
        try {
            if (cid.is(Codec.DAG_PB)) {
                PbNode node = PbNode.decode(block.bytes());
                return new BlockView(cid, bytes, kind(node), "", links(node), "");
            }
            Node node = Codecs.decode(block);
            return new BlockView(
                    cid, bytes, kind(cid, node), label(cid, node), Codecs.links(node), "");
        } catch (FormatException e) {
            return new BlockView(cid, bytes, NodeKind.UNKNOWN, "", List.of(), e.problem());
        }
    }

    /// The size of a block, or -1 if it is not here.
    public long size(Cid cid) throws IOException {
        return store.size(cid).orElse(-1);
    }

    /// The first bytes of a file.
    Bytes beginning(Cid file, int limit) throws IOException {
        return files.node(file) instanceof UnixFsNode.RegularFile regular
                ? read(regular, limit)
                : Bytes.EMPTY;
    }

    /// The last bytes of a stored file, at most as many as one asks for.
    Bytes end(Cid file, int limit) throws IOException {
        if (!(files.node(file) instanceof UnixFsNode.RegularFile regular)) {
            return Bytes.EMPTY;
        }
        try (InputStream in = files.contents(regular)) {
            in.skipNBytes(Math.max(0, regular.size() - limit));
            return Bytes.wrap(in.readNBytes(limit));
        }
    }

    private Bytes read(UnixFsNode.RegularFile file, int limit) throws IOException {
        try (InputStream in = files.contents(file)) {
            return Bytes.wrap(in.readNBytes(limit));
        }
    }

    private static List<NamedLink> links(PbNode node) {
        return node.links().stream()
                .map(link -> new NamedLink(link.name().toUtf8(), link.hash()))
                .toList();
    }

    private static String label(Cid cid, Node node) throws FormatException {
        return cid.is(Codec.DAG_CBOR)
                        && node instanceof Node.Map(var entries)
                        && entries.get("path") instanceof Node.Text(var path)
                ? StorePath.parse(path).name()
                : "";
    }

    private static NodeKind kind(PbNode node) throws FormatException {
        return switch (UnixFsData.decode(node.data()).type()) {
            case DIRECTORY, SHARD -> NodeKind.DIRECTORY;
            default -> NodeKind.FILE;
        };
    }

    private static NodeKind kind(Cid cid, Node node) {
        if (cid.is(Codec.RAW)) {
            return NodeKind.FILE;
        }
        if (node instanceof Node.Map(var entries)
                && entries.get("kind") instanceof Node.Text(var kind)) {
            return switch (kind) {
                case "nix.path/1" -> NodeKind.PATH;
                case "nix.build/1" -> NodeKind.BUILD;
                case "cim.environment/1" -> NodeKind.ENVIRONMENT;
                case "cim.attestation/1" -> NodeKind.ATTESTATION;
                default -> NodeKind.UNKNOWN;
            };
        }
        return NodeKind.UNKNOWN;
    }
}
