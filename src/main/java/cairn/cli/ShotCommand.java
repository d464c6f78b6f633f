package cairn.cli;

import cairn.gateway.Gateway;
import cairn.ui.Shot;
import cairn.ui.model.Place;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.regex.Pattern;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Renders a place of the explorer as a PNG, without a display.",
        footer = {
            "",
            "Examples:",
            "  cairn shot cairn:paths -o paths.png",
            "  cairn shot cairn:node -o node.png",
            "  cairn shot cairn:graph -o graph.png --size 1600x1000 --dark"
        })
final class ShotCommand implements Command {
    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{2,3})x([1-9][0-9]{2,3})");

    @Parameters(paramLabel = "PLACE", description = "a link such as cairn:paths")
    private String place = "";

    @Option(names = "--size", paramLabel = "WxH", description = "in pixels; else 1280x800")
    private String size = "1280x800";

    @Option(names = "--dark", description = "in the dark theme")
    private boolean dark;

    @Mixin private OutputOption output = new OutputOption();

    @Override
    public int run(Session session) throws Exception {
        var parts = SIZE.matcher(size);
        if (!parts.matches()) {
            throw new Failure.Reported(
                    ExitCode.USAGE, "--size is width x height from 100x100 to 9999x9999");
        }
        var shown = Place.parse(place);
        var failures = new ArrayList<Exception>();
        output.write(
                session,
                out ->
                        Shot.render(
                                        session.engine(),
                                        Gateway::start,
                                        shown,
                                        Integer.parseInt(parts.group(1)),
                                        Integer.parseInt(parts.group(2)),
                                        dark,
                                        out)
                                .ifPresent(failures::add));
        if (!failures.isEmpty()) {
            // Of places, only the names of paths and blocks come without a reason.
            if (failures.getFirst() instanceof NoSuchFileException e && e.getReason() == null) {
                throw new Failure.Reported(
                        ExitCode.NO,
                        "'%s' is not in the store. See what is: cairn paths"
                                .formatted(e.getFile()));
            }
            throw failures.getFirst();
        }
        return ExitCode.DONE;
    }
}
