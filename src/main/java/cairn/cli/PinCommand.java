package cairn.cli;

import cairn.cid.Cid;
import cairn.engine.Target;
import cairn.store.Pin;
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
        for (String text : targets) {
            pins.add(pin(session, text));
        }
        if (targets.isEmpty()) {
            pins.addAll(engine.catalog().pins());
        } else {
            int _ =
                    engine.store()
                            .commit(transaction -> {
                                for (Pin pin : pins) {
                                    transaction.pin(pin);
                                }
                                return pins.size();
                            });
        }
        if (session.json()) {
            session.print(Map.of("pins", pins.stream().map(PinCommand::fields).toList()));
        } else {
            session.table(
                    pins.stream().map(pin -> List.of(pin.cid().toString(), pin.name())).toList());
        }
        return ExitCode.DONE;
    }

    private static Pin pin(Session session, String text) throws Exception {
        var engine = session.engine();
        var source = session.source("");
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

    private static Map<String, Object> fields(Pin pin) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("name", pin.name());
        fields.put("cid", pin.cid());
        fields.put("since", pin.since().toString());
        return fields;
    }
}
