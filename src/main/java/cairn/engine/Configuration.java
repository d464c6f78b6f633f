package cairn.engine;

import cairn.cid.FormatException;
import cairn.store.Home;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.toml.TomlMapper;

/// What the file `cairn.toml` of a home sets.
///
/// @param trustedKeys the keys whose signatures are believed: `trusted-keys`, by default none
/// @see <a href="https://toml.io/en/v1.0.0">TOML</a>
public record Configuration(TrustedKeys trustedKeys) {
    private static final String FORMAT = "cairn.toml";
    private static final TomlMapper TOML = new TomlMapper();

    /// What the file of a home sets; where there is none, everything is as it comes.
    public static Configuration read(Home home) throws IOException {
        Path file = home.configuration();
        if (!Files.exists(file)) {
            return new Configuration(TrustedKeys.NONE);
        }
        try {
            return new Configuration(trustedKeys(TOML.readTree(Files.readString(file))));
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw new FormatException(
                    FORMAT, at == null ? 0 : at.getCharOffset(), e.getOriginalMessage());
        }
    }

    private static TrustedKeys trustedKeys(JsonNode all) throws FormatException {
        JsonNode list = all.path("trusted-keys");
        if (!list.isMissingNode() && !list.isArray()) {
            throw new FormatException(FORMAT, 0, "trusted-keys is not a list");
        }
        var texts = new ArrayList<String>();
        for (JsonNode text : list) {
            if (!text.isString()) {
                throw new FormatException(FORMAT, 0, "trusted-keys holds what is no text");
            }
            texts.add(text.stringValue());
        }
        return TrustedKeys.parse(texts);
    }
}
