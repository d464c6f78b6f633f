package cairn.cli;

import cairn.engine.Network;
import cairn.nats.RemoteCollection;
import cairn.store.Collected;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

@picocli.CommandLine.Command(
        description = "Removes what no pin keeps, and makes the packs shorter by it.",
        footer = {
            "",
            "Examples:",
            "  cairn gc --dry-run     what would go, and the exact bytes",
            "  cairn gc",
            "  cairn gc --repack      then also compress similar frames against each other",
            "  cairn gc --dry-run --store nats+ipld://127.0.0.1:4222     what would go from another node"
        })
final class GcCommand implements Command {
    @Option(names = "--dry-run", description = "only tells what would go")
    private boolean dryRun;

    @Option(names = "--repack", description = "writes the packs more densely afterwards")
    private boolean repack;

    @Option(
            names = "--store",
            paramLabel = "URI",
            description =
                    "in the home of another node, nats+ipld://host:port[/domain], that has"
                            + " this home's key among its nats.writers")
    private @Nullable String uri;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "which node of the store; not needed where there is one")
    private @Nullable String node;

    @Override
    public int run(Session session) throws Exception {
        if (dryRun && repack) {
            throw new Failure.Reported(ExitCode.USAGE, "--dry-run and --repack exclude each other");
        }
        checkStore();
        var store = session.engine().store();
        var roots = session.engine().roots();
        Collected collected;
        long repacked = 0;
        try (var progress = session.progress(ProgressLine.Unit.COUNT)) {
            if (uri != null) {
                collected =
                        RemoteCollection.run(
                                uri, session.engine(), Optional.ofNullable(node), dryRun, progress);
            } else if (dryRun) {
                collected = store.tryCollecting(roots, progress);
            } else {
                collected = store.collect(roots, progress);
            }
            if (repack) {
                repacked = store.repack(progress).bytes();
            }
        }
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("dryRun", dryRun);
            fields.put("paths", collected.paths());
            fields.put("blocks", collected.blocks());
            fields.put("bytes", collected.bytes());
            if (repack) {
                fields.put("repackedBytes", repacked);
            }
            fields.put("damaged", collected.damaged());
            session.print(fields);
            return code(collected, session);
        }
        session.out()
                .printf(
                        "%s %s and %s; the packs %s %s (%,d bytes) shorter%n",
                        dryRun ? "would remove" : "removed",
                        Size.count(collected.paths(), "path"),
                        Size.count(collected.blocks(), "block"),
                        dryRun ? "would be" : "are",
                        Size.text(collected.bytes()),
                        collected.bytes());
        if (repack) {
            session.out()
                    .printf(
                            "repacked; the packs are %s (%,d bytes) shorter%n",
                            Size.text(repacked), repacked);
        }
        return code(collected, session);
    }

    private void checkStore() throws Failure.Reported {
        if (uri == null) {
            if (node != null) {
                throw new Failure.Reported(
                        ExitCode.USAGE, "--node needs --store nats+ipld://host:port");
            }
            return;
        }
        if (!Network.names(uri)) {
            throw new Failure.Reported(
                    ExitCode.USAGE,
                    "'%s' cannot be collected from here; name other nodes, nats+ipld://host:port"
                            .formatted(Session.shown(uri)));
        }
        if (repack) {
            throw new Failure.Reported(
                    ExitCode.USAGE, "--repack is for the home of one's own: leave --store out");
        }
    }

    private static int code(Collected collected, Session session) {
        if (collected.damaged().isEmpty()) {
            return ExitCode.DONE;
        }
        return session.report(
                new Failure(
                        ExitCode.MALFORMED,
                        ("block %s is needed and damaged, so nobody knows what it leads to, and"
                                        + " nothing goes; 'cairn verify --all --deep' tells whose"
                                        + " it is: unpin those, collect, and copy them again")
                                .formatted(collected.damaged().getFirst())));
    }
}
