package cairn.engine;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One thing that Nix says in its format `internal-json`.
///
/// ```
/// line     = "@nix " json
/// json     = {"action": "msg", "level": n, "msg": text}
///          | {"action": "start", "id": n, "type": n, "level": n, "text": text, "fields": [text | n]}
///          | {"action": "stop", "id": n}
///          | {"action": "result", "id": n, "type": n, "fields": [text | n]}
/// ```
///
/// What a newer Nix says in another way is taken as [Other], never refused.
sealed interface NixMessage {
    /// Builds a derivation: its path, the machine.
    int BUILD = 105;

    /// Waits for a derivation: its path, and what it was resolved to.
    int RESOLVED = 111;

    /// A line of a builder.
    int LOG_LINE = 101;

    record Said(int level, String text) implements NixMessage {}

    /// An activity that begins.
    ///
    /// @param text for people, may be empty
    record Started(long id, int type, int level, String text, List<String> fields)
            implements NixMessage {}

    record Stopped(long id) implements NixMessage {}

    record Result(long id, int type, List<String> fields) implements NixMessage {}

    record Other() implements NixMessage {}

    /// Understands a line of standard error.
    static NixMessage parse(String line) {
        if (!line.startsWith("@nix ")) {
            return new Said(0, line);
        }
        try {
            JsonNode json = JsonMapper.shared().readTree(line.substring("@nix ".length()));
            long id = json.path("id").asLong(0);
            int type = json.path("type").asInt(0);
            int level = json.path("level").asInt(0);
            return switch (json.path("action").asString("")) {
                case "msg" -> new Said(level, json.path("msg").asString(""));
                case "start" ->
                        new Started(
                                id,
                                type,
                                level,
                                json.path("text").asString(""),
                                texts(json.path("fields")));
                case "stop" -> new Stopped(id);
                case "result" -> new Result(id, type, texts(json.path("fields")));
                default -> new Other();
            };
        } catch (JacksonException _) {
            return new Said(0, line);
        }
    }

    private static List<String> texts(JsonNode list) {
        var texts = new ArrayList<String>();
        list.forEach(item -> texts.add(item.asString("")));
        return texts;
    }
}
