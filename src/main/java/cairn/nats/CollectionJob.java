package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A collection that a node is asked for, or that it is to end, in JSON.
///
/// ```
/// {"id": "nightly-12", "node": "builder-1", "dryRun": true, "limits": {"seconds": 600}}
/// {"id": "nightly-12", "node": "builder-1", "cancel": true}
/// ```
///
/// @param id names it, and the subject of its results
/// @param node whose home is collected
/// @param dryRun whether it only tells what would go
/// @param seconds after which it ends without having removed anything more, zero for never
/// @param cancel whether the job of this id is to end
record CollectionJob(String id, String node, boolean dryRun, long seconds, boolean cancel) {
    private static final String FORMAT = "collection";

    static CollectionJob parse(Bytes text) throws FormatException {
        JsonNode json = PathJson.object(text);
        JsonNode limits = json.path("limits");
        if (!limits.isMissingNode() && !limits.isObject()) {
            throw new FormatException(FORMAT, 0, "limits is no object");
        }
        JsonNode seconds = limits.path("seconds");
        if (!seconds.isMissingNode()
                && (!seconds.isIntegralNumber()
                        || !seconds.canConvertToInt()
                        || seconds.intValue() <= 0)) {
            throw new FormatException(FORMAT, 0, "limits.seconds is no number of seconds");
        }
        return new CollectionJob(
                name(json, "id"),
                name(json, "node"),
                flag(json, "dryRun"),
                seconds.asLong(0),
                flag(json, "cancel"));
    }

    private static String name(JsonNode json, String key) throws FormatException {
        String name = PathJson.text(json, key);
        if (!Subjects.isName(name)) {
            throw new FormatException(
                    FORMAT, 0, key + " is no name of up to 64 letters, digits, '_' and '-'");
        }
        return name;
    }

    private static boolean flag(JsonNode json, String key) throws FormatException {
        JsonNode value = json.path(key);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw new FormatException(FORMAT, 0, key + " is neither true nor false");
        }
        return value.asBoolean(false);
    }

    CollectionJob cancelled() {
        return new CollectionJob(id, node, dryRun, seconds, true);
    }

    Bytes toBytes() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("id", id);
        fields.put("node", node);
        fields.put("dryRun", dryRun);
        if (seconds > 0) {
            fields.put("limits", Map.of("seconds", seconds));
        }
        if (cancel) {
            fields.put("cancel", true);
        }
        return PathJson.bytes(fields);
    }
}
