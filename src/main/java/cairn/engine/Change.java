package cairn.engine;

import cairn.cid.Bytes;
import cairn.nix.Derivation;
import cairn.nix.StorePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// How a derivation differs from another of its name.
///
/// Only what somebody changed is told: where the hash of a path alone differs, and the path is not
/// a source, that is a consequence of what changed below, and so are the paths of its outputs.
///
/// @param what `variable NAME`, `input NAME`, `source NAME`, `system`, `builder` or `arguments`
/// @param before empty where there was no such thing
/// @param after empty where there is none any more
public record Change(String what, String before, String after) {
    /// The hash in a store path, and the stand-in for a path that is not known before the build.
    private static final Pattern HASH = Pattern.compile("(?<=/)[0-9a-z]{32}(?=-)|/[0-9a-z]{52}");

    static List<Change> between(Derivation before, Derivation after) {
        var old = parts(before);
        var changed = parts(after);
        var names = new TreeSet<>(old.keySet());
        names.addAll(changed.keySet());
        var changes = new ArrayList<Change>();
        for (String name : names) {
            String was = old.getOrDefault(name, "");
            String is = changed.getOrDefault(name, "");
            if (name.startsWith("source ")
                    ? !was.equals(is)
                    : !unhashed(was).equals(unhashed(is))) {
                changes.add(new Change(name, was, is));
            }
        }
        return changes;
    }

    private static SortedMap<String, String> parts(Derivation derivation) {
        var parts = new TreeMap<String, String>();
        parts.put("system", derivation.system().toUtf8());
        parts.put("builder", derivation.builder().toUtf8());
        parts.put(
                "arguments",
                derivation.arguments().stream()
                        .map(Bytes::toUtf8)
                        .collect(Collectors.joining(" ")));
        for (Map.Entry<Bytes, Bytes> variable : derivation.environment().entrySet()) {
            if (derivation.outputs().containsKey(variable.getKey().toUtf8())) {
                continue;
            }
            parts.put("variable " + variable.getKey().toUtf8(), variable.getValue().toUtf8());
        }
        for (StorePath input : derivation.inputDerivations().keySet()) {
            parts.merge("input " + input.name(), input.toString(), Change::joined);
        }
        for (StorePath source : derivation.inputSources()) {
            parts.merge("source " + source.name(), source.toString(), Change::joined);
        }
        return parts;
    }

    private static String joined(String one, String other) {
        return one + " " + other;
    }

    private static String unhashed(String text) {
        return HASH.matcher(text).replaceAll("");
    }
}
