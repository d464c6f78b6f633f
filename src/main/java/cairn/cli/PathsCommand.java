package cairn.cli;

import cairn.store.Catalog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Lists the paths of the store by name.",
        footer = {
            "",
            "Examples:",
            "  cairn paths           every path",
            "  cairn paths openssl   those whose name or hash contains a text"
        })
final class PathsCommand implements Command {
    @Parameters(paramLabel = "PATTERN", arity = "0..1", description = "part of a name or hash")
    private String pattern = "";

    @Override
    public int run(Session session) throws Exception {
        List<Catalog.Summary> paths =
                session.engine().catalog().list(pattern, 0, Integer.MAX_VALUE);
        if (session.json()) {
            session.print(
                    paths.stream()
                            .map(path ->
                                    Map.of(
                                            "path", path.path(),
                                            "cid", path.cid(),
                                            "narSize", path.narSize(),
                                            "references", path.references(),
                                            "signatures", path.signatures()))
                            .toList());
            return ExitCode.DONE;
        }
        var rows = new ArrayList<List<String>>();
        for (Catalog.Summary path : paths) {
            rows.add(
                    List.of(
                            Long.toString(path.narSize()),
                            path.cid().toString(),
                            path.path().toString()));
        }
        session.table(rows);
        return ExitCode.DONE;
    }
}
