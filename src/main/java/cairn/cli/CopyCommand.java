package cairn.cli;

import cairn.engine.Copy;
import cairn.engine.Target;
import cairn.nix.StorePath;
import cairn.store.PathStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Brings paths with all that they depend on from one store to another.",
        footer = {
            "",
            "A store is local or local?root=DIR (Nix on this machine, only read), file:///DIR or",
            "https://… (a binary cache), car:FILE; where none is named it is the store in the home.",
            "What was brought in stays until it is unpinned, see cairn pin. Work that was cut off goes",
            "on where it stood.",
            "",
            "Examples:",
            "  cairn copy --from local --all                     all of this machine's Nix",
            "  cairn copy --from https://cache.example.org /nix/store/…-hello-2.12",
            "  cairn copy --to file:///srv/cache hello           a binary cache that Nix takes",
            "  cairn copy --to 'file:///srv/cache?compression=zstd' --all",
            "  cairn copy hello.car libfoo.nar.xz dump.export    files, by what they are"
        })
final class CopyCommand implements Command {
    @Parameters(paramLabel = "TARGET", arity = "0..*", description = "paths, names or files")
    private List<String> targets = List.of();

    @Option(names = "--from", paramLabel = "URI", description = "the store to take from")
    private String from = "";

    @Option(names = "--to", paramLabel = "URI", description = "the store to bring to")
    private String to = "";

    @Option(names = "--all", description = "everything that the store has")
    private boolean all;

    @Option(names = "--no-pin", description = "leaves what comes in to the next collection")
    private boolean noPin;

    @Override
    public int run(Session session) throws Exception {
        if (all == !targets.isEmpty()) {
            throw new Failure.Reported(ExitCode.USAGE, "name what to copy, or say --all");
        }
        Copy.Summary done;
        if (from.isEmpty() && to.isEmpty()) {
            if (all) {
                throw new Failure.Reported(
                        ExitCode.USAGE, "copy needs --from URI or --to URI, or names of files");
            }
            done = files(session);
        } else {
            done = paths(session);
        }
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("paths", done.paths());
            fields.put("blocks", done.blocks());
            fields.put("newBlocks", done.newBlocks());
            fields.put("bytes", done.bytes());
            fields.put("newBytes", done.newBytes());
            fields.put("seconds", done.took().toMillis() / 1000.0);
            session.print(fields);
        } else {
            session.err().println(sentence(done));
        }
        return ExitCode.DONE;
    }

    private Copy.Summary paths(Session session) throws IOException, Failure.Reported {
        try (Source source = session.source(from);
                PathStore target =
                        to.isEmpty() ? session.engine().local() : session.engine().open(to)) {
            var roots = new ArrayList<StorePath>();
            for (String text : targets) {
                roots.add(source.path(text));
            }
            try (var progress = session.progress(ProgressLine.Unit.BYTES)) {
                if (to.isEmpty()) {
                    return all
                            ? session.engine().copyAllIn(source.store(), !noPin, progress)
                            : session.engine().copyIn(source.store(), roots, !noPin, progress);
                }
                if (all) {
                    try (Stream<StorePath> paths = source.store().paths()) {
                        paths.forEach(roots::add);
                    }
                }
                return Copy.run(source.store(), target, roots, progress);
            }
        }
    }

    private Copy.Summary files(Session session) throws IOException, Failure.Reported {
        long started = System.nanoTime();
        long count = 0;
        long bytes = 0;
        for (String text : targets) {
            if (!(session.engine().resolve(text) instanceof Target.OfFile)
                    && !java.nio.file.Files.exists(Path.of(text))) {
                throw new Failure.Reported(
                        ExitCode.USAGE,
                        "'%s' is no file; to copy a path say --from URI or --to URI"
                                .formatted(Session.shown(text)));
            }
        }
        for (String text : targets) {
            try (var progress = session.progress(ProgressLine.Unit.BYTES)) {
                count += session.engine().importFile(Path.of(text), !noPin, progress).size();
            }
        }
        return new Copy.Summary(
                count, 0, 0, 0, bytes, 0, Duration.ofNanos(System.nanoTime() - started));
    }

    private static String sentence(Copy.Summary done) {
        return "%,d paths, %,d of them new; %s, %s of it new; %.1f s"
                .formatted(
                        done.paths(),
                        done.newPaths(),
                        Size.text(done.bytes()),
                        Size.text(done.newBytes()),
                        done.took().toMillis() / 1000.0);
    }
}
