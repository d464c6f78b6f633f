package cairn.cli;

import cairn.cid.FormatException;
import cairn.nix.StorePath;
import cairn.store.StoredPath;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Adds a file or folder as a content-addressed path, as nix-store --add does.",
        footer = {"", "Examples:", "  cairn add notes.txt", "  cairn add --name project-1.0 src/"})
final class AddCommand implements Command {
    @Parameters(paramLabel = "FILE", description = "a file or folder")
    private String text = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "the path's name, else that of the file")
    private @Nullable String name;

    @Option(names = "--no-pin", description = "leaves it to the next collection")
    private boolean noPin;

    @Override
    public int run(Session session) throws Exception {
        Path file = Unresolved.path(text);
        Path last = file.toAbsolutePath().normalize().getFileName();
        String chosen = name != null ? name : last == null ? "" : last.toString();
        try {
            StorePath.checkName(chosen);
        } catch (FormatException e) {
            throw new Failure.Reported(
                    ExitCode.USAGE,
                    "a path cannot be called '%s': %s. Give another name: --name NAME"
                            .formatted(Session.shown(chosen), e.problem()));
        }
        StoredPath added;
        try (var progress = session.progress(ProgressLine.Unit.BYTES)) {
            added = session.engine().add(chosen, file, !noPin, progress);
        }
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("path", added.info().path());
            fields.put("cid", added.cid());
            session.print(fields);
        } else {
            session.out().println(added.info().path());
        }
        return ExitCode.DONE;
    }
}
