package cairn.cli;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.Builds;
import cairn.engine.Target;
import cairn.store.Pin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Leaves pinned paths and blocks, and builds, to the next collection.",
        footer = {"", "Examples:", "  cairn unpin hello-2.12", "  cairn unpin bafyrei…"})
final class UnpinCommand implements Command {
    @Parameters(
            paramLabel = "TARGET",
            arity = "1..*",
            description = "paths, names, CIDs, or names of pins")
    private List<String> targets = List.of();

    @Override
    public int run(Session session) throws Exception {
        var gone = new ArrayList<Pin>();
        var builds = session.engine().builds();
        var answers = new Answers(session);
        for (String text : targets) {
            answers.of(
                    text,
                    () -> {
                        var build = build(session, text);
                        if (build.isPresent()) {
                            int _ = builds.forget(List.of(build.get().cid()));
                            return List.of(
                                    Map.of(
                                            "name",
                                            build.get().record().name(),
                                            "cid",
                                            build.get().cid()));
                        }
                        List<Pin> pins = pins(session, text);
                        gone.addAll(pins);
                        return pins.stream().map(PinCommand::fields).toList();
                    });
        }
        int _ =
                session.engine()
                        .store()
                        .commit(transaction -> {
                            for (Pin pin : gone) {
                                boolean _ = transaction.unpin(pin.name());
                            }
                            return gone.size();
                        });
        return answers.print("unpinned", List.of("name"));
    }

    /// The build whose record a text names.
    private static Optional<Builds.Build> build(Session session, String text)
            throws IOException, Failure.Reported {
        try {
            return session.engine().builds().find(Cid.parse(text));
        } catch (FormatException _) {
            return Optional.empty();
        }
    }

    private static List<Pin> pins(Session session, String text) throws Exception {
        List<Pin> pins = session.engine().catalog().pins();
        var named = pins.stream().filter(pin -> pin.name().equals(text)).toList();
        if (!named.isEmpty()) {
            return named;
        }
        var source = session.source();
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
        var found = pins.stream().filter(pin -> pin.cid().equals(cid)).toList();
        if (found.isEmpty()) {
            throw new Failure.Reported(
                    ExitCode.NO,
                    "'%s' is not pinned. See what is: cairn pin".formatted(Session.shown(text)));
        }
        return found;
    }
}
