package cairn.ui;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Opens an address in the browser of whoever sits there.
@FunctionalInterface
interface Browser {
    /// The browser that this desktop prefers.
    Browser DESKTOP =
            address -> {
                String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
                var command =
                        new ArrayList<>(
                                system.startsWith("windows")
                                        ? List.of("rundll32", "url.dll,FileProtocolHandler")
                                        : List.of(system.startsWith("mac") ? "open" : "xdg-open"));
                command.add(address.toString());
                // Nobody reads what it says, and with a pipe full of that it would stand still.
                Process _ =
                        new ProcessBuilder(command)
                                .redirectOutput(Redirect.DISCARD)
                                .redirectError(Redirect.DISCARD)
                                .start();
            };

    /// Opens it and does not wait.
    ///
    /// @throws IOException if there is no browser
    void open(URI address) throws IOException;
}
