package cairn.cli;

import cairn.cid.FormatException;
import cairn.engine.BuildListener;
import cairn.engine.BuildRecord;
import cairn.engine.BuildReport;
import cairn.engine.BuildReport.Output;
import cairn.engine.BuildReport.Part;
import cairn.engine.Change;
import cairn.engine.Engine;
import cairn.engine.NixCommand;
import cairn.engine.Outcome;
import cairn.engine.Queued;
import cairn.nix.StorePath;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Builds with Nix, and keeps what came of it with a record of each build.",
        footer = {
            "",
            "What stands behind -- is for nix-build, or for nix build where it begins so or names an",
            "output of a flake. Says of each derivation whether its builder ran, whether its outputs",
            "came from elsewhere, and where a change stopped because an output came out as it was before.",
            "",
            "Examples:",
            "  cairn build -- default.nix -A hello",
            "  cairn build --project web -- release.nix --argstr version 2",
            "  cairn build -- nix build .#hello --no-link",
            "  cairn build --queue",
            "  cairn --json build -- default.nix | jq '.derivations[] | select(.outcome == \"built\")'"
        })
final class BuildCommand implements Command {
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    /// What tells a terminal to do something, as ECMA-48 has it.
    private static final Pattern ORDER =
            Pattern.compile("\u001b(\\[[0-?]*[ -/]*[@-~]|\\][^\u0007\u001b]*(\u0007|\u001b\\\\))");

    private static final int NAMED = 6;
    private static final int TAIL = 10;

    @Option(
            names = "--project",
            paramLabel = "P",
            description = "what the records are of; else $CAIRN_PROJECT, or default")
    private String project = "";

    @Option(
            names = "--queue",
            description = "only records what Nix's post-build hook noted, see packaging/nix")
    private boolean queue;

    @Parameters(paramLabel = "ARGS", arity = "0..*", description = "what nix-build is told")
    private List<String> args = List.of();

    @Override
    public int run(Session session) throws Exception {
        return queue ? takeQueue(session) : build(session);
    }

