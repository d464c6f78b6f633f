package cairn.cli;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.engine.Engine;
import cairn.engine.Target;
import cairn.engine.Targets;
import cairn.graph.PathGraph;
import cairn.ipld.Block;
import cairn.ipld.BlockSource;
import cairn.nix.StorePath;
import cairn.store.DagStore;
import cairn.store.PathInfo;
import cairn.store.PathNode;
import cairn.store.PathStore;
import cairn.store.StoredPath;
import java.io.Closeable;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Where a command reads: the local engine, or the store that `--store` names.
final class Source implements Closeable {
    private final Optional<Engine> local;
    private final PathStore store;

    private Source(Optional<Engine> local, PathStore store) {
        this.local = local;
        this.store = store;
    }

    /// The local engine, which closing leaves open.
    static Source of(Engine engine) {
        return new Source(Optional.of(engine), engine.local());
    }

    /// Another store, which is closed with this.
    static Source of(PathStore store) {
        return new Source(Optional.empty(), store);
    }

    PathStore store() {
        return store;
    }

    boolean isLocal() {
        return local.isPresent();
    }

    /// What a text stands for; a path, or a block that need not be here, or a file.
    ///
    /// @throws Failure.Reported if it may be several things or nothing
    Target resolve(String text) throws IOException, Failure.Reported {
        Target target =
                local.isPresent()
                        ? local.get().resolve(text)
                        : Targets.resolve(store, text.strip());
        if (target instanceof Target.OfPath) {
            return target; // mostly so; and a switch like the next is linked in each process
        }
        return switch (target) {
            case Target.OfPath _, Target.OfBlock _, Target.OfFile _ -> target;
            case Target.Ambiguous ambiguous -> throw Unresolved.ambiguous(ambiguous);
            case Target.Unknown(var unknown) -> throw Unresolved.unknown(unknown, store.uri());
        };
    }

    /// The store path that a text stands for; need not be here if it was written in full.
    StorePath path(String text) throws IOException, Failure.Reported {
        Target target = resolve(text);
        if (target instanceof Target.OfPath(var path)) {
            return path;
        }
        return switch (target) {
            case Target.OfPath(var path) -> path;
            case Target.OfBlock(var cid) ->
                    named(cid).stream()
                            .findFirst()
                            .orElseThrow(() ->
                                    new Failure.Reported(
                                            ExitCode.NO,
                                            "%s names no path that is here".formatted(cid)));
            case Target.OfFile(var file) -> throw Unresolved.file(file);
            case Target.Ambiguous ambiguous -> throw Unresolved.ambiguous(ambiguous);
            case Target.Unknown(var unknown) -> throw Unresolved.unknown(unknown, store.uri());
        };
    }

    /// What the store knows of a path, which it must have.
    PathInfo info(StorePath path) throws IOException, Failure.Reported {
        return store.info(path).orElseThrow(() -> Unresolved.notHere(path, store.uri()));
    }

    /// The closure of some paths, each of which the store must have, as far as it has that.
    PathGraph graph(Collection<StorePath> roots) throws IOException, Failure.Reported {
        for (StorePath root : roots) {
            PathInfo _ = info(root);
        }
        return PathGraph.read(store, roots);
    }

    /// A path of a graph that the store does not have, which only others refer to.
    Optional<StorePath> lacking(PathGraph graph) throws IOException {
        for (StorePath path : isLocal() ? List.<StorePath>of() : graph.paths()) {
            // Of what was not found there is no size, and no NAR is empty.
            if (graph.size(graph.node(path)) == 0 && store.info(path).isEmpty()) {
                return Optional.of(path);
            }
        }
        return Optional.empty();
    }

    /// As [#graph], where nothing may be lacking.
    PathGraph whole(Collection<StorePath> roots) throws IOException, Failure.Reported {
        PathGraph graph = graph(roots);
        Optional<StorePath> lacking = lacking(graph);
        if (lacking.isPresent()) {
            throw Unresolved.notHere(lacking.get(), store.uri());
        }
        return graph;
    }

    /// The paths whose closure or whose tree a CID names.
    List<StorePath> named(Cid cid) throws IOException {
        if (local.isPresent()) {
            return local.get().catalog().named(cid).stream()
                    .map(path -> path.info().path())
                    .toList();
        }
        return store instanceof DagStore dag ? dag.named(cid) : List.of();
    }

    /// What a path is made of, where the store keeps blocks.
    Optional<DagStore.Cids> cids(StorePath path) throws IOException {
        if (local.isPresent()) {
            Optional<StoredPath> stored = local.get().catalog().path(path);
            return stored.map(found -> new DagStore.Cids(found.cid(), found.tree()));
        }
        return store instanceof DagStore dag ? dag.cids(path) : Optional.empty();
    }

    /// What the last deep check found wrong with a path that is here.
    Optional<String> damage(StorePath path) throws IOException {
        return local.isPresent() ? local.get().catalog().damage(path) : Optional.empty();
    }

    /// The size of a block in bytes, zero if it is not here; one of the engine is not read.
    int size(Cid cid) throws IOException, Failure.Reported {
        return local.isPresent()
                ? (int) local.get().store().size(cid).orElse(0)
                : blocks().block(cid).map(Bytes::length).orElse(0);
    }

    /// The blocks of the store.
    ///
    /// @throws Failure.Reported if it keeps none
    BlockSource blocks() throws Failure.Reported {
        if (local.isPresent()) {
            return local.get().store().inOrder();
        }
        if (store instanceof BlockSource blocks) {
            return blocks;
        }
        throw new Failure.Reported(
                ExitCode.USAGE, store.uri() + " keeps whole files, not blocks: copy from it first");
    }

    /// The files of what a text stands for: of a path, of the path that a CID names, or below a
    /// CID.
    Tree tree(Target target) throws IOException, Failure.Reported {
        if (target instanceof Target.OfPath(var path)) {
            return tree(path);
        }
        return switch (target) {
            case Target.OfPath(var path) -> tree(path);
            case Target.OfBlock(var cid) -> {
                var block = block(cid);
                yield new Tree.OfBlocks(
                        blocks(),
                        PathNode.isKind(block) ? PathNode.decode(block.bytes()).tree() : cid);
            }
            case Target.OfFile(var file) -> throw Unresolved.file(file);
            case Target.Ambiguous ambiguous -> throw Unresolved.ambiguous(ambiguous);
            case Target.Unknown(var unknown) -> throw Unresolved.unknown(unknown, store.uri());
        };
    }

    private Tree tree(StorePath path) throws IOException, Failure.Reported {
        PathInfo _ = info(path);
        var cids = cids(path);
        return cids.isPresent()
                ? new Tree.OfBlocks(blocks(), cids.get().tree())
                : new Tree.OfArchive(store.nar(path));
    }

    /// A block that must be here.
    Block block(Cid cid) throws IOException, Failure.Reported {
        var bytes = blocks().block(cid);
        if (bytes.isEmpty()) {
            throw new Failure.Reported(
                    ExitCode.NO, "block %s is not in %s".formatted(cid, name(store.uri())));
        }
        return new Block(cid, bytes.get());
    }

    /// A store's name within a sentence.
    static String name(String uri) {
        return uri.isEmpty() ? "the store" : uri;
    }

    @Override
    public void close() throws IOException {
        if (!isLocal()) {
            store.close();
        }
    }
}
