package cairn.graph;

import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.store.PathStore;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Store paths and their references, with the sizes of their contents; it does not change. Safe for
/// use by several threads.
///
/// Nodes of the underlying [Digraph] are paths by their place in [#paths()]; an edge leads from a
/// path to one that it refers to. Methods that take a path ask for one that [#contains] knows.
public final class PathGraph {
    // Spelled out, because an AOT cache leaves out what Comparator.comparing makes.
    private static final Comparator<StorePath> BY_NAME =
            (one, other) -> {
                int order = one.name().compareTo(other.name());
                return order != 0 ? order : one.compareTo(other);
            };

    private final List<StorePath> paths;
    private final long[] sizes;
    private final Digraph digraph;
    private final Map<StorePath, Integer> nodes;
    private volatile long @Nullable [] closureSizes;

    private PathGraph(List<StorePath> paths, long[] sizes, Digraph digraph) {
        this.paths = List.copyOf(paths);
        this.sizes = sizes;
        this.digraph = digraph;
        nodes = HashMap.newHashMap(paths.size());
        for (int i = 0; i < paths.size(); i++) {
            nodes.put(paths.get(i), i);
        }
    }

    /// A graph whose edge `i` says that path `from[i]` refers to path `to[i]`.
    public static PathGraph of(List<StorePath> paths, long[] sizes, int[] from, int[] to) {
        return new PathGraph(paths, sizes.clone(), Digraph.of(paths.size(), from, to));
    }

    /// A graph of what a store says, in the given order. A path that is only referred to comes
    /// after all others and has size 0.
    public static PathGraph of(Collection<PathInfo> infos) {
        var paths = new ArrayList<StorePath>();
        var nodes = new HashMap<StorePath, Integer>();
        for (PathInfo info : infos) {
            nodes.put(info.path(), paths.size());
            paths.add(info.path());
        }
        var from = IntStream.builder();
        var to = IntStream.builder();
        for (PathInfo info : infos) {
            for (StorePath reference : info.references()) {
                from.add(nodes.getOrDefault(info.path(), 0));
                to.add(
                        nodes.computeIfAbsent(
                                reference,
                                path -> {
                                    paths.add(path);
                                    return paths.size() - 1;
                                }));
            }
        }
        long[] sizes = infos.stream().mapToLong(PathInfo::narSize).toArray();
        return new PathGraph(
                paths,
                Arrays.copyOf(sizes, paths.size()),
                Digraph.of(paths.size(), from.build().toArray(), to.build().toArray()));
    }

    /// The closure of some paths as a store knows it, nearest first; asks for each path once. What
    /// the store does not have is in the graph all the same if something refers to it.
    public static PathGraph read(PathStore store, Collection<StorePath> roots) throws IOException {
        var infos = new LinkedHashMap<StorePath, Optional<PathInfo>>();
        var queue = new ArrayDeque<>(roots);
        while (!queue.isEmpty()) {
            StorePath path = queue.remove();
            if (!infos.containsKey(path)) {
                Optional<PathInfo> info = store.info(path);
                infos.put(path, info);
                info.ifPresent(known -> queue.addAll(known.references()));
            }
        }
        return of(infos.values().stream().flatMap(Optional::stream).toList());
    }

    public List<StorePath> paths() {
        return paths;
    }

    public Digraph digraph() {
        return digraph;
    }

    public boolean contains(StorePath path) {
        return nodes.containsKey(path);
    }

    /// The node of a path.
    public int node(StorePath path) {
        Integer node = nodes.get(path);
        if (node == null) {
            throw new IllegalArgumentException(path + " is not in this graph");
        }
        return node;
    }

    public StorePath path(int node) {
        return paths.get(node);
    }

    public long size(int node) {
        return sizes[node];
    }

    public long[] sizes() {
        return sizes.clone();
    }

    /// The paths that a path refers to itself.
    public List<StorePath> references(StorePath path) {
        return paths(digraph.successors(node(path)));
    }

