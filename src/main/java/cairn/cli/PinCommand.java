package cairn.cli;

import cairn.cid.Cid;
import cairn.engine.Target;
import cairn.store.Pin;
import cairn.unixfs.MissingBlockException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Keeps paths and blocks, with all that they lead to, from being collected.",
        footer = {
            "",
            "Examples:",
            "  cairn pin                list what is pinned",
            "  cairn pin hello-2.12",
            "  cairn pin bafyrei…"
        })
final class PinCommand implements Command {
    @Parameters(paramLabel = "TARGET", arity = "0..*", description = "paths, names or CIDs")
    private List<String> targets = List.of();

    @Override
    public int run(Session session) throws Exception {
        var engine = session.engine();
        var pins = new ArrayList<Pin>();
        var answers = new Answers(session);
        for (String text : targets) {
            answers.of(
                    text,
                    () -> {
                        pins.add(pin(session, text));
                        return List.of(fields(pins.getLast()));
                    });
        }
        if (targets.isEmpty()) {
            engine.catalog().pins().forEach(pin -> answers.add(fields(pin)));
        }
        if (!pins.isEmpty()) {
            try {
                engine.store().pin(pins);
            } catch (MissingBlockException e) {
                throw new Failure.Reported(
                        ExitCode.NO,
                        "%s, or was just collected; nothing is pinned".formatted(e.getMessage()));
            }
        }
        return answers.print("pins", List.of("cid", "name"));
    }

    private static Pin pin(Session session, String text) throws Exception {
        var engine = session.engine();
        var source = session.source();
        if (source.resolve(text) instanceof Target.OfBlock(var cid)
                && engine.catalog().named(cid).isEmpty()) {
            Cid root = source.block(cid).cid().toV1();
            return new Pin(root.toString(), root, engine.clock().instant());
        }
        var path = source.path(text);
        var stored = engine.catalog().path(path);
        if (stored.isEmpty()) {
            throw Unresolved.notHere(path, "");
        }
        return new Pin(path.toString(), stored.get().cid(), engine.clock().instant());
    }

    static Map<String, Object> fields(Pin pin) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("name", pin.name());
        fields.put("cid", pin.cid());
        fields.put("since", pin.since().toString());
        return fields;
    }
}
