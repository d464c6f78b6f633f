package cairn.cli;

import cairn.nix.StorePath;
import cairn.store.Catalog;
import cairn.store.DagStore;
import cairn.store.PathInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Lists the paths of a store by name.",
        footer = {
            "",
            "Examples:",
            "  cairn paths                   every path",
            "  cairn paths openssl           those whose name or hash contains a text",
            "  cairn paths --store local     those of this machine's Nix"
        })
final class PathsCommand implements Command {
    @Parameters(
            paramLabel = "PATTERN",
            arity = "0..1",
            description = "part of a name or hash, or a path")
    private String pattern = "";

    @Mixin private StoreOption store = new StoreOption();

    private record Row(
            StorePath path, Optional<Object> cid, long narSize, int references, int signatures) {}

    @Override
    public boolean takes(List<String> words) {
        words.stream().findFirst().ifPresent(word -> pattern = word);
        return words.size() <= 1;
    }

    @Override
    public int run(Session session) throws Exception {
        List<Row> rows = store.isGiven() ? elsewhere(session) : here(session);
        if (session.json()) {
            session.print(rows.stream().map(PathsCommand::fields).toList());
            return ExitCode.DONE;
        }
        var table = new ArrayList<List<String>>();
        for (Row row : rows) {
            table.add(List.of(Size.text(row.narSize), row.path.toString()));
        }
        session.table(table, 0);
        return ExitCode.DONE;
    }

    private List<Row> here(Session session) throws IOException, Failure.Reported {
        var rows = new ArrayList<Row>();
        String wanted = pattern.substring(pattern.lastIndexOf('/') + 1);
        // A hash and a name are found by the hash.
        int dash = wanted.indexOf('-');
        boolean hasHash = dash > 0 && StorePath.isHash(wanted.substring(0, dash));
        for (Catalog.Summary path :
                session.engine()
                        .catalog()
                        .list(hasHash ? wanted.substring(0, dash) : wanted, 0, Integer.MAX_VALUE)) {
            if (hasHash && !path.path().base().startsWith(wanted)) {
                continue;
            }
            rows.add(
                    new Row(
                            path.path(),
                            Optional.of(path.cid()),
                            path.narSize(),
                            path.references(),
                            path.signatures()));
        }
        return rows;
    }

    private List<Row> elsewhere(Session session) throws IOException, Failure.Reported {
        try (var source = store.open(session)) {
            String wanted =
                    pattern.substring(pattern.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
            List<StorePath> paths;
            try (Stream<StorePath> all = source.store().paths()) {
                paths =
                        all.filter(path -> path.base().toLowerCase(Locale.ROOT).contains(wanted))
                                .sorted(
                                        Comparator.comparing(StorePath::name)
                                                .thenComparing(StorePath::hash))
                                .toList();
            }
            var rows = new ArrayList<Row>();
            for (StorePath path : paths) {
                PathInfo info = source.info(path);
                rows.add(
                        new Row(
                                path,
                                source.cids(path).map(DagStore.Cids::path),
                                info.narSize(),
                                info.references().size(),
                                info.signatures().size()));
            }
            return rows;
        }
    }

    private static Map<String, Object> fields(Row row) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("path", row.path);
        fields.put("cid", row.cid);
        fields.put("narSize", row.narSize);
        fields.put("references", row.references);
        fields.put("signatures", row.signatures);
        return fields;
    }
}