    /// The paths that refer to a path themselves.
    public List<StorePath> referrers(StorePath path) {
        return paths(digraph.predecessors(node(path)));
    }

    /// Paths and all they need, references first.
    public List<StorePath> closure(StorePath... roots) {
        return paths(referencesFirst(digraph.closure(nodes(roots))));
    }

    /// Paths and all that need them, references first.
    public List<StorePath> dependents(StorePath... roots) {
        return paths(referencesFirst(digraph.reversed().closure(nodes(roots))));
    }

    /// The bytes of a closure.
    public long closureSize(StorePath... roots) {
        return digraph.closureSize(sizes, nodes(roots));
    }

    /// The bytes of the closure of each node, computed once; the caller leaves the array as it is.
    ///
    /// @throws InterruptedException when the thread is interrupted, soon after that
    public long[] closureSizes() throws InterruptedException {
        long[] known = closureSizes;
        if (known == null) {
            known = ClosureSizes.of(digraph, sizes);
            closureSizes = known;
        }
        return known;
    }

    /// For each node the bytes that would go from the closure of some paths if the node went.
    public long[] addedSizes(StorePath... roots) {
        return Dominators.of(digraph, nodes(roots)).addedSizes(sizes);
    }

    /// A shortest chain of references from one path to another, both included; empty if there is
    /// none.
    public List<StorePath> why(StorePath from, StorePath to) {
        return paths(digraph.path(node(from), node(to)));
    }

    /// Every chain of references from one path to another, shortest first, found as the stream is
    /// read; there can be more than anyone can count.
    public Stream<List<StorePath>> whyAll(StorePath from, StorePath to) {
        return digraph.paths(node(from), node(to)).map(this::paths);
    }

    /// The fewest references without which one path would not need another.
    public List<Reference> cut(StorePath from, StorePath to) {
        return digraph.cut(node(from), node(to)).stream()
                .map(edge -> new Reference(path(edge[0]), path(edge[1])))
                .toList();
    }

    /// One path refers to another.
    public record Reference(StorePath from, StorePath to) {}

    /// What changed from the closure of a path of this graph to that of a path of another.
    public Difference difference(StorePath before, PathGraph other, StorePath after) {
        return Difference.between(closureSizes(before), other.closureSizes(after));
    }

    /// The part of this graph that lies on some paths, in the order of their names.
    public PathGraph part(Collection<StorePath> some) {
        int[] chosen = some.stream().distinct().sorted(BY_NAME).mapToInt(this::node).toArray();
        var place = new int[paths.size()];
        Arrays.fill(place, -1);
        for (int i = 0; i < chosen.length; i++) {
            place[chosen[i]] = i;
        }
        var from = IntStream.builder();
        var to = IntStream.builder();
        for (int node : chosen) {
            for (int target : digraph.successors(node)) {
                if (place[target] >= 0) {
                    from.add(place[node]);
                    to.add(place[target]);
                }
            }
        }
        return new PathGraph(
                paths(chosen),
                IntStream.of(chosen).mapToLong(node -> sizes[node]).toArray(),
                Digraph.of(chosen.length, from.build().toArray(), to.build().toArray()));
    }

    private Map<StorePath, Long> closureSizes(StorePath root) {
        var closure = new HashMap<StorePath, Long>();
        for (int node : digraph.closure(node(root))) {
            closure.put(path(node), sizes[node]);
        }
        return closure;
    }

    private int[] referencesFirst(int[] some) {
        int[] place = Digraph.inverse(digraph.topologicalOrder());
        return IntStream.of(some)
                .boxed()
                .sorted(Comparator.comparingInt(node -> -place[node]))
                .mapToInt(node -> node)
                .toArray();
    }

    private int[] nodes(StorePath... some) {
        return Arrays.stream(some).mapToInt(this::node).toArray();
    }

    private List<StorePath> paths(int... some) {
        return IntStream.of(some).mapToObj(paths::get).toList();
    }
}
