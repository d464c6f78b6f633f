package cairn.cli;

import cairn.cid.Cid;
import cairn.engine.Target;
import cairn.store.Pin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Leaves pinned paths and blocks to the next collection.",
        footer = {"", "Examples:", "  cairn unpin hello-2.12", "  cairn unpin bafyrei…"})
final class UnpinCommand implements Command {
    @Parameters(
            paramLabel = "TARGET",
            arity = "1..*",
            description = "paths, names, CIDs, or names of pins")
    private List<String> targets = List.of();

    @Override
    public int run(Session session) throws Exception {
        var gone = new ArrayList<String>();
        for (String text : targets) {
            gone.addAll(names(session, text));
        }
        int _ =
                session.engine()
                        .store()
                        .commit(transaction -> {
                            for (String name : gone) {
                                boolean _ = transaction.unpin(name);
                            }
                            return gone.size();
                        });
        if (session.json()) {
            session.print(Map.of("unpinned", gone));
        } else {
            gone.forEach(session.out()::println);
        }
        return ExitCode.DONE;
    }

    private static List<String> names(Session session, String text) throws Exception {
        List<Pin> pins = session.engine().catalog().pins();
        if (pins.stream().anyMatch(pin -> pin.name().equals(text))) {
            return List.of(text);
        }
        var source = session.source("");
        Cid cid;
        if (source.resolve(text) instanceof Target.OfBlock(var block)) {
            cid = block.toV1();
        } else {
            var path = source.path(text);
            cid =
                    session.engine()
                            .catalog()
                            .path(path)
                            .orElseThrow(() -> Unresolved.notHere(path, ""))
                            .cid();
        }
        var found = pins.stream().filter(pin -> pin.cid().equals(cid)).map(Pin::name).toList();
        if (found.isEmpty()) {
            throw new Failure.Reported(
                    ExitCode.NO,
                    "'%s' is not pinned. See what is: cairn pin".formatted(Session.shown(text)));
        }
        return found;
    }
}
