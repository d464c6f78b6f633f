package cairn.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// What a command looks into, and in which store.
final class InsideArgument {
    @Parameters(
            paramLabel = "TARGET[/PATH]",
            description = "a path, CID or archive, and where in it")
    private String text = "";

    @Mixin private StoreOption store = new StoreOption();

    /// As a command does that takes nothing else.
    ///
    /// @see Command#takes
    boolean takes(List<String> words) {
        words.stream().findFirst().ifPresent(word -> text = word);
        return words.size() == 1;
    }

    /// As it was written.
    String text() {
        return text;
    }

    /// The file that is meant as a whole, if it is one.
    Optional<Outside> file() {
        return store.isGiven() ? Optional.empty() : Outside.find(text);
    }

    Inside find(Session session) throws IOException, Failure.Reported {
        return Inside.find(text, store, session);
    }
}
