package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.JsonObject;
import cairn.engine.Builds;
import cairn.engine.Check;
import cairn.engine.Engine;
import cairn.engine.Target;
import cairn.ipld.Block;
import cairn.ipld.Codecs;
import cairn.ipld.NamedLink;
import cairn.nix.StorePath;
import cairn.store.Pin;
import cairn.store.Progress;
import cairn.store.StoredPath;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a node answers about its store, in JSON.
///
/// ```
/// METADATA   {"target": …}                  → metadata of a path or a block
/// TRACE      {"target": …, "limit": 100}    → why a path is there
/// VERIFY     {"target": …, "deep": true, "limit": 100} → whether what it needs is what it should be
/// ```
///
/// A target is a store path, its hash, its name if no other has it, or a CID.
final class Questions implements AutoCloseable {
    private static final String FORMAT = "request";
    private static final int LIMIT = 100;
    private static final int MAX_LIMIT = 10_000;

    /// How many builds, from the newest on, are looked at for the ones that made a path.
    private static final int BUILDS = 1000;

    private final Engine engine;
    private volatile boolean closed;

    Questions(Engine engine) {
        this.engine = engine;
    }

    /// Of a path what [PathJson] says, `closureSize`, `closurePaths` and the names of its `pins`;
    /// of a block its `cid`, `codec`, `size` and `links`.
    Bytes metadata(Bytes request) throws IOException {
        String text = JsonObject.parse(FORMAT, request).text("target");
        Target target = resolve(text);
        if (target instanceof Target.OfBlock(var cid) && registered(cid).isEmpty()) {
            return JsonObject.bytes(block(cid));
        }
        StoredPath stored = path(text, target);
        var fields = new LinkedHashMap<>(PathJson.of(stored).fields());
        var graph = engine.graph();
        StorePath path = stored.info().path();
        fields.put("closureSize", graph.closureSize(path));
        fields.put("closurePaths", graph.closure(path).size());
        fields.put("pins", pins(Set.of(path)));
        return JsonObject.bytes(fields);
    }

    /// `path`, the paths that refer to it (`referrers`, and how many need it through others:
    /// `dependents`), those of them that nothing else needs (`roots`), the names of the `pins` that
    /// keep it, and the `builds` that made it. Of each list so many as `limit` tells; `truncated`
    /// tells whether one has more.
    Bytes trace(Bytes request) throws IOException {
        var json = JsonObject.parse(FORMAT, request);
        int limit = (int) json.number("limit", MAX_LIMIT, LIMIT);
        String text = json.text("target");
        StoredPath stored = path(text, resolve(text));
        StorePath path = stored.info().path();
        var graph = engine.graph();
        var dependents = new LinkedHashSet<>(graph.dependents(path));
        var lists = new LinkedHashMap<String, List<String>>();
        lists.put("referrers", texts(others(path, graph.referrers(path))));
        lists.put(
                "roots",
                texts(
                        dependents.stream()
                                .filter(each -> others(each, graph.referrers(each)).isEmpty())
                                .toList()));
        lists.put("pins", pins(dependents));
        lists.put("builds", builds(stored));
        var fields = new LinkedHashMap<String, Object>();
        fields.put("path", path.toString());
        fields.put("dependents", others(path, dependents).size());
        lists.forEach((name, all) -> fields.put(name, all.subList(0, Math.min(limit, all.size()))));
        fields.put("truncated", lists.values().stream().anyMatch(all -> all.size() > limit));
        return JsonObject.bytes(fields);
    }

    /// Checks a path and all that it needs: who vouches for each, with `deep` also that every block
    /// and every NAR hashes to its name, and which builds made them.
    ///
    /// The `verdict` is `verified` if all are trusted and nothing is wrong with any, else
    /// `rejected`, and `problems` tells of each what is. `builds` has the newest record of each
    /// that this home knows to be built; of the others there are `unrecorded`.
    Bytes verify(Bytes request) throws IOException {
        var json = JsonObject.parse(FORMAT, request);
        int limit = (int) json.number("limit", MAX_LIMIT, LIMIT);
        boolean deep = json.flag("deep");
        String text = json.text("target");
        StorePath path = path(text, resolve(text)).info().path();
        var closure = engine.graph().closure(path);
        var problems = new ArrayList<Map<String, String>>();
        synchronized (this) { // one after the other, as each may read much
            engine.verify(
                    closure,
                    engine.configuration().trustedKeys(),
                    deep,
                    Progress.until(() -> closed),
                    check -> {
                        if (isWrong(check)) {
                            problems.add(problem(check));
                        }
                    });
        }
        List<Map<String, String>> builds = builds(closure);
        var fields = new LinkedHashMap<String, Object>();
        fields.put("path", path.toString());
        fields.put("verdict", problems.isEmpty() ? "verified" : "rejected");
        fields.put("deep", deep);
        fields.put("paths", closure.size());
        fields.put("problems", problems.subList(0, Math.min(limit, problems.size())));
        fields.put("builds", builds.subList(0, Math.min(limit, builds.size())));
        fields.put("unrecorded", closure.size() - builds.size());
        fields.put("truncated", problems.size() > limit || builds.size() > limit);
        return JsonObject.bytes(fields);
    }

