package cairn.cli;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.Copy;
import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import cairn.store.MissingReferenceException;
import cairn.store.PathStore;
import cairn.store.Progress;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Brings paths with all that they depend on from one store to another.",
        footer = {
            "",
            "A store is local or local?root=DIR (Nix on this machine, only read), file:///DIR or",
            "https://… (a binary cache), nats+ipld://host:port (other nodes), car:FILE; where none is",
            "named it is the store in the home.",
            "What was brought in stays until it is unpinned, see cairn pin. Work that was cut off goes",
            "on where it stood; after a kill, what came in the last seconds comes again.",
            "Nothing is copied where a TARGET names nothing; a file that is damaged stays out alone.",
            "",
            "With --json: paths counts the targets with all that they depend on. blocks and bytes tell of",
            "what was not there yet and so was brought: how many blocks these paths consist of, and the",
            "bytes of those; newBlocks and newBytes, which of them no other path had. In a store that",
            "keeps no blocks they are 0, and bytes are those of NARs. seconds is the time that it took.",
            "",
            "Examples:",
            "  cairn copy --from local --all                     all of this machine's Nix",
            "  cairn copy --from https://cache.example.org /nix/store/…-hello-2.12",
            "  cairn copy --to file:///srv/cache hello           a binary cache that Nix takes",
            "  cairn copy --to 'file:///srv/cache?compression=zstd' --all",
            "  cairn copy --to 'nats+ipld://127.0.0.1:4222?archive=car' hello     its closure as one object",
            "  cairn copy hello.car libfoo.nar.xz dump.export    files, by what they are"
        })
final class CopyCommand implements Command {
    @Parameters(paramLabel = "TARGET", arity = "0..*", description = "paths, names or files")
    private List<String> targets = List.of();

    @Option(names = "--from", paramLabel = "URI", description = "the store to take from")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "URI", description = "the store to bring to")
    private @Nullable String to;

    @Option(names = "--all", description = "everything that the store has")
    private boolean all;

    @Option(names = "--no-pin", description = "leaves what comes in to the next collection")
    private boolean noPin;

    @Override
    public int run(Session session) throws Exception {
        if (all == !targets.isEmpty()) {
            throw new Failure.Reported(ExitCode.USAGE, "name what to copy, or say --all");
        }
        if (from != null || to != null) {
            print(paths(session), session);
            return ExitCode.DONE;
        }
        if (all) {
            throw new Failure.Reported(
                    ExitCode.USAGE, "copy needs --from URI or --to URI, or names of files");
        }
        return files(session);
    }

    private static void print(Copy.Summary done, Session session) {
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
    }

    private Copy.Summary paths(Session session) throws Exception {
        try (Source source = from == null ? session.source() : session.source(from);
                PathStore target = to == null ? session.engine().local() : session.target(to)) {
            var roots =
                    new ArrayList<>(
                            session.each(targets, text -> source.info(source.path(text)).path()));
            if (all) {
                try (Stream<StorePath> paths = source.store().paths()) {
                    paths.forEach(roots::add);
                }
            }
            Copy.Summary done = copy(source.store(), target, roots, session);
            if (to == null && done.newPaths() > 0) {
                warn(session, roots);
            }
            return done;
        }
    }

    /// A disk that is full does not tell which.
    private static Copy.Summary out(
            PathStore source, PathStore target, String to, List<StorePath> roots, Progress progress)
            throws IOException, Failure.Reported {
        try {
            return Copy.run(source, target, roots, progress);
        } catch (NoSuchFileException | FileAlreadyExistsException e) {
            if (e.getFile().startsWith(StorePath.NIX_STORE)) {
                throw e; // it is the source that lacks something
            }
            throw new Failure(ExitCode.UNREACHABLE, Failure.of(e).sentence()).in(to).thrown();
        } catch (IOException e) {
            var failure = Failure.of(e);
            if (failure.code() == ExitCode.UNREACHABLE) {
                throw failure.in(to).thrown();
            }
            throw e;
        }
    }

    private Copy.Summary copy(
            PathStore source, PathStore target, List<StorePath> roots, Session session)
            throws IOException, Failure.Reported {
        try (var progress = session.progress(ProgressLine.Unit.BYTES)) {
            if (to != null) {
                return out(source, target, to, roots, progress);
            }
            return all
                    ? session.engine().copyAllIn(source, !noPin, progress)
                    : session.engine().copyIn(source, roots, !noPin, progress);
        }
    }

    /// Imports files one by one; where one is not what it should be, the others come all the same.
    private int files(Session session) throws Exception {
        var catalog = session.engine().catalog();
        Copy.Summary done = Copy.Summary.NOTHING;
        int code = ExitCode.DONE;
        var came = new ArrayList<StorePath>();
        for (Path file : session.each(targets, CopyCommand::file)) {
            try (var progress = session.progress(ProgressLine.Unit.BYTES)) {
                var imported = session.engine().importFile(file, !noPin, progress);
                done = done.plus(imported.summary());
                for (Cid cid : imported.cids()) {
                    catalog.named(cid).forEach(path -> came.add(path.info().path()));
                    if (!session.json()) {
                        session.out().println(cid);
                    }
                }
            } catch (MissingReferenceException e) {
                code = Math.max(code, session.report(Failure.of(e)));
            } catch (FormatException e) {
                var failure = Failure.of(e).in(file.toString());
                code =
                        Math.max(
                                code,
                                session.report(
                                        e.format().equals("store path") && !canBeName(file)
                                                ? failure.with("Name it: cairn add --name NAME")
                                                : failure));
            }
        }
        if (code == ExitCode.DONE || targets.size() > 1) {
            PathGraph graph = PathGraph.read(session.engine().local(), came);
            StorePath[] roots = came.toArray(StorePath[]::new);
            print(
                    new Copy.Summary(
                            graph.closure(roots).size(),
                            done.newPaths(),
                            graph.closureSize(roots),
                            done.blocks(),
                            done.newBlocks(),
                            done.bytes(),
                            done.newBytes(),
                            done.took()),
                    session);
        }
        return code;
    }

    private static Path file(String text) throws Failure.Reported {
        Path file = Unresolved.path(text);
        if (!Files.exists(file)) {
            throw new Failure.Reported(
                    ExitCode.USAGE,
                    "'%s' is no file; to copy a path say --from URI or --to URI"
                            .formatted(Session.shown(text)));
        }
        return file;
    }

    private static boolean canBeName(Path file) {
        try {
            StorePath.checkName(String.valueOf(file.getFileName()));
            return true;
        } catch (FormatException _) {
            return false;
        }
    }

    /// Says how much of what came in nobody vouches for.
    private static void warn(Session session, Collection<StorePath> roots)
            throws IOException, Failure.Reported {
        var local = session.engine().local();
        PathGraph graph = PathGraph.read(local, roots);
        int bare = 0;
        List<StorePath> closure = graph.closure(roots.toArray(StorePath[]::new));
        for (StorePath path : closure) {
            var info = local.info(path);
            if (info.isPresent()
                    && info.get().signatures().isEmpty()
                    && info.get().ca().isEmpty()) {
                bare++;
            }
        }
        if (bare > 0) {
            session.note("nobody signed %,d of these %,d paths".formatted(bare, closure.size()));
        }
    }

    private static String sentence(Copy.Summary done) {
        return "%s, %,d of them new; %s, %s of it new; %.1f s"
                .formatted(
                        Size.count(done.paths(), "path"),
                        done.newPaths(),
                        Size.text(done.paths() == 0 ? done.bytes() : done.narBytes()),
                        Size.text(done.newBytes()),
                        done.took().toMillis() / 1000.0);
    }
}
