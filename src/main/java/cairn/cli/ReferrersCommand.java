package cairn.cli;

import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Lists the paths that refer to a path.",
        footer = {
            "",
            "Examples:",
            "  cairn referrers openssl          those that refer to it themselves",
            "  cairn referrers --all openssl    and all that need those"
        })
final class ReferrersCommand implements Command {
    @Parameters(paramLabel = "TARGET", description = "a path, its name or hash, or its CID")
    private String target = "";

    @Option(names = "--all", description = "also those that need it through others")
    private boolean all;

    @Mixin private StoreOption store = new StoreOption();

    @Override
    public int run(Session session) throws Exception {
        try (var source = store.open(session)) {
            StorePath path = source.path(target);
            var _ = source.info(path);
            session.printPaths(
                    source.isLocal() && !all
                            ? session.engine().catalog().referrers(path)
                            : others(path, whole(source, session)));
        }
        return ExitCode.DONE;
    }

    private List<StorePath> others(StorePath path, PathGraph graph) {
        return all
                ? graph.dependents(path).stream().filter(other -> !other.equals(path)).toList()
                : graph.referrers(path).stream()
                        .filter(other -> !other.equals(path))
                        .sorted()
                        .toList();
    }

    private static PathGraph whole(Source source, Session session)
            throws IOException, Failure.Reported {
        if (source.isLocal()) {
            return session.engine().graph();
        }
        var roots = new ArrayList<StorePath>();
        try (Stream<StorePath> paths = source.store().paths()) {
            paths.forEach(roots::add);
        }
        return PathGraph.read(source.store(), roots);
    }
}
