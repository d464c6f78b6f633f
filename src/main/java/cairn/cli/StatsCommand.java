package cairn.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

@picocli.CommandLine.Command(
        description = "Tells how much the store holds, and what it takes on the disk.",
        footer = {"", "Example:", "  cairn stats"})
final class StatsCommand implements Command {
    @Override
    public int run(Session session) throws Exception {
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
                        row("ratio", String.format(Locale.ROOT, "%.2f", ratio))));
        return ExitCode.DONE;
    }

    private static List<String> row(String name, String value) {
        return List.of(name, value);
    }

    private static String bytes(long bytes) {
        return "%s (%,d bytes)".formatted(Size.text(bytes), bytes);
    }
}