    private static boolean isWrong(Check check) {
        return check.trust() != Check.Trust.TRUSTED
                || check.content() == Check.Content.DAMAGED
                || check.content() == Check.Content.MISSING;
    }

    private static Map<String, String> problem(Check check) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("path", check.path().toString());
        fields.put("content", check.content().name().toLowerCase(Locale.ROOT));
        fields.put("trust", check.trust().name().toLowerCase(Locale.ROOT));
        fields.put("reason", check.reason());
        return fields;
    }

    /// The newest builds that made some paths.
    private List<Map<String, String>> builds(Collection<StorePath> paths) throws IOException {
        var made = new HashMap<Cid, StorePath>();
        for (StorePath path : paths) {
            engine.catalog().path(path).ifPresent(stored -> made.put(stored.cid(), path));
        }
        var builds = new ArrayList<Map<String, String>>();
        for (var build : recorded()) {
            for (Cid output : build.record().outputs().values()) {
                StorePath path = made.remove(output);
                if (path != null) {
                    var fields = new LinkedHashMap<String, String>();
                    fields.put("path", path.toString());
                    fields.put("cid", build.cid().toString());
                    fields.put("drvPath", build.record().drvPath().toString());
                    fields.put("status", build.record().status().toString());
                    builds.add(fields);
                }
            }
        }
        return builds;
    }

    private List<Builds.Build> recorded() throws IOException {
        var filter = new Builds.Filter(Optional.empty(), "", Optional.empty(), true);
        return engine.builds().list(filter, 0, BUILDS);
    }

    /// Ends what takes long.
    @Override
    public void close() {
        closed = true;
    }

    /// Nobody else may learn which files are on this machine.
    private Target resolve(String text) throws IOException {
        Target target = engine.resolve(text);
        return target instanceof Target.OfFile ? new Target.Unknown(text) : target;
    }

    private StoredPath path(String text, Target target) throws IOException {
        Optional<StoredPath> found =
                switch (target) {
                    case Target.OfPath(var path) -> engine.catalog().path(path);
                    case Target.OfBlock(var cid) -> registered(cid);
                    case Target.Ambiguous(_, var candidates) ->
                            throw new FormatException(
                                    FORMAT, 0, "'%s' may be %s".formatted(text, some(candidates)));
                    case Target.OfFile _, Target.Unknown _ -> Optional.empty();
                };
        return found.orElseThrow(() -> new NoSuchFileException("'" + text + "' is not here"));
    }

    private static String some(List<StorePath> candidates) {
        int shown = 3;
        String first =
                String.join(", ", texts(candidates.subList(0, Math.min(shown, candidates.size()))));
        return candidates.size() > shown
                ? "%s and %d more".formatted(first, candidates.size() - shown)
                : first;
    }

    /// The first path with this node or this tree.
    private Optional<StoredPath> registered(Cid cid) throws IOException {
        return engine.catalog().named(cid).stream().findFirst();
    }

    private Map<String, Object> block(Cid cid) throws IOException {
        Bytes bytes =
                engine.store()
                        .block(cid)
                        .orElseThrow(
                                () -> new NoSuchFileException("block " + cid + " is not here"));
        var links = new ArrayList<String>();
        for (NamedLink link : Codecs.links(new Block(cid, bytes))) {
            links.add(link.cid().toString());
        }
        var fields = new LinkedHashMap<String, Object>();
        fields.put("cid", cid.toString());
        fields.put("codec", cid.codec());
        fields.put("size", bytes.length());
        fields.put("links", links);
        return fields;
    }

    /// The names of the pins of some of these paths.
    private List<String> pins(Set<StorePath> paths) throws IOException {
        var names = new ArrayList<String>();
        for (Pin pin : engine.catalog().pins()) {
            if (engine.catalog().named(pin.cid()).stream()
                    .anyMatch(stored -> paths.contains(stored.info().path()))) {
                names.add(pin.name());
            }
        }
        return names;
    }

    private List<String> builds(StoredPath stored) throws IOException {
        return recorded().stream()
                .filter(build -> build.record().outputs().containsValue(stored.cid()))
                .map(build -> build.cid().toString())
                .toList();
    }

    private static List<StorePath> others(StorePath path, Collection<StorePath> all) {
        return all.stream().filter(each -> !each.equals(path)).toList();
    }

    private static List<String> texts(List<StorePath> paths) {
        return paths.stream().map(StorePath::toString).toList();
    }
}
