package cairn.cli;

import cairn.engine.Engine;
import java.util.ArrayList;
import java.util.LinkedHashMap;

@picocli.CommandLine.Command(
        description = "Rebuilds the index from the packs, and checks every path that comes back.",
        footer = {
            "",
            "The old index is kept beside the new one. No other process may use the home meanwhile.",
            "",
            "Example:",
            "  cairn repair"
        })
final class RepairCommand implements Command {
    @Override
    public int run(Session session) throws Exception {
        Engine.Repair repair;
        try (var progress = session.progress(ProgressLine.Unit.COUNT)) {
            repair = Engine.repair(session.home(), progress);
        }
        var index = repair.index();
        var problems = new ArrayList<String>();
        index.damages().forEach(damage -> problems.add(damage.place() + ": " + damage.problem()));
        repair.damaged().forEach(check -> problems.add(check.path() + ": " + check.reason()));
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("paths", index.paths());
            fields.put("blocks", index.blocks());
            fields.put("oldIndex", index.aside().map(Object::toString).orElse(""));
            fields.put("problems", problems);
            session.print(fields);
        } else {
            session.out()
                    .printf(
                            "%s, %s%n",
                            Size.count(index.paths(), "path"), Size.count(index.blocks(), "block"));
            index.aside().ifPresent(file -> session.out().println("the old index is now " + file));
            problems.forEach(problem -> session.err().println("damaged: " + problem));
        }
        return problems.isEmpty() ? ExitCode.DONE : ExitCode.MALFORMED;
    }
}
