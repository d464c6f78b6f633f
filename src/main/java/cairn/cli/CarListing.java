package cairn.cli;

import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.Codecs;
import cairn.ipld.DagWalk;
import cairn.ipld.NamedLink;
import cairn.ipld.Visit;
import cairn.remote.CarStore;
import cairn.store.PathNode;
import cairn.unixfs.DirectoryEntry;
import cairn.unixfs.MissingBlockException;
import cairn.unixfs.UnixFsNode;
import cairn.unixfs.UnixFsReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Lists an archive of blocks as a directory of its roots: of each the tree, or else the blocks.
///
/// What is absent is listed as missing, since an archive may hold a part of a DAG.
final class CarListing {
    private static final int MAX_DEPTH = 2048;
    private static final int MAX_ENTRIES = 4_000_000;

    private final CarStore car;
    private final UnixFsReader reader;
    private int entries;

    private CarListing(CarStore car) {
        this.car = car;
        reader = new UnixFsReader(car);
    }

    static int print(Outside.Car file, Session session) throws IOException {
        try (CarStore car = file.open()) {
            var listing = new CarListing(car);
            var roots = new LinkedHashMap<String, Object>();
            for (Cid root : car.roots()) {
                roots.put(root.toString(), listing.root(root));
            }
            boolean isPart = roots.values().stream().allMatch(root -> type(root).equals("missing"));
            Json.Entries all =
                    each -> {
                        roots.forEach(each);
                        if (isPart) {
                            car.blocks().forEach(cid -> each.accept(cid, listing.block(cid)));
                        }
                    };
            if (session.json()) {
                session.print(directory(all));
            } else {
                var rows = new Rows(session);
                rows.add(all, "");
                rows.print();
            }
            return ExitCode.DONE;
        }
    }

    private Map<String, Object> root(Cid root) throws IOException {
        if (!car.has(root)) {
            return missing();
        }
        var block = new Block(root, car.block(root).orElse(root.hash().digest()));
        if (PathNode.isKind(block)) {
            var node = PathNode.decode(block.bytes());
            var fields = new LinkedHashMap<String, Object>();
            fields.put("type", "path");
            fields.put("path", node.path());
            fields.put("tree", node.tree());
            return fields;
        }
        if (root.is(Codec.RAW) || root.is(Codec.DAG_PB)) {
            UnixFsNode node;
            try {
                node = reader.node(root);
            } catch (FormatException _) {
                return below(root);
            }
            return tree(node, 0);
        }
        return below(root);
    }

