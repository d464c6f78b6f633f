package cairn.cli;

import cairn.nix.NarListing;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;

@picocli.CommandLine.Command(
        description = "Writes a file's contents to standard output.",
        footer = {
            "",
            "Examples:",
            "  cairn cat hello/share/doc/hello/NEWS",
            "  cairn cat /nix/store/…-hello-2.12/bin/hello -o hello",
            "  cairn cat hello.nar.xz/bin/hello | file -",
            "  cairn cat bafybei…/README"
        })
final class CatCommand implements Command {
    @Mixin private InsideArgument target = new InsideArgument();
    @Mixin private OutputOption output = new OutputOption();

    @Override
    public boolean takes(List<String> words) {
        return target.takes(words);
    }

    @Override
    public int run(Session session) throws Exception {
        try (var inside = target.find(session)) {
            Optional<NarListing> found =
                    inside.read(() -> inside.tree().list(inside.place(), false));
            switch (found.orElse(null)) {
                case null -> throw inside.nothing(target.text());
                case NarListing.Directory _ ->
                        throw not("is a directory. Try: cairn ls " + target.text());
                case NarListing.Symlink(var to) ->
                        throw not("is a symlink to " + Session.shown(to.toUtf8()));
                case NarListing.Regular _ ->
                        output.writeAnything(
                                session,
                                out ->
                                        inside.read(
                                                () -> inside.tree().contents(inside.place(), out)));
            }
        }
        return ExitCode.DONE;
    }

    private Failure.Reported not(String problem) {
        return new Failure.Reported(ExitCode.NO, target.text() + " " + problem);
    }
}
