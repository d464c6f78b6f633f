package cairn.cid;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An object of a message in JSON, each field of which is checked as it is read. No key may stand
/// in it twice, and nothing behind it.
///
/// @param format what the object is, for people who are told what is wrong with it
/// @see <a href="https://www.rfc-editor.org/rfc/rfc8259">JSON</a>
public record JsonObject(String format, JsonNode json) {
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public static JsonObject parse(String format, Bytes text) throws FormatException {
        try {
            JsonNode json = JSON.readTree(text.toByteArray());
            if (json == null || !json.isObject()) {
                throw new FormatException(format, 0, "the JSON is no object");
            }
            return new JsonObject(format, json);
        } catch (JacksonException e) {
            throw new FormatException(format, 0, "no JSON: " + e.getOriginalMessage());
        }
    }

    /// Writes maps, lists, texts, numbers and flags.
    public static Bytes bytes(Object json) {
        return Bytes.wrap(JSON.writeValueAsBytes(json));
    }

    public String text(String key) throws FormatException {
        return optional(key).orElseThrow(() -> wrong(key + " is lacking"));
    }

    public Optional<String> optional(String key) throws FormatException {
        JsonNode value = json.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw wrong(key + " is no text");
        }
        return Optional.of(value.stringValue());
    }

    public List<String> texts(String key) throws FormatException {
        JsonNode values = json.path(key);
        if (values.isMissingNode()) {
            return List.of();
        }
        if (!values.isArray()) {
            throw wrong(key + " is no list");
        }
        var texts = new ArrayList<String>();
        for (JsonNode value : values) {
            if (!value.isString()) {
                throw wrong(key + " holds what is no text");
            }
            texts.add(value.stringValue());
        }
        return texts;
    }

    /// A name of a project, a node, a job.
    public String name(String key) throws FormatException {
        String name = text(key);
        if (!isName(name)) {
            throw wrong(key + " is no name of up to 64 letters, digits, '_' and '-'");
        }
        return name;
    }

    public Cid cid(String key) throws FormatException {
        return Cid.parse(text(key));
    }

    /// False where it is lacking.
    public boolean flag(String key) throws FormatException {
        JsonNode value = json.path(key);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw wrong(key + " is neither true nor false");
        }
        return value.asBoolean(false);
    }

    /// A number that is not negative.
    public long number(String key) throws FormatException {
        JsonNode value = json.path(key);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw wrong(key + " is no number");
        }
        return value.longValue();
    }

    /// A number from 1 on.
    ///
    /// @param absent what it is where it is lacking
    public long number(String key, long max, long absent) throws FormatException {
        JsonNode value = json.path(key);
        if (value.isMissingNode()) {
            return absent;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < 1
                || value.longValue() > max) {
            throw wrong("%s is no number from 1 to %d".formatted(key, max));
        }
        return value.longValue();
    }

    /// An object in this one, empty where it is lacking.
    public JsonObject object(String key) throws FormatException {
        JsonNode value = json.path(key);
        if (!value.isMissingNode() && !value.isObject()) {
            throw wrong(key + " is no object");
        }
        return new JsonObject(format, value);
    }

    /// A time as milliseconds since 1970.
    public Instant time(String key) throws FormatException {
        JsonNode value = json.path(key);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(key + " is no time");
        }
        return Instant.ofEpochMilli(value.longValue());
    }

    public boolean has(String key) {
        return json.has(key);
    }

    /// The same with other fields, instead of those of the same keys.
    public JsonObject with(Map<String, ?> fields) {
        var all = new LinkedHashMap<String, Object>();
        json.properties().forEach(field -> all.put(field.getKey(), field.getValue()));
        all.putAll(fields);
        return new JsonObject(format, JSON.valueToTree(all));
    }

    /// Whether a text may name a project, a node or a domain.
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /// Whether a text is JSON, of any kind.
    public static boolean isJson(String text) {
        try {
            return !JSON.readTree(text).isMissingNode();
        } catch (JacksonException _) {
            return false;
        }
    }

    /// Every text in a text that is JSON, in order; empty if it is none.
    public static List<String> textsIn(String json) {
        var texts = new ArrayList<String>();
        try {
            JsonNode all = JSON.readTree(json);
            if (all.isString()) {
                texts.add(all.stringValue());
            }
            var open = new ArrayDeque<JsonNode>(List.of(all));
            for (var node = open.poll(); node != null; node = open.poll()) {
                for (JsonNode child : node) {
                    if (child.isString()) {
                        texts.add(child.stringValue());
                    } else if (child.isContainer()) {
                        open.add(child);
                    }
                }
            }
        } catch (JacksonException _) {
            return List.of();
        }
        return texts;
    }

    public FormatException wrong(String problem) {
        return new FormatException(format, 0, problem);
    }
}
