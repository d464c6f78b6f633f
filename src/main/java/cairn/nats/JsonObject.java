package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An object of a message in JSON, each field of which is checked as it is read.
///
/// @param format what the object is, for people who are told what is wrong with it
record JsonObject(String format, JsonNode json) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static JsonObject parse(String format, Bytes text) throws FormatException {
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
    static Bytes bytes(Object json) {
        return Bytes.wrap(JSON.writeValueAsBytes(json));
    }

    String text(String key) throws FormatException {
        return optional(key).orElseThrow(() -> wrong(key + " is lacking"));
    }

    Optional<String> optional(String key) throws FormatException {
        JsonNode value = json.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw wrong(key + " is no text");
        }
        return Optional.of(value.stringValue());
    }

    List<String> texts(String key) throws FormatException {
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
    String name(String key) throws FormatException {
        String name = text(key);
        if (!Subjects.isName(name)) {
            throw wrong(key + " is no name of up to 64 letters, digits, '_' and '-'");
        }
        return name;
    }

    Cid cid(String key) throws FormatException {
        return Cid.parse(text(key));
    }

    /// False where it is lacking.
    boolean flag(String key) throws FormatException {
        JsonNode value = json.path(key);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw wrong(key + " is neither true nor false");
        }
        return value.asBoolean(false);
    }

    /// A number that is not negative.
    long number(String key) throws FormatException {
        JsonNode value = json.path(key);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw wrong(key + " is no number");
        }
        return value.longValue();
    }

    /// A number from 1 on.
    ///
    /// @param absent what it is where it is lacking
    long number(String key, long max, long absent) throws FormatException {
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
    JsonObject object(String key) throws FormatException {
        JsonNode value = json.path(key);
        if (!value.isMissingNode() && !value.isObject()) {
            throw wrong(key + " is no object");
        }
        return new JsonObject(format, value);
    }

    FormatException wrong(String problem) {
        return new FormatException(format, 0, problem);
    }
}
