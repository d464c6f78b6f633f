package cairn.cli;

import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Tells why one path depends on another: the shortest chain of references.",
        footer = {
            "",
            "Examples:",
            "  cairn why hello glibc              the shortest chain",
            "  cairn why hello glibc --all        every chain, shortest first",
            "  cairn why hello glibc --precise    and the files that hold each reference"
        })
final class WhyCommand implements Command {
    @Parameters(index = "0", paramLabel = "A", description = "the path that depends")
    private String from = "";

    @Parameters(index = "1", paramLabel = "B", description = "the path that is depended on")
    private String to = "";

    @Option(names = "--all", description = "every chain, not only a shortest one")
    private boolean all;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "with --all: at most so many chains; else ${DEFAULT-VALUE}")
    private int limit = 1000;

    @Option(names = "--precise", description = "names the files that hold the references")
    private boolean precise;

    @Mixin private StoreOption store = new StoreOption();

    @Override
    public int run(Session session) throws Exception {
        if (limit < 1) {
            throw new Failure.Reported(ExitCode.USAGE, "--limit is 1 or more");
        }
        try (var source = store.open(session)) {
            StorePath a = source.path(from);
            StorePath b = source.path(to);
            PathGraph graph = source.graph(List.of(a));
            List<List<StorePath>> chains = new ArrayList<>();
            if (!graph.contains(b)) {
                var _ = source.info(b);
            } else if (all) {
                try (Stream<List<StorePath>> every = graph.whyAll(a, b)) {
                    every.limit(limit + 1L).forEach(chains::add);
                }
            } else {
                chains.add(graph.why(a, b));
            }
            if (chains.size() > limit) {
                chains.removeLast();
                session.note("more than %,d chains; --limit N shows more".formatted(limit));
            }
            var mentions =
                    precise ? mentions(chains, source, session) : Map.<Edge, List<String>>of();
            if (session.json()) {
                session.print(chains.stream().map(chain -> json(chain, mentions)).toList());
            } else if (chains.isEmpty()) {
                session.err().printf("cairn: %s does not depend on %s%n", a, b);
            } else {
                chains.forEach(chain -> print(chain, mentions, session));
            }
            return chains.isEmpty() ? ExitCode.NO : ExitCode.DONE;
        }
    }

    private record Edge(StorePath from, StorePath to) {}

    /// For each reference of the chains the files that hold it.
    private static Map<Edge, List<String>> mentions(
            List<List<StorePath>> chains, Source source, Session session)
            throws IOException, Failure.Reported {
        var found = new HashMap<Edge, List<String>>();
        try (var progress = session.progress(ProgressLine.Unit.COUNT)) {
            for (List<StorePath> chain : chains) {
                for (int i = 0; i + 1 < chain.size(); i++) {
                    var edge = new Edge(chain.get(i), chain.get(i + 1));
                    if (!found.containsKey(edge)) {
                        progress.check();
                        progress.step(edge.from.name(), found.size(), 0);
                        var mentions = new Mentions(edge.to.hash());
                        source.store().nar(edge.from).writeTo(mentions);
                        found.put(edge, mentions.places());
                    }
                }
            }
        }
        return found;
    }

    private List<Object> json(List<StorePath> chain, Map<Edge, List<String>> mentions) {
        var steps = new ArrayList<Object>();
        for (int i = 0; i < chain.size(); i++) {
            if (precise) {
                var step = new LinkedHashMap<String, Object>();
                step.put("path", chain.get(i));
                step.put("files", files(chain, i, mentions));
                steps.add(step);
            } else {
                steps.add(chain.get(i));
            }
        }
        return steps;
    }

    private void print(List<StorePath> chain, Map<Edge, List<String>> mentions, Session session) {
        for (int i = 0; i < chain.size(); i++) {
            String indent = i == 0 ? "" : "   ".repeat(i - 1) + "└─ ";
            session.out().println(indent + chain.get(i));
            for (String file : files(chain, i, mentions)) {
                session.out().println("   ".repeat(i) + "     in " + Session.shown(file));
            }
        }
    }

    private static List<String> files(
            List<StorePath> chain, int step, Map<Edge, List<String>> mentions) {
        return step + 1 < chain.size()
                ? mentions.getOrDefault(new Edge(chain.get(step), chain.get(step + 1)), List.of())
                : List.of();
    }
}
