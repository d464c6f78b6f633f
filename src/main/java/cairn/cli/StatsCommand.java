package cairn.cli;

import cairn.engine.Network;
import cairn.nats.KeptBlocks;
import cairn.store.Statistics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

@picocli.CommandLine.Command(
        description = "Tells how much the store holds, and what it takes on the disk.",
        footer = {
            "",
            "The ratio is that of the NARs to what they take on the disk. The hit rate is that of the paths",
            "that Nix asked this home's nodes for; a node that runs writes it down every minute.",
            "",
            "Of other nodes, nats+ipld://host:port, it tells what the stream keeps to which they publish",
            "(nats.publish-imports), and what of it is not here.",
            "",
            "Examples:",
            "  cairn stats",
            "  cairn --json stats | jq .hitRate      from 0 to 1, null before the first request",
            "  cairn stats --store nats+ipld://127.0.0.1:4222",
            "  cairn stats --store nats+ipld://127.0.0.1:4222 --missing     its blocks that are not here"
        })
final class StatsCommand implements Command {
    @Option(
            names = "--store",
            paramLabel = "URI",
            description = "of the stream of other nodes: nats+ipld://host:port[/domain]")
    private @Nullable String uri;

    @Option(names = "--missing", description = "lists the blocks of it that are not here")
    private boolean missing;

    @Override
    public boolean takes(List<String> words) {
        return words.isEmpty();
    }

    @Override
    public int run(Session session) throws Exception {
        if (uri != null) {
            return stream(session, uri);
        }
        if (missing) {
            throw new Failure.Reported(
                    ExitCode.USAGE, "--missing needs --store nats+ipld://host:port");
        }
        var totals = session.engine().store().statistics();
        double ratio =
                totals.packBytes() == 0 ? 1 : (double) totals.narBytes() / totals.packBytes();
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("paths", totals.paths());
            fields.put("narBytes", totals.narBytes());
            fields.put("pins", totals.pins());
            fields.put("damaged", totals.damaged());
            fields.put("blocks", totals.blocks());
            fields.put("blockBytes", totals.blockBytes());
            fields.put("frames", totals.frames());
            fields.put("deltas", totals.deltas());
            fields.put("packs", totals.packs());
            fields.put("packBytes", totals.packBytes());
            fields.put("ratio", ratio);
            fields.put("hits", totals.hits());
            fields.put("misses", totals.misses());
            fields.put(
                    "hitRate",
                    totals.hitRate().isPresent()
                            ? Optional.of(totals.hitRate().getAsDouble())
                            : Optional.empty());
            session.print(fields);
            return ExitCode.DONE;
        }
        session.table(
                List.of(
                        row("paths", "%,d".formatted(totals.paths())),
                        row("their NARs", bytes(totals.narBytes())),
                        row("pins", "%,d".formatted(totals.pins())),
                        row("damaged paths", "%,d".formatted(totals.damaged())),
                        row("blocks", "%,d".formatted(totals.blocks())),
                        row("their bytes", bytes(totals.blockBytes())),
                        row("on the disk", bytes(totals.packBytes())),
                        row(
                                "frames",
                                "%,d, %,d of them deltas"
                                        .formatted(totals.frames(), totals.deltas())),
                        row("ratio", String.format(Locale.ROOT, "%.2f", ratio)),
                        row("hit rate", hitRate(totals))));
        return ExitCode.DONE;
    }

    private int stream(Session session, String uri) throws IOException, Failure.Reported {
        if (!Network.names(uri)) {
            throw new Failure.Reported(
                    ExitCode.USAGE,
                    "'%s' keeps no stream; name other nodes, nats+ipld://host:port"
                            .formatted(Session.shown(uri)));
        }
        var lacking = new ArrayList<String>();
        KeptBlocks kept;
        try (var progress = session.progress(ProgressLine.Unit.BYTES)) {
            kept =
                    KeptBlocks.compare(
                            uri,
                            session.engine(),
                            progress,
                            cid -> {
                                if (missing && session.json()) {
                                    lacking.add(cid.toString());
                                } else if (missing) {
                                    session.out().println(cid);
                                }
                            });
        }
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("stream", kept.stream());
            fields.put("replicas", kept.replicas());
            fields.put("blocks", kept.blocks());
            fields.put("blockBytes", kept.bytes());
            fields.put("paths", kept.paths());
            fields.put("missing", kept.missing());
            fields.put("missingBytes", kept.missingBytes());
            if (missing) {
                fields.put("missingCids", lacking);
            }
            session.print(fields);
        } else if (!missing) {
            session.table(
                    List.of(
                            row("stream", kept.stream()),
                            row("replicas", "%,d".formatted(kept.replicas())),
                            row("paths", "%,d".formatted(kept.paths())),
                            row("blocks", "%,d".formatted(kept.blocks())),
                            row("their bytes", bytes(kept.bytes())),
                            row("not here", "%,d".formatted(kept.missing())),
                            row("their bytes", bytes(kept.missingBytes()))));
        }
        return ExitCode.DONE;
    }

    private static String hitRate(Statistics totals) {
        return totals.hitRate().isEmpty()
                ? "no requests yet"
                : "%.1f %% of %s that Nix asked for"
                        .formatted(
                                100 * totals.hitRate().getAsDouble(),
                                Size.count(totals.hits() + totals.misses(), "path"));
    }

    private static List<String> row(String name, String value) {
        return List.of(name, value);
    }

    private static String bytes(long bytes) {
        return "%s (%,d bytes)".formatted(Size.text(bytes), bytes);
    }
}
