package cairn.cli;

import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.graph.Difference;
import cairn.graph.PathGraph;
import cairn.ipld.Block;
import cairn.ipld.BlockSource;
import cairn.ipld.Codecs;
import cairn.ipld.NamedLink;
import cairn.nix.StorePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Compares all that two paths depend on.",
        footer = {
            "",
            "Examples:",
            "  cairn diff hello-2.11 hello-2.12",
            "  cairn --json diff /nix/store/…-system-23 /nix/store/…-system-24"
        })
final class DiffCommand implements Command {
    @Parameters(index = "0", paramLabel = "A", description = "the path before")
    private String before = "";

    @Parameters(index = "1", paramLabel = "B", description = "the path after")
    private String after = "";

    @Mixin private StoreOption store = new StoreOption();

    /// Blocks and the bytes in them.
    private record Blocks(long count, long bytes) {
        static Blocks of(Map<Cid, Integer> sizes) {
            return new Blocks(sizes.size(), sizes.values().stream().mapToLong(size -> size).sum());
        }

        Map<String, Object> fields() {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("blocks", count);
            fields.put("bytes", bytes);
            return fields;
        }
    }

    @Override
    public int run(Session session) throws Exception {
        try (var source = store.open(session)) {
            StorePath a = source.path(before);
            StorePath b = source.path(after);
            PathGraph graph = source.whole(List.of(a, b));
            Difference difference = graph.difference(a, graph, b);
            var old = blocks(graph.closure(a), source);
            var fresh = blocks(graph.closure(b), source);
            var sharedSizes = new HashMap<>(old);
            sharedSizes.keySet().retainAll(fresh.keySet());
            var shared = Blocks.of(sharedSizes);
            if (session.json()) {
                var fields = new LinkedHashMap<String, Object>();
                fields.put("before", side(a, graph, Blocks.of(old)));
                fields.put("after", side(b, graph, Blocks.of(fresh)));
                fields.put("added", difference.added().stream().map(DiffCommand::sized).toList());
                fields.put(
                        "removed", difference.removed().stream().map(DiffCommand::sized).toList());
                fields.put(
                        "changed", difference.changed().stream().map(DiffCommand::change).toList());
                fields.put("unchanged", difference.unchanged());
                fields.put("unchangedSize", difference.unchangedSize());
                fields.put("growth", difference.growth());
                fields.put("shared", shared.fields());
                session.print(fields);
            } else {
                print(difference, Blocks.of(fresh), shared, session);
            }
        }
        return ExitCode.DONE;
    }

    /// The blocks of the trees of some paths with their sizes, where the store keeps blocks.
    private static Map<Cid, Integer> blocks(List<StorePath> paths, Source source)
            throws IOException, Failure.Reported {
        var sizes = new HashMap<Cid, Integer>();
        var open = new ArrayList<Cid>();
        for (StorePath path : paths) {
            var cids = source.cids(path);
            if (cids.isEmpty()) {
                continue;
            }
            BlockSource blocks = source.blocks();
            open.add(cids.get().tree());
            while (!open.isEmpty()) {
                Cid cid = open.removeLast();
                if (sizes.containsKey(cid)) {
                    continue;
                }
                sizes.put(cid, source.size(cid));
                var bytes = cid.is(Codec.RAW) ? null : blocks.block(cid).orElse(null);
                if (bytes != null) {
                    for (NamedLink link : Codecs.links(new Block(cid, bytes))) {
                        open.add(link.cid());
                    }
                }
            }
        }
        return sizes;
    }

    private static Map<String, Object> side(StorePath path, PathGraph graph, Blocks blocks) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("path", path);
        fields.put("paths", graph.closure(path).size());
        fields.put("closureSize", graph.closureSize(path));
        fields.putAll(blocks.fields());
        return fields;
    }

    private static Map<String, Object> sized(Difference.Sized sized) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("path", sized.path());
        fields.put("narSize", sized.size());
        return fields;
    }

    private static Map<String, Object> change(Difference.Change change) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("before", sized(change.before()));
        fields.put("after", sized(change.after()));
        fields.put("sameVersion", change.sameVersion());
        fields.put("growth", change.growth());
        return fields;
    }

    private static void print(Difference difference, Blocks after, Blocks shared, Session session) {
        var rows = new ArrayList<List<String>>();
        for (var sized : difference.removed()) {
            rows.add(List.of(Size.change(-sized.size()), "-", sized.path().base()));
        }
        for (var sized : difference.added()) {
            rows.add(List.of(Size.change(sized.size()), "+", sized.path().base()));
        }
        for (var change : difference.changed()) {
            rows.add(
                    List.of(
                            Size.change(change.growth()),
                            "~",
                            change.before().path().base()
                                    + (change.sameVersion() ? "  rebuilt as  " : "  to  ")
                                    + change.after().path().base()));
        }
        session.table(rows, 0);
        session.out()
                .printf(
                        "%s unchanged, %s; in all %s%n",
                        Size.count(difference.unchanged(), "path"),
                        Size.text(difference.unchangedSize()),
                        Size.change(difference.growth()));
        if (after.count() == 0) {
            return;
        }
        session.out()
                .printf(
                        "%,d of %,d blocks shared, %s of %s%n",
                        shared.count(),
                        after.count(),
                        Size.text(shared.bytes()),
                        Size.text(after.bytes()));
    }
}