    private Map<String, Object> tree(UnixFsNode node, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new FormatException(
                    "unixfs", 0, "directories are nested deeper than " + MAX_DEPTH);
        }
        return switch (node) {
            case UnixFsNode.Symlink link -> {
                var fields = new LinkedHashMap<String, Object>();
                fields.put("type", "symlink");
                fields.put("target", link.target().toEscaped());
                yield fields;
            }
            case UnixFsNode.RegularFile file -> {
                var fields = new LinkedHashMap<String, Object>();
                fields.put("type", "regular");
                fields.put("size", file.size());
                if (file.executable()) {
                    fields.put("executable", true);
                }
                int lacking = lacking(file.block());
                if (lacking > 0) {
                    fields.put("missingBlocks", lacking);
                }
                yield fields;
            }
            case UnixFsNode.Directory directory -> {
                var inner = new LinkedHashMap<String, Object>();
                List<DirectoryEntry> names;
                try {
                    names = reader.entries(directory);
                } catch (MissingBlockException e) {
                    var fields = directory(inner);
                    fields.put("missing", e.cid());
                    yield fields;
                }
                entries += names.size();
                if (entries > MAX_ENTRIES) {
                    throw new FormatException(
                            "car", 0, "unfolds to more than %,d files".formatted(MAX_ENTRIES));
                }
                for (DirectoryEntry entry : names) {
                    inner.put(
                            entry.name().toEscaped(),
                            car.has(entry.cid())
                                    ? tree(reader.node(entry.cid()), depth + 1)
                                    : missing());
                }
                yield directory(inner);
            }
        };
    }

    /// How many blocks of a file are not here, as far as those tell that are.
    private int lacking(Block top) throws IOException {
        int lacking = 0;
        var open = new ArrayList<Block>(List.of(top));
        while (!open.isEmpty()) {
            for (NamedLink link : Codecs.links(open.removeLast())) {
                if (!car.has(link.cid())) {
                    lacking++;
                } else if (!link.cid().is(Codec.RAW)) {
                    car.block(link.cid())
                            .ifPresent(bytes -> open.add(new Block(link.cid(), bytes)));
                }
            }
        }
        return lacking;
    }

    /// All blocks that lie below one, itself included; malformed ones are found before any is told.
    private Map<String, Object> below(Cid root) throws IOException {
        walk(root, (_, _) -> {});
        var fields = new LinkedHashMap<String, Object>();
        fields.put("type", "blocks");
        fields.put(
                "entries",
                (Json.Entries)
                        each -> {
                            try {
                                walk(root, each);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        return fields;
    }

    private void walk(Cid root, BiConsumer<Object, Object> each) throws IOException {
        var walk = new DagWalk(car, List.of(root));
        for (var visit = walk.next(); visit.isPresent(); visit = walk.next()) {
            switch (visit.get()) {
                case Visit.Found(var block, _) -> each.accept(block.cid(), block(block));
                case Visit.Missing(var cid) -> each.accept(cid, missing());
                case Visit.Malformed(_, var problem) -> throw problem;
            }
        }
    }

    private Map<String, Object> block(Cid cid) {
        try {
            var bytes = car.block(cid);
            return bytes.isPresent() ? block(new Block(cid, bytes.get())) : missing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> block(Block block) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("type", block.cid().hash().isVerifiable() ? "block" : "unverifiable");
        fields.put("codec", Codec.label(block.cid().codec()));
        fields.put("size", block.bytes().length());
        return fields;
    }

    private static Map<String, Object> missing() {
        return Map.of("type", "missing");
    }

    private static Map<String, Object> directory(Object entries) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("type", "directory");
        fields.put("entries", entries);
        return fields;
    }

    private static String type(Object node) {
        return node instanceof Map<?, ?> fields ? String.valueOf(fields.get("type")) : "";
    }

    /// Prints rows, aligned with those around: there may be more than fit in memory.
    private static final class Rows {
        private static final int AT_ONCE = 10_000;

        private final Session session;
        private final List<List<String>> rows = new ArrayList<>();

        Rows(Session session) {
            this.session = session;
        }

        void print() {
            session.table(rows, 1);
            rows.clear();
        }

        void add(Json.Entries entries, String prefix) {
            entries.tell((key, value) -> {
                var fields = value instanceof Map<?, ?> map ? map : Map.of();
                String name = prefix + Session.shown(String.valueOf(key));
                rows.add(row(type(value), name, fields));
                if (rows.size() == AT_ONCE) {
                    print();
                }
                String inner = type(value).equals("blocks") ? "  " : name + "/";
                switch (fields.get("entries")) {
                    case Json.Entries deeper -> add(deeper, inner);
                    case Map<?, ?> deeper -> add(deeper::forEach, inner);
                    case null, default -> {}
                }
            });
        }

        private static List<String> row(String type, String name, Map<?, ?> fields) {
            String size =
                    fields.get("size") instanceof Number bytes ? Size.text(bytes.longValue()) : "";
            return switch (type) {
                case "directory" -> List.of("d", "", name + "/" + lacks(fields.get("missing")));
                case "regular" ->
                        List.of(
                                fields.containsKey("executable") ? "x" : "-",
                                size,
                                name + lacks(fields.get("missingBlocks")));
                case "symlink" ->
                        List.of(
                                "l",
                                "",
                                name
                                        + " -> "
                                        + Session.shown(String.valueOf(fields.get("target"))));
                case "path" -> List.of("path", "", name + "  " + fields.get("path"));
                case "blocks" -> List.of("blocks", "", name);
                case "missing" -> List.of("missing", "", name);
                case "block" -> List.of(String.valueOf(fields.get("codec")), size, name);
                default -> List.of(type, size, name);
            };
        }
    }

    private static String lacks(@Nullable Object missing) {
        return switch (missing) {
            case null -> "";
            case Integer count -> "  (%d blocks missing)".formatted(count);
            default -> "  (block %s missing)".formatted(missing);
        };
    }
}
