package cairn.cli;

import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Lists all that a path depends on, itself included, references first.",
        footer = {
            "",
            "Examples:",
            "  cairn closure hello",
            "  cairn closure --store https://cache.example.org /nix/store/…-hello-2.12"
        })
final class ClosureCommand implements Command {
    @Parameters(paramLabel = "TARGET", description = "a path, its name or hash, or its CID")
    private String target = "";

    @Mixin private StoreOption store = new StoreOption();

    @Override
    public int run(Session session) throws Exception {
        try (var source = store.open(session)) {
            var path = source.path(target);
            session.printPaths(source.whole(List.of(path)).closure(path));
        }
        return ExitCode.DONE;
    }
}