    private int takeQueue(Session session) throws Exception {
        if (!args.isEmpty()) {
            throw new Failure.Reported(ExitCode.USAGE, "--queue builds nothing: leave out ARGS");
        }
        Queued queued;
        try (var progress = session.progress(ProgressLine.Unit.BYTES)) {
            queued = session.engine().recordQueue(progress);
        }
        tell(session);
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("derivations", queued.parts().stream().map(BuildCommand::fields).toList());
            fields.put("problems", queued.problems());
            session.print(fields);
        } else {
            printParts(queued.parts(), session);
            queued.problems().forEach(problem -> session.err().println(Session.shown(problem)));
        }
        return queued.problems().isEmpty() ? ExitCode.DONE : ExitCode.NO;
    }

    private int build(Session session) throws Exception {
        if (project.isEmpty()) {
            project = session.environment().getOrDefault("CAIRN_PROJECT", BuildRecord.NO_PROJECT);
        }
        if (!BuildRecord.isProject(project)) {
            throw new Failure.Reported(
                    ExitCode.USAGE,
                    "'%s' names no project: 1 to 64 letters, digits, '_' and '-'"
                            .formatted(Session.shown(project)));
        }
        NixCommand command;
        try {
            command = NixCommand.of(args, session.environment(), Path.of("").toAbsolutePath());
        } catch (FormatException e) {
            throw new Failure.Reported(ExitCode.USAGE, e.problem());
        }
        BuildReport report;
        try (var progress = session.progress(ProgressLine.Unit.BYTES)) {
            report =
                    session.engine()
                            .build(
                                    command,
                                    project,
                                    session.environment(),
                                    session.json() ? BuildListener.NONE : terminal(session),
                                    progress);
        } catch (NoSuchFileException e) {
            throw new Failure.Reported(ExitCode.UNREACHABLE, Failure.of(e).sentence());
        }
        tell(session);
        if (session.json()) {
            session.print(fields(report));
        } else {
            print(report, session);
        }
        if (report.code() == 0) {
            return ExitCode.DONE;
        }
        return session.report(failure(report, command));
    }

    /// A build is one even if nobody can be told of it now.
    private static void tell(Session session) throws Failure.Reported, IOException {
        Engine engine = session.engine();
        try {
            int _ = engine.tellOfBuilds();
        } catch (IOException e) {
            session.err()
                    .println("note: other nodes hear of this later: " + Failure.of(e).sentence());
        }
    }

    /// Shows what is said as it comes.
    private static BuildListener terminal(Session session) {
        boolean colourful = session.isColourful();
        return new BuildListener() {
            @Override
            public void line(String name, String text) {
                session.err().println(Session.shown(name) + "> " + fit(text));
            }

            @Override
            public void said(String text) {
                text.lines().map(this::fit).forEach(session.err()::println);
            }

            // Colours are all that a builder may do to the terminal.
            private String fit(String text) {
                var fit = new StringBuilder();
                int from = 0;
                var colours = COLOUR.matcher(text);
                while (colours.find()) {
                    fit.append(Session.shown(text.substring(from, colours.start())));
                    fit.append(colourful ? colours.group() : "");
                    from = colours.end();
                }
                return fit.append(Session.shown(text.substring(from))).toString();
            }
        };
    }

    private void print(BuildReport report, Session session) {
        printParts(report.parts(), session);
        for (Part part : report.parts(Outcome.CUT_OFF)) {
            if (!part.saved().isEmpty()) {
                session.out()
                        .printf(
                                "%s came out as it was before, so %,d %s not built: %s%n",
                                part.name(),
                                part.saved().size(),
                                part.saved().size() == 1
                                        ? "derivation that needs it was"
                                        : "derivations that need it were",
                                names(part.saved()));
            }
        }
        if (report.present() > 0) {
            session.out()
                    .printf(
                            "%,d other %s there already%n",
                            report.present(),
                            report.present() == 1 ? "derivation was" : "derivations were");
        }
        for (Output output : report.outputs()) {
            session.out().printf("%s  %s%n", output.path(), output.cid());
        }
    }

    private static void printParts(List<Part> parts, Session session) {
        var rows = new ArrayList<List<String>>();
        for (Part part : parts) {
            if (part.outcome() != Outcome.SAVED || part.asked()) {
                rows.add(
                        List.of(
                                part.outcome().toString(),
                                Session.shown(part.name()),
                                part.ran() ? took(part.took()) : "",
                                cid(part),
                                Session.shown(note(part))));
            }
        }
        session.table(rows);
    }

    /// The CID of what others mean who name the derivation alone.
    private static String cid(Part part) {
        return part.outputs().isEmpty()
                ? ""
                : part.outputs()
                        .getOrDefault("out", part.outputs().firstEntry().getValue())
                        .cid()
                        .toString();
    }

    private static String note(Part part) {
        if (part.outcome() == Outcome.FAILED && !part.ran()) {
            return "what it needs failed";
        }
        return part.ran() && !part.changes().isEmpty()
                ? "changed: "
                        + part.changes().stream()
                                .map(Change::what)
                                .collect(Collectors.joining(", "))
                : "";
    }

    private static String names(List<StorePath> derivations) {
        String some =
                derivations.stream()
                        .limit(NAMED)
                        .map(BuildCommand::name)
                        .collect(Collectors.joining(", "));
        int more = derivations.size() - NAMED;
        return more > 0 ? "%s and %,d more".formatted(some, more) : some;
    }

    private static Failure failure(BuildReport report, NixCommand command) {
        for (Part part : report.parts(Outcome.FAILED)) {
            if (part.ran()) {
                var tail = part.tail();
                String last =
                        tail.isEmpty()
                                ? ""
                                : "; it said last: "
                                        + tail.stream()
                                                .skip(Math.max(0, tail.size() - TAIL))
                                                .map(line -> ORDER.matcher(line).replaceAll(""))
                                                .collect(Collectors.joining(" | "));
                return new Failure(ExitCode.NO, "%s does not build%s".formatted(part.name(), last));
            }
        }
        // The rest, such as the lines of the file around it, was shown as Nix said it.
        String why =
                report.errors().stream()
                        .reduce((_, last) -> last)
                        .flatMap(last -> last.lines().findFirst())
                        .map(": "::concat)
                        .orElse("");
        boolean isUsage = why.contains("unrecognised flag") || why.contains("unrecognized flag");
        boolean isAway = why.contains("cannot connect to daemon");
        return new Failure(
                isUsage ? ExitCode.USAGE : isAway ? ExitCode.UNREACHABLE : ExitCode.NO,
                "%s ended with exit code %d%s"
                        .formatted(command.words().getFirst(), report.code(), why));
    }

    private SequencedMap<String, Object> fields(BuildReport report) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("project", project);
        fields.put("status", report.code() == 0 ? "succeeded" : "failed");
        fields.put("exit", report.code());
        fields.put("seconds", report.took().toMillis() / 1000.0);
        fields.put("outputs", report.outputs().stream().map(BuildCommand::fields).toList());
        var counts = new LinkedHashMap<String, Object>();
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome.toString(), report.parts(outcome).size());
        }
        counts.merge(
                Outcome.PRESENT.toString(),
                report.present(),
                (one, other) -> (int) one + (int) other);
        fields.put("counts", counts);
        fields.put("derivations", report.parts().stream().map(BuildCommand::fields).toList());
        fields.put("errors", report.errors());
        return fields;
    }

    private static Map<String, Object> fields(Part part) {
        var outputs = new LinkedHashMap<String, Object>();
        part.outputs().forEach((name, output) -> outputs.put(name, fields(output)));
        var fields = new LinkedHashMap<String, Object>();
        fields.put("derivation", part.derivation());
        fields.put("name", part.name());
        fields.put("outcome", part.outcome());
        fields.put("asked", part.asked());
        fields.put("record", part.record());
        fields.put("outputs", outputs);
        fields.put("seconds", part.took().toMillis() / 1000.0);
        fields.put("log", part.log());
        fields.put("saved", part.saved());
        fields.put("changes", part.changes().stream().map(BuildCommand::fields).toList());
        if (part.outcome() == Outcome.FAILED) {
            fields.put("tail", part.tail());
        }
        return fields;
    }

    private static Map<String, Object> fields(Output output) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("path", output.path());
        fields.put("cid", output.cid());
        return fields;
    }

    private static Map<String, Object> fields(Change change) {
        var fields = new HashMap<String, Object>();
        fields.put("what", change.what());
        fields.put("before", change.before());
        fields.put("after", change.after());
        return fields;
    }

    private static String name(StorePath derivation) {
        return derivation.name().substring(0, derivation.name().length() - ".drv".length());
    }

    private static String took(Duration took) {
        return took.toMillis() < 1000
                ? took.toMillis() + " ms"
                : "%.1f s".formatted(took.toMillis() / 1000.0);
    }
}
