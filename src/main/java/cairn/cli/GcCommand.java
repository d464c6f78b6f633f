package cairn.cli;

import cairn.store.Collected;
import cairn.store.Roots;
import java.util.LinkedHashMap;
import picocli.CommandLine.Option;

@picocli.CommandLine.Command(
        description = "Removes what no pin keeps, and makes the packs shorter by it.",
        footer = {
            "",
            "Examples:",
            "  cairn gc --dry-run     what would go, and the exact bytes",
            "  cairn gc",
            "  cairn gc --repack      then also compress similar frames against each other"
        })
final class GcCommand implements Command {
    @Option(names = "--dry-run", description = "only tells what would go")
    private boolean dryRun;

    @Option(names = "--repack", description = "writes the packs more densely afterwards")
    private boolean repack;

    @Override
    public int run(Session session) throws Exception {
        if (dryRun && repack) {
            throw new Failure.Reported(ExitCode.USAGE, "--dry-run and --repack exclude each other");
        }
        var store = session.engine().store();
        Collected collected;
        long repacked = 0;
        try (var progress = session.progress(ProgressLine.Unit.COUNT)) {
            collected =
                    dryRun
                            ? store.tryCollecting(Roots.NONE, progress)
                            : store.collect(Roots.NONE, progress);
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
            session.print(fields);
            return ExitCode.DONE;
        }
        session.out()
                .printf(
                        "%s %,d paths and %,d blocks; the packs %s %s (%,d bytes) shorter%n",
                        dryRun ? "would remove" : "removed",
                        collected.paths(),
                        collected.blocks(),
                        dryRun ? "would be" : "are",
                        Size.text(collected.bytes()),
                        collected.bytes());
        if (repack) {
            session.out()
                    .printf(
                            "repacked; the packs are %s (%,d bytes) shorter%n",
                            Size.text(repacked), repacked);
        }
        return ExitCode.DONE;
    }
}
