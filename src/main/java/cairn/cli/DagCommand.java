package cairn.cli;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.engine.Target;
import cairn.ipld.Block;
import cairn.ipld.BlockSource;
import cairn.ipld.Codecs;
import cairn.ipld.NamedLink;
import cairn.store.DagStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Shows the blocks below a CID or path, and how they are linked.",
        footer = {
            "",
            "Examples:",
            "  cairn dag --depth 2 hello",
            "  cairn dag bafybei…                   all of it",
            "  cairn dag --dot hello | dot -Tsvg    as a graph"
        })
final class DagCommand implements Command {
    @Parameters(paramLabel = "TARGET", description = "a CID, or a path, whose PathNode is meant")
    private String target = "";

    @Option(names = "--depth", paramLabel = "N", description = "goes so many links deep")
    private int depth = Integer.MAX_VALUE;

    @Option(names = "--dot", description = "prints a graph for Graphviz")
    private boolean dot;

    @Mixin private StoreOption store = new StoreOption();

    /// A block, and where it leads.
    ///
    /// @param size negative where it is missing
    private record Vertex(Cid cid, long size, Kind kind, List<NamedLink> links) {}

    @Override
    public int run(Session session) throws Exception {
        if (depth < 0) {
            throw new Failure.Reported(ExitCode.USAGE, "--depth is 0 or more");
        }
        try (var source = store.open(session)) {
            Cid root = root(source);
            var vertices = walk(source.blocks(), root);
            if (dot) {
                printDot(vertices, session);
            } else if (session.json()) {
                print(vertices, session);
            } else {
                printTree(root, vertices, session);
            }
        }
        return ExitCode.DONE;
    }

    private Cid root(Source source) throws IOException, Failure.Reported {
        if (source.resolve(target) instanceof Target.OfBlock(var cid)) {
            Block _ = source.block(cid);
            return cid.toV1();
        }
        var path = source.path(target);
        var _ = source.info(path);
        var _ = source.blocks();
        return source.cids(path).map(DagStore.Cids::path).orElseThrow();
    }

    /// The blocks that are not deeper than asked for, nearest first. Below the last the links are
    /// left out.
    private Map<Cid, Vertex> walk(BlockSource blocks, Cid root) throws IOException {
        var found = new LinkedHashMap<Cid, Vertex>();
        var level = List.of(root);
        for (int at = 0; !level.isEmpty() && at <= depth; at++) {
            Set<Cid> deeper = new HashSet<>();
            var next = new ArrayList<Cid>();
            for (Cid cid : level) {
                Vertex vertex = vertex(blocks, cid);
                if (at == depth) {
                    vertex = new Vertex(cid, vertex.size, vertex.kind, List.of());
                }
                found.put(cid, vertex);
                for (NamedLink link : vertex.links) {
                    if (deeper.add(link.cid().toV1())) {
                        next.add(link.cid().toV1());
                    }
                }
            }
            next.removeIf(found::containsKey);
            level = next;
        }
        return found;
    }

    private static Vertex vertex(BlockSource blocks, Cid cid) throws IOException {
        Optional<Bytes> bytes =
                cid.hash().code() == HashFunction.IDENTITY_CODE
                        ? Optional.of(cid.hash().digest())
                        : blocks.block(cid);
        if (bytes.isEmpty()) {
            return new Vertex(cid, -1, Kind.MISSING, List.of());
        }
        var block = new Block(cid, bytes.get());
        long size = bytes.get().length();
        try {
            return new Vertex(cid, size, Kind.of(block), Codecs.links(block));
        } catch (FormatException _) {
            return new Vertex(cid, size, Kind.MALFORMED, List.of());
        }
    }

    private static void print(Map<Cid, Vertex> vertices, Session session) {
        var nodes = new ArrayList<Map<String, Object>>();
        var links = new ArrayList<Map<String, Object>>();
        for (Vertex vertex : vertices.values()) {
            var node = new LinkedHashMap<String, Object>();
            node.put("cid", vertex.cid);
            node.put("codec", Codec.label(vertex.cid.codec()));
            node.put("size", vertex.size < 0 ? Optional.empty() : Optional.of(vertex.size));
            node.put("kind", vertex.kind.label());
            nodes.add(node);
            for (NamedLink link : vertex.links) {
                var fields = new LinkedHashMap<String, Object>();
                fields.put("from", vertex.cid);
                fields.put("to", link.cid().toV1());
                fields.put("name", link.name());
                links.add(fields);
            }
        }
        var fields = new LinkedHashMap<String, Object>();
        fields.put("nodes", nodes);
        fields.put("links", links);
        session.print(fields);
    }

    private static void printDot(Map<Cid, Vertex> vertices, Session session) {
        var out = session.out();
        out.println("digraph dag {");
        out.println("  node [shape=box, fontname=\"monospace\"];");
        for (Vertex vertex : vertices.values()) {
            String text = vertex.cid.toString();
            out.printf(
                    "  \"%s\" [label=\"%s\\n…%s%s\"];%n",
                    text,
                    vertex.kind.label(),
                    text.substring(Math.max(0, text.length() - 8)),
                    vertex.size < 0 ? "" : "  " + Size.text(vertex.size));
        }
        for (Vertex vertex : vertices.values()) {
            for (NamedLink link : vertex.links) {
                out.printf(
                        "  \"%s\" -> \"%s\" [label=\"%s\"];%n",
                        vertex.cid,
                        link.cid().toV1(),
                        Session.shown(link.name()).replace("\\", "\\\\").replace("\"", "\\\""));
            }
        }
        out.println("}");
    }

    /// A link on its way to be printed.
    private record Branch(String name, Cid cid, int depth) {}

    /// Each block with its links once; where it stands again, by its CID alone.
    private void printTree(Cid root, Map<Cid, Vertex> vertices, Session session) {
        var shown = new HashSet<Cid>();
        var open = new ArrayList<>(List.of(new Branch("", root, 0)));
        while (!open.isEmpty()) {
            Branch branch = open.removeLast();
            var vertex = vertices.get(branch.cid);
            String name = Session.shown(branch.name);
            String line =
                    "  ".repeat(branch.depth) + (name.isEmpty() ? "" : name + "  ") + branch.cid;
            if (vertex == null) {
                session.out().println(line);
                continue;
            }
            boolean first = branch.depth < depth && shown.add(branch.cid);
            session.out()
                    .println(
                            line
                                    + "  "
                                    + vertex.kind.label()
                                    + (vertex.size < 0 ? "" : "  " + Size.text(vertex.size))
                                    + (first || branch.depth >= depth || vertex.links.isEmpty()
                                            ? ""
                                            : "  (above)"));
            if (first) {
                for (NamedLink link : vertex.links.reversed()) {
                    open.add(new Branch(link.name(), link.cid().toV1(), branch.depth + 1));
                }
            }
        }
    }
}
