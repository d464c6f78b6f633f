package cairn.engine;

import cairn.cid.FormatException;
import cairn.store.Home;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
                            ? new TomlMapper().readTree(Files.readString(file))
                            : MissingNode.getInstance(),
                    environment,
                    options);
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw new FormatException(
                    FORMAT, at == null ? 0 : at.getCharOffset(), e.getOriginalMessage());
        } catch (CharacterCodingException _) {
            throw new FormatException(FORMAT, 0, "it is not UTF-8");
        }
    }

    /// Whether somebody may have set something; tells so without reading more than it must.
    static boolean mayHave(Setting setting, Home home, Map<String, String> environment)
            throws IOException {
        if (environment.containsKey(setting.variable())) {
            return true;
        }
        Path file = home.configuration();
        String name = setting.key().substring(setting.key().lastIndexOf('.') + 1);
        return Files.exists(file)
                && new String(Files.readAllBytes(file), StandardCharsets.UTF_8).contains(name);
    }

    /// What everything is set to.
    List<Setting.Now> all() throws FormatException {
        var all = new ArrayList<Setting.Now>();
        for (Setting setting : Setting.values()) {
            var values = setting.kind() == Setting.Kind.LIST ? list(setting) : one(setting);
            var texts = new ArrayList<String>();
            for (Value value : values) {
                texts.add(
                        switch (setting.kind()) {
                            case FLAG -> Boolean.toString(flag(value));
                            case FILE -> file(value).toString();
                            case TEXT, NUMBER, LIST -> value.text;
                        });
            }
            all.add(new Setting.Now(setting, texts, origin(setting)));
        }
        return all;
    }

    /// The keys in the file that set nothing.
    List<String> unknown() {
        var known = Arrays.stream(Setting.values()).map(Setting::key).toList();
        var unknown = new ArrayList<String>();
        keys(file, "", unknown);
        unknown.removeAll(known);
        return unknown;
    }

    private static void keys(JsonNode node, String prefix, List<String> found) {
        for (var field : node.properties()) {
            if (field.getValue().isObject()) {
                keys(field.getValue(), prefix + field.getKey() + ".", found);
            } else {
                found.add(prefix + field.getKey());
            }
        }
    }

    private String origin(Setting setting) {
        return outside(setting)
                .map(values -> values.getFirst().origin)
                .orElse(node(setting).isMissingNode() ? Setting.Now.DEFAULT : FORMAT);
    }

    /// The value, or none; an empty text is none.
    Optional<Value> value(Setting setting) throws FormatException {
        return one(setting).stream().findFirst();
    }

    /// A value that has a default.
    Value required(Setting setting) throws FormatException {
        return value(setting).orElseThrow();
    }

    private List<Value> one(Setting setting) throws FormatException {
        var value = given(setting);
        if (value.isEmpty() || value.get().text.isBlank()) {
            return setting.standard().isEmpty()
                    ? List.of()
                    : List.of(new Value(setting.key(), setting.standard(), Setting.Now.DEFAULT));
        }
        return List.of(value.get());
    }

    private Optional<Value> given(Setting setting) throws FormatException {
        var outside = outside(setting);
        if (outside.isPresent()) {
            return Optional.of(outside.get().getLast());
        }
        JsonNode node = node(setting);
        if (node.isMissingNode()) {
            return Optional.empty();
        }
        if (!node.isValueNode()) {
            throw new FormatException(FORMAT, 0, setting.key() + " is not one value");
        }
        return Optional.of(new Value(setting.key(), node.asString(), FORMAT));
    }

    List<Value> list(Setting setting) throws FormatException {
        String key = setting.key();
        var outside = outside(setting);
        if (outside.isPresent()) {
            return outside.get().stream()
                    .flatMap(value ->
                            Arrays.stream(value.text.strip().split("\\s+", -1))
                                    .filter(word -> !word.isEmpty())
                                    .map(word -> new Value(key, word, value.origin)))
                    .toList();
        }
        JsonNode node = node(setting);
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

    boolean flag(Setting setting) throws FormatException {
        return flag(required(setting));
    }

    private static boolean flag(Value value) throws FormatException {
        return switch (value.text.toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes", "on" -> true;
            case "false", "0", "no", "off" -> false;
            default -> throw value.wrong("'%s' is not true or false".formatted(value.text));
        };
    }

    /// A file; one that `cairn.toml` names lies beside it unless it says otherwise.
    Optional<Path> file(Setting setting) throws FormatException {
        return value(setting).map(this::file);
    }

    private Path file(Value value) {
        return value.origin.equals(FORMAT) ? folder.resolve(value.text) : Path.of(value.text);
    }

    private Optional<List<Value>> outside(Setting setting) {
        String key = setting.key();
        var given =
                options.stream()
                        .filter(option -> option.key().equals(key))
                        .map(option -> new Value(key, option.value(), option.origin()))
                        .toList();
        if (!given.isEmpty()) {
            return Optional.of(given);
        }
        return Optional.ofNullable(environment.get(setting.variable()))
                .map(text -> List.of(new Value(key, text, setting.variable())));
    }

    private JsonNode node(Setting setting) {
        JsonNode node = file;
        for (String part : setting.key().split("\\.", -1)) {
            node = node.path(part);
        }
        return node;
    }
}
