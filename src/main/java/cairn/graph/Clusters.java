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

/// Gathers the nodes of a graph that is too large to read into fewer, so that every node is in
/// exactly one group and nothing is lost.
///
/// Only nodes that are equally far from the roots, by the longest way, are gathered, so that a
/// graph without cycles stays one. In each such level nodes of one family form a group; while there
/// are too many, the level's smallest groups become one of mixed families. Nodes to keep stay
/// alone, and so do the largest of the others as far as there is room.
public final class Clusters {
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

    private static Group join(Group a, Group b) {
        a.nodes.addAll(b.nodes);
        return new Group(a.level, a.family, a.nodes, a.size + b.size);
    }

    /// What is to stay alone, and the largest others: a half of the room is theirs.
    private static BitSet kept(Digraph graph, long[] sizes, BitSet keep, int most) {
        var kept = (BitSet) keep.clone();
        IntStream.range(0, graph.nodes())
                .filter(node -> !keep.get(node))
                .boxed()
                .sorted(
                        Comparator.comparingLong((Integer node) -> -sizes[node])
                                .thenComparing(node -> node))
                .limit(
                        graph.nodes() <= most
                                ? graph.nodes()
                                : Math.max(0, most / 2 - keep.cardinality()))
                .forEach(kept::set);
        return kept;
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
