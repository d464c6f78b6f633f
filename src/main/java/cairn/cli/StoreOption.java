package cairn.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The option of commands that read to ask another store.
final class StoreOption {
    @Option(
            names = "--store",
            paramLabel = "URI",
            description =
                    "asks another store: local, file:///DIR, https://…, nats+ipld://…, car:FILE")
    private @Nullable String uri;

    Source open(Session session) throws IOException, Failure.Reported {
        return uri == null ? session.source() : session.source(uri);
    }

    boolean isGiven() {
        return uri != null;
    }
}
