package cairn.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Gathers the nodes of a graph that is too large to read into fewer, so that every node is in
/// exactly one group and nothing is lost.
///
/// Only nodes that are equally far from the roots, by the longest way, are gathered, so that a
/// graph without cycles stays one. In each such level nodes of one family form a group; while there
/// are too many, the level's smallest groups become one of mixed families. Nodes to keep stay
/// alone, and so do the largest of the others as far as there is room.
///
/// Where there are more levels than groups wanted, levels are gathered too: the largest nodes of
/// few levels stay alone, and all others from one of these levels up to the next are one group.
public final class Clusters {
    /// Of how many levels nodes stay alone where there are too many levels.
    private static final int BOUNDS = 8;

    /// The family of a group of several.
    public static final String MIXED = "";

    private final List<int[]> members;
    private final List<String> families;
    private final int[] group;
    private final Digraph graph;

    private record Group(int level, String family, List<Integer> nodes, long size) {}

    private record Kind(int level, String family) {}

    private Clusters(Digraph graph, List<Group> groups) {
        members =
                groups.stream()
                        .map(group -> group.nodes.stream().mapToInt(node -> node).toArray())
                        .toList();
        families = groups.stream().map(Group::family).toList();
        group = new int[graph.nodes()];
        for (int i = 0; i < members.size(); i++) {
            for (int node : members.get(i)) {
                group[node] = i;
            }
        }
        var from = new int[graph.edges()];
        var to = new int[graph.edges()];
        for (int node = 0; node < graph.nodes(); node++) {
            for (int e = graph.firstEdge(node); e < graph.firstEdge(node + 1); e++) {
                from[e] = group[node];
                to[e] = group[graph.target(e)];
            }
        }
        this.graph = Digraph.of(members.size(), from, to);
    }

    /// Gathers nodes until there are about as many groups as wanted.
    ///
    /// @param sizes what makes a node worth showing
    /// @param families what nodes have in common, such as the first word of their name
    /// @param keep nodes to leave alone, however many
    /// @param most the number of groups wanted
    public static Clusters of(
            Digraph graph, long[] sizes, IntFunction<String> families, BitSet keep, int most) {
        int[] level = levels(graph);
        if (IntStream.of(level).max().orElse(0) >= most) {
            return banded(graph, level, sizes, families, keep, most);
        }
        var alone = new ArrayList<Group>();
        var gathered = new HashMap<Kind, Group>();
        BitSet kept = kept(graph, sizes, keep, most);
        for (int node = 0; node < graph.nodes(); node++) {
            String family = families.apply(node);
            if (kept.get(node)) {
                alone.add(new Group(level[node], family, List.of(node), sizes[node]));
            } else {
                gathered.merge(
                        new Kind(level[node], family),
                        new Group(level[node], family, new ArrayList<>(List.of(node)), sizes[node]),
                        Clusters::join);
            }
        }
        int room = Math.max(most - alone.size(), 1);
        var groups = new ArrayList<>(alone);
        groups.addAll(mixed(gathered.values(), room));
        groups.sort(Comparator.comparingInt(group -> group.nodes.getFirst()));
        return new Clusters(graph, groups);
    }

    /// Gathers levels: no edge leads back into a band, since those who stay alone are where bands
    /// begin.
    private static Clusters banded(
            Digraph graph,
            int[] level,
            long[] sizes,
            IntFunction<String> families,
            BitSet keep,
            int most) {
        var kept = (BitSet) keep.clone();
        var keptOf = new HashMap<Integer, Integer>();
        largestFirst(graph, sizes, keep)
                .forEach(node -> {
                    int there = keptOf.getOrDefault(level[node], 0);
                    if (there == 0 ? keptOf.size() < BOUNDS : there < most / 2 / BOUNDS) {
                        kept.set(node);
                        keptOf.put(level[node], there + 1);
                    }
                });
        int[] begins = kept.stream().map(node -> level[node]).sorted().distinct().toArray();
        var groups = new ArrayList<Group>();
        var bands = new HashMap<Integer, Group>();
        for (int node = 0; node < graph.nodes(); node++) {
            if (kept.get(node)) {
                groups.add(
                        new Group(level[node], families.apply(node), List.of(node), sizes[node]));
            } else {
                int at = Arrays.binarySearch(begins, level[node]);
                int band = at < 0 ? -at - 1 : at + 1;
                bands.merge(
                        band,
                        new Group(band, MIXED, new ArrayList<>(List.of(node)), sizes[node]),
                        Clusters::join);
            }
        }
        groups.addAll(bands.values());
        groups.sort(Comparator.comparingInt(group -> group.nodes.getFirst()));
        return new Clusters(graph, groups);
    }

