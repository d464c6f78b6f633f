package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.cid.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

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
        var json = JsonObject.parse(FORMAT, text);
        return new CollectionJob(
                json.name("id"),
                json.name("node"),
                json.flag("dryRun"),
                json.object("limits").number("seconds", Integer.MAX_VALUE, 0),
                json.flag("cancel"));
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
        return JsonObject.bytes(fields);
    }
}
