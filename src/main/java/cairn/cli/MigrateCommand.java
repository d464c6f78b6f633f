package cairn.cli;

import cairn.engine.Check;
import cairn.engine.Migration;
import cairn.nix.StorePath;
import cairn.store.Sharing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Brings a binary cache or a Nix store over, and checks all that came.",
        footer = {
            "",
            "First comes a plan, then what is not here yet, then a check of every block and every NAR.",
            "A path that is damaged in the source is named, and the others come over. What was cut off",
            "goes on where it stood; run gc only when it is done. A cache behind HTTP cannot tell what it",
            "has: name paths, which come with all that they depend on.",
            "",
            "Examples:",
            "  cairn migrate --from file:///srv/cache --plan    what would come; reads no contents",
            "  cairn migrate --from file:///srv/cache",
            "  cairn migrate --from local                       all of this machine's Nix",
            "  nix-store --query --requisites /run/current-system |",
            "      cairn migrate --from https://cache.example.org --paths -"
        })
final class MigrateCommand implements Command {
    /// How many are named of those that are only held back.
    private static final int NAMED = 6;

    @Parameters(
            paramLabel = "TARGET",
            arity = "0..*",
            description = "paths with all that they depend on; default: everything")
    private List<String> targets = List.of();

    @Option(
            names = "--from",
            paramLabel = "URI",
            required = true,
            description = "file:///DIR, http://…, https://…, local, local?root=DIR")
    private String from = "";

    @Option(names = "--plan", description = "only tells what would come")
    private boolean planOnly;

    @Option(
            names = "--paths",
            paramLabel = "FILE",
            description = "more TARGETs, one a line; - is standard input")
    private Optional<Path> list = Optional.empty();

    @Override
    public int run(Session session) throws Exception {
        var keys = session.configuration().trustedKeys();
        try (Source source = session.source(from)) {
            var migration = survey(source, session);
            var report = new MigrationReport(session, migration.plan());
            if (planOnly) {
                report.plan();
                return failed(migration.plan().cannotCome(), session);
            }
            report.start();
            Migration.Brought brought;
            try (var progress = session.progress(ProgressLine.Unit.BYTES)) {
                brought = migration.bring(progress);
            }
            Migration.Statement statement;
            try (var progress = session.progress(ProgressLine.Unit.COUNT)) {
                statement = migration.verify(keys, progress);
            }
            Sharing sharing;
            try (var progress = session.progress(ProgressLine.Unit.COUNT)) {
                sharing = migration.sharing(progress);
            }
            report.end(brought, statement, sharing);
            return Math.max(failed(brought.failed(), session), wrong(statement.wrong(), session));
        }
    }

    private Migration survey(Source source, Session session) throws Exception {
        var texts = new ArrayList<>(targets);
        if (list.isPresent()) {
            texts.addAll(lines(list.get()));
        }
        try (var progress = session.progress(ProgressLine.Unit.COUNT)) {
            if (targets.isEmpty() && list.isEmpty()) {
                return Migration.of(session.engine(), source.store(), progress);
            }
            List<StorePath> roots = session.each(texts, source::path);
            return Migration.of(session.engine(), source.store(), roots, progress);
        }
    }

    private static List<String> lines(Path file) throws IOException {
        String all =
                file.toString().equals("-")
                        ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                        : Files.readString(file);
        return all.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    /// Names what does not come, and returns the exit code that tells of the worst.
    private static int failed(List<Migration.Failed> failed, Session session) {
        var heldBack = new ArrayList<Migration.Failed>();
        int code = ExitCode.DONE;
        for (Migration.Failed each : failed) {
            int one =
                    switch (each.why()) {
                        case DAMAGED -> ExitCode.MALFORMED;
                        case LACKING, HELD_BACK, DIFFERENT -> ExitCode.NO;
                        case UNREADABLE -> ExitCode.UNREACHABLE;
                    };
            if (each.why() == Migration.Why.HELD_BACK) {
                heldBack.add(each);
            } else {
                code = Math.max(code, session.report(new Failure(one, sentence(each))));
            }
        }
        return heldBack.isEmpty()
                ? code
                : Math.max(code, session.report(new Failure(ExitCode.NO, consequence(heldBack))));
    }

    /// Says in one sentence what nothing is wrong with, lest it hide what something is wrong with.
    private static String consequence(List<Migration.Failed> heldBack) {
        if (heldBack.size() == 1) {
            return sentence(heldBack.getFirst());
        }
        String some =
                heldBack.stream()
                        .limit(NAMED)
                        .map(Migration.Failed::path)
                        .collect(Collectors.joining(", "));
        return "%,d paths do not come because what they refer to does not: %s%s"
                .formatted(
                        heldBack.size(),
                        some,
                        heldBack.size() > NAMED
                                ? " and %,d more; --json names all"
                                        .formatted(heldBack.size() - NAMED)
                                : "");
    }

    private static String sentence(Migration.Failed failed) {
        return failed.why() == Migration.Why.DAMAGED
                ? "%s is damaged in the source: %s".formatted(failed.path(), failed.reason())
                : failed.path() + " " + failed.reason();
    }

    /// Names what does not verify now that it is here.
    private static int wrong(List<Check> wrong, Session session) {
        int code = ExitCode.DONE;
        for (Check check : wrong) {
            int one = Finding.of(check.path().toString(), check).code(false);
            code =
                    Math.max(
                            code,
                            session.report(
                                    new Failure(
                                            one,
                                            "%s does not verify: %s"
                                                    .formatted(check.path(), check.reason()))));
        }
        return code;
    }
}