    private static Group join(Group a, Group b) {
        a.nodes.addAll(b.nodes);
        return new Group(a.level, a.family, a.nodes, a.size + b.size);
    }

    /// What is to stay alone, and the largest others: a half of the room is theirs.
    private static BitSet kept(Digraph graph, long[] sizes, BitSet keep, int most) {
        var kept = (BitSet) keep.clone();
        largestFirst(graph, sizes, keep)
                .limit(
                        graph.nodes() <= most
                                ? graph.nodes()
                                : Math.max(0, most / 2 - keep.cardinality()))
                .forEach(kept::set);
        return kept;
    }

    /// All nodes that are not kept anyway.
    private static Stream<Integer> largestFirst(Digraph graph, long[] sizes, BitSet keep) {
        return IntStream.range(0, graph.nodes())
                .filter(node -> !keep.get(node))
                .boxed()
                .sorted(
                        Comparator.comparingLong((Integer node) -> -sizes[node])
                                .thenComparing(node -> node));
    }

    private static List<Group> mixed(Iterable<Group> gathered, int room) {
        var byLevel = new HashMap<Integer, PriorityQueue<Group>>();
        int count = 0;
        var smallest =
                Comparator.comparingLong(Group::size)
                        .thenComparing(group -> group.nodes.getFirst());
        for (Group group : gathered) {
            byLevel.computeIfAbsent(group.level, _ -> new PriorityQueue<>(smallest)).add(group);
            count++;
        }
        var crowded =
                new PriorityQueue<Map.Entry<Integer, PriorityQueue<Group>>>(
                        Comparator.comparingInt((Map.Entry<Integer, PriorityQueue<Group>> entry) ->
                                        -entry.getValue().size())
                                .thenComparing(Map.Entry::getKey));
        crowded.addAll(byLevel.entrySet());
        var rest = new HashMap<Integer, Group>();
        while (count > room && !crowded.isEmpty()) {
            // The level with the most groups gives its two smallest for one, then the smallest
            // each.
            var level = crowded.remove();
            var groups = level.getValue();
            if (groups.isEmpty() || groups.size() == 1 && !rest.containsKey(level.getKey())) {
                continue;
            }
            Group group = groups.remove();
            var others = rest.get(level.getKey());
            if (others == null) {
                others = new Group(group.level, MIXED, new ArrayList<>(), 0);
                count++;
            }
            rest.put(level.getKey(), join(others, group));
            count--;
            crowded.add(level);
        }
        var mixed = new ArrayList<>(rest.values());
        byLevel.values().forEach(mixed::addAll);
        mixed.forEach(group -> group.nodes.sort(Comparator.naturalOrder()));
        return mixed;
    }

    private static int[] levels(Digraph graph) {
        int[] order = graph.topologicalOrder();
        int[] place = Digraph.inverse(order);
        var level = new int[graph.nodes()];
        for (int node : order) {
            for (int e = graph.firstEdge(node); e < graph.firstEdge(node + 1); e++) {
                int target = graph.target(e);
                if (place[target] > place[node]) {
                    level[target] = Math.max(level[target], level[node] + 1);
                }
            }
        }
        return level;
    }

    /// The number of groups.
    public int count() {
        return members.size();
    }

    /// The group that a node is in.
    public int group(int node) {
        return group[node];
    }

    /// The nodes of a group, ascending.
    public int[] members(int group) {
        return members.get(group).clone();
    }

    /// What the nodes of a group have in common, or [#MIXED].
    public String family(int group) {
        return families.get(group);
    }

    /// How many nodes are hidden in groups of several.
    public int hidden() {
        return members.stream().mapToInt(nodes -> nodes.length).filter(n -> n > 1).sum();
    }

    /// The groups as a graph: an edge wherever a member leads to a member.
    public Digraph graph() {
        return graph;
    }

    @Override
    public String toString() {
        return IntStream.range(0, count())
                .mapToObj(i -> families.get(i) + Arrays.toString(members.get(i)))
                .toList()
                .toString();
    }
}
