package cairn.cli;

import cairn.nix.NarWriter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Writes the NAR of a path, byte for byte as nix-store --dump does.",
        footer = {
            "",
            "Examples:",
            "  cairn nar hello -o hello.nar",
            "  cairn nar hello | nix-hash --type sha256 --flat /dev/stdin",
            "  cairn nar bafybei…                 the tree below a CID"
        })
final class NarCommand implements Command {
    @Parameters(paramLabel = "TARGET", description = "a path, its name or hash, or a CID")
    private String target = "";

    @Mixin private StoreOption store = new StoreOption();
    @Mixin private OutputOption output = new OutputOption();

    @Override
    public int run(Session session) throws Exception {
        try (var place = Inside.find(target, store, session)) {
            if (!place.place().isEmpty()) {
                throw new Failure.Reported(
                        ExitCode.USAGE, "a NAR is of a whole path; for a file: cairn cat");
            }
            output.write(
                    session,
                    out ->
                            place.read(() -> {
                                place.tree().archive().writeTo(new NarWriter(out));
                                return true;
                            }));
        }
        return ExitCode.DONE;
    }
}
