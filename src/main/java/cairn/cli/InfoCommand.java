package cairn.cli;

import cairn.cid.Codec;
import cairn.engine.Target;
import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import cairn.store.DagStore;
import cairn.store.PathInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Tells what is known of paths, blocks and files: hashes, sizes, references.",
        footer = {
            "",
            "Examples:",
            "  cairn info hello               by name",
            "  cairn info --closure hello     and of all that it depends on",
            "  cairn info --store https://cache.nixos.org /nix/store/…-hello-2.12",
            "  cairn info x.drv x.narinfo x.nar.xz x.car   files, without importing them"
        })
final class InfoCommand implements Command {
    @Parameters(paramLabel = "TARGET", arity = "1..*", description = "paths, CIDs, names or files")
    private List<String> targets = List.of();

    @Option(names = "--closure", description = "tells of all that the targets depend on, too")
    private boolean closure;

    @Mixin private StoreOption store = new StoreOption();

    @Override
    public boolean takes(List<String> words) {
        targets = words;
        return !words.isEmpty();
    }

    @Override
    public int run(Session session) throws Exception {
        var answers = new Answers(session);
        for (String target : targets) {
            answers.of(target, () -> answer(target, session));
        }
        return answers.print(InfoCommand::print);
    }

    private List<Map<String, Object>> answer(String target, Session session) throws Exception {
        var file = store.isGiven() ? Optional.<Outside>empty() : Outside.find(target);
        if (file.isPresent()) {
            return List.of(FileInfo.of(file.get()));
        }
        try (var source = store.open(session)) {
            if (source.resolve(target) instanceof Target.OfBlock(var cid)
                    && source.named(cid).isEmpty()) {
                var block = source.block(cid);
                var fields = new LinkedHashMap<String, Object>();
                fields.put("cid", cid);
                fields.put("codec", Codec.label(cid.codec()));
                fields.put("size", block.bytes().length());
                fields.put("kind", Kind.of(block).label());
                return List.of(fields);
            }
            return paths(source, source.path(target));
        }
    }

    private List<Map<String, Object>> paths(Source source, StorePath path)
            throws IOException, Failure.Reported {
        var info = source.info(path);
        // A cache far away answers for each path of a closure only when it is asked to.
        boolean walk = closure || !source.store().uri().startsWith("http");
        PathGraph graph = walk ? source.graph(List.of(path)) : PathGraph.of(List.of(info));
        boolean weighed = walk && source.lacking(graph).isEmpty();
        var answer = new ArrayList<Map<String, Object>>();
        for (StorePath each : closure ? graph.closure(path) : List.of(path)) {
            var fields =
                    fields(
                            source.info(each),
                            source.cids(each),
                            weighed
                                    ? OptionalLong.of(graph.closureSize(each))
                                    : OptionalLong.empty());
            source.damage(each).ifPresent(reason -> fields.put("damage", reason));
            answer.add(fields);
        }
        return answer;
    }

    /// What `nix path-info --json` tells, and the CIDs.
    static Map<String, Object> fields(
            PathInfo info, Optional<DagStore.Cids> cids, OptionalLong closureSize) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("path", info.path());
        fields.put("cid", cids.map(DagStore.Cids::path));
        var both = new LinkedHashMap<String, Object>();
        both.put("path", cids.map(DagStore.Cids::path));
        both.put("tree", cids.map(DagStore.Cids::tree));
        fields.put("cids", both);
        fields.put("narHash", info.narHash().toSri());
        fields.put("narSize", info.narSize());
        fields.put(
                "closureSize",
                closureSize.isPresent() ? Optional.of(closureSize.getAsLong()) : Optional.empty());
        fields.put("references", info.references());
        fields.put("deriver", info.deriver());
        fields.put("signatures", info.signatures());
        fields.put("ca", info.ca());
        return fields;
    }

    private static void print(Map<String, Object> fields, Session session) {
        fields.forEach((name, value) -> line(name, value, session));
        session.out().println();
    }

    /// Without a switch over types, for which each process would make a class.
    private static void line(String name, Object value, Session session) {
        if (value instanceof Optional<?> optional) {
            optional.ifPresent(item -> line(name, item, session));
        } else if (value instanceof List<?> items) {
            if (!items.isEmpty()) {
                line(name, items.size(), session);
                items.forEach(item -> item(item, session));
            }
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, item) -> {
                if (item != null) {
                    line(name + "." + key, item, session);
                }
            });
        } else if (value instanceof Json.Raw(var text)) {
            session.out().println(text);
        } else if (value instanceof Long bytes) {
            session.out().printf("%-12s %s (%,d bytes)%n", name, Size.text(bytes), bytes);
        } else {
            session.out().printf("%-12s %s%n", name, Session.shown(value.toString()));
        }
    }

    private static void item(Object item, Session session) {
        if (item instanceof Map<?, ?> map) {
            map.forEach((key, part) -> line("  " + key, part == null ? "" : part, session));
        } else {
            session.out().println("  " + Session.shown(item.toString()));
        }
    }
}
