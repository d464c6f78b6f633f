package cairn.cli;

import cairn.gateway.Gateway;
import cairn.nats.NatsNetwork;
import cairn.ui.Explorer;
import cairn.ui.model.Place;
import java.util.List;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Opens the desktop explorer, at a place if one is given.",
        footer = {
            "",
            "Examples:",
            "  cairn explore",
            "  cairn explore 'cairn:paths?q=openssl'    a link that the explorer copied",
            "  cairn explore cairn:node                 serves this store to Nix, and shows how it goes",
            "  cairn explore cairn:drv                  what a build lacks that has to do without a network"
        })
final class ExploreCommand implements Command {
    @Parameters(paramLabel = "PLACE", arity = "0..1", description = "a link such as cairn:paths")
    private String place = "cairn:overview";

    @Override
    public boolean takes(List<String> words) {
        words.stream().findFirst().ifPresent(word -> place = word);
        return words.size() <= 1;
    }

    @Override
    public int run(Session session) throws Exception {
        var first = Place.parse(place);
        try {
            Explorer.open(session.home(), first, Gateway::start, new NatsNetwork());
        } catch (UnsupportedOperationException e) {
            throw new Failure.Reported(
                    ExitCode.UNREACHABLE,
                    "no window can be opened here: %s. See what is missing: cairn doctor"
                            .formatted(e.getMessage()));
        }
        return ExitCode.DONE;
    }
}
