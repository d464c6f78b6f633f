package cairn.graph;

import cairn.nix.StorePath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/// What changed from one set of paths to another. Lists are in the order of names.
///
/// A path that is only on one side is paired with one of the same package and output on the other,
/// in the order of their names; what finds no partner was added or removed.
///
/// @param unchanged the number of paths on both sides
/// @param unchangedSize their bytes
public record Difference(
        List<Sized> added,
        List<Sized> removed,
        List<Change> changed,
        int unchanged,
        long unchangedSize) {
    private static final Comparator<StorePath> BY_NAME =
            Comparator.comparing(StorePath::name).thenComparing(Comparator.naturalOrder());

    /// A path and the bytes of its content.
    public record Sized(StorePath path, long size) {}

    /// A path that stands where another stood: another version, or the same one built differently.
    public record Change(Sized before, Sized after) {
        public boolean sameVersion() {
            return PackageName.of(before.path).equals(PackageName.of(after.path));
        }

        /// By how many bytes it grew.
        public long growth() {
            return after.size - before.size;
        }
    }

    public Difference {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        changed = List.copyOf(changed);
    }

    /// Compares two sets of paths, each with their sizes.
    public static Difference between(Map<StorePath, Long> before, Map<StorePath, Long> after) {
        var gone = byPackage(before, after);
        var come = byPackage(after, before);
        var added = new ArrayList<Sized>();
        var removed = new ArrayList<Sized>();
        var changed = new ArrayList<Change>();
        gone.forEach((name, old) -> {
            List<Sized> replacing = come.getOrDefault(name, List.of());
            int pairs = Math.min(old.size(), replacing.size());
            for (int i = 0; i < pairs; i++) {
                changed.add(new Change(old.get(i), replacing.get(i)));
            }
            removed.addAll(old.subList(pairs, old.size()));
            added.addAll(replacing.subList(pairs, replacing.size()));
        });
        come.forEach((name, fresh) -> {
            if (!gone.containsKey(name)) {
                added.addAll(fresh);
            }
        });
        added.sort(Comparator.comparing(Sized::path, BY_NAME));
        removed.sort(Comparator.comparing(Sized::path, BY_NAME));
        changed.sort(Comparator.comparing(change -> change.after.path, BY_NAME));
        var both = before.keySet().stream().filter(after::containsKey).toList();
        return new Difference(
                added,
                removed,
                changed,
                both.size(),
                both.stream().mapToLong(path -> size(after, path)).sum());
    }

    /// By how many bytes the whole grew.
    public long growth() {
        return added.stream().mapToLong(Sized::size).sum()
                - removed.stream().mapToLong(Sized::size).sum()
                + changed.stream().mapToLong(Change::growth).sum();
    }

    private static SequencedMap<String, List<Sized>> byPackage(
            Map<StorePath, Long> paths, Map<StorePath, Long> without) {
        var packages = new TreeMap<String, List<Sized>>();
        paths.keySet().stream()
                .filter(path -> !without.containsKey(path))
                .sorted(BY_NAME)
                .forEach(path ->
                        packages.computeIfAbsent(
                                        PackageName.of(path).label(), _ -> new ArrayList<>())
                                .add(new Sized(path, size(paths, path))));
        return packages;
    }

    private static long size(Map<StorePath, Long> sizes, StorePath path) {
        return sizes.getOrDefault(path, 0L);
    }
}
