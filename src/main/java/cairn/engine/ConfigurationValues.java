package cairn.engine;

import cairn.cid.FormatException;
import cairn.store.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.dataformat.toml.TomlMapper;

/// What is set under each key: by an option, else by the environment, else in the file of a home.
///
/// @see <a href="https://toml.io/en/v1.0.0">TOML</a>
final class ConfigurationValues {
    private static final String FORMAT = "cairn.toml";
    private static final TomlMapper TOML = new TomlMapper();

    private final Path folder;
    private final JsonNode file;
    private final Map<String, String> environment;
    private final List<Configuration.Option> options;

    private ConfigurationValues(
            Path folder,
            JsonNode file,
            Map<String, String> environment,
            List<Configuration.Option> options) {
        this.folder = folder;
        this.file = file;
        this.environment = environment;
        this.options = options;
    }

    /// A value as a text, and where it comes from.
    record Value(String key, String text, String origin) {
        FormatException wrong(String problem) {
            return new FormatException(
                    origin, 0, origin.equals(FORMAT) ? key + ": " + problem : problem);
        }
    }

    static ConfigurationValues read(
            Home home, Map<String, String> environment, List<Configuration.Option> options)
            throws IOException {
        Path file = home.configuration();
        try {
            return new ConfigurationValues(
                    home.folder(),
                    Files.exists(file)
                            ? TOML.readTree(Files.readString(file))
                            : MissingNode.getInstance(),
                    environment,
                    options);
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw new FormatException(
                    FORMAT, at == null ? 0 : at.getCharOffset(), e.getOriginalMessage());
        }
    }

    Optional<Value> one(String key) throws FormatException {
        var outside = outside(key);
        if (outside.isPresent()) {
            return Optional.of(outside.get().getLast());
        }
        JsonNode node = node(key);
        if (node.isMissingNode()) {
            return Optional.empty();
        }
        if (!node.isValueNode()) {
            throw new FormatException(FORMAT, 0, key + " is not one value");
        }
        return Optional.of(new Value(key, node.asString(), FORMAT));
    }

    List<Value> list(String key) throws FormatException {
        var outside = outside(key);
        if (outside.isPresent()) {
            return outside.get().stream()
                    .flatMap(value ->
                            Arrays.stream(value.text.strip().split("\\s+", -1))
                                    .filter(word -> !word.isEmpty())
                                    .map(word -> new Value(key, word, value.origin)))
                    .toList();
        }
        JsonNode node = node(key);
        if (!node.isMissingNode() && !node.isArray()) {
            throw new FormatException(FORMAT, 0, key + " is not a list");
        }
        var values = new ArrayList<Value>();
        for (JsonNode text : node) {
            if (!text.isString()) {
                throw new FormatException(FORMAT, 0, key + " holds what is no text");
            }
            values.add(new Value(key, text.stringValue(), FORMAT));
        }
        return values;
    }

    boolean flag(String key) throws FormatException {
        var value = one(key);
        if (value.isEmpty()) {
            return false;
        }
        return switch (value.get().text.toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes", "on" -> true;
            case "false", "0", "no", "off", "" -> false;
            default ->
                    throw value.get()
                            .wrong("'%s' is not true or false".formatted(value.get().text));
        };
    }

    /// A file; one that `cairn.toml` names lies beside it unless it says otherwise.
    Optional<Path> file(String key) throws FormatException {
        var value = one(key).filter(some -> !some.text.isEmpty());
        return value.map(some ->
                some.origin.equals(FORMAT) ? folder.resolve(some.text) : Path.of(some.text));
    }

    private Optional<List<Value>> outside(String key) {
        var given =
                options.stream()
                        .filter(option -> option.key().equals(key))
                        .map(option -> new Value(key, option.value(), option.origin()))
                        .toList();
        if (!given.isEmpty()) {
            return Optional.of(given);
        }
        String name = "CAIRN_" + key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
        return Optional.ofNullable(environment.get(name))
                .map(text -> List.of(new Value(key, text, name)));
    }

    private JsonNode node(String key) {
        JsonNode node = file;
        for (String part : key.split("\\.", -1)) {
            node = node.path(part);
        }
        return node;
    }
}
