package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.JsonObject;
import cairn.store.Collected;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// What a node tells of a collection, in JSON.
///
/// ```
/// {"id": …, "node": …, "state": "running", "what": …, "done": 3, "total": 40}
/// {"id": …, "node": …, "state": "done", "dryRun": true, "paths": 16, "blocks": 812, "bytes": 40960,
///  "damaged": []}                                           ; at most 100 of them
/// {"id": …, "node": …, "state": "failed", "reason": …}      ; or "cancelled"
/// ```
sealed interface CollectionState {
    String FORMAT = "collection";

    /// So many damaged blocks are named, for a message to stay short.
    int DAMAGED = 100;

    /// It is under way.
    ///
    /// @param what what is being worked on, for people
    /// @param total zero where it is not known
    record Running(String what, long done, long total) implements CollectionState {}

    record Done(boolean dryRun, Collected collected) implements CollectionState {}

    /// It came to nothing, and nothing went after that.
    ///
    /// @param cancelled whether somebody, or a limit, ended it
    record Failed(boolean cancelled, String reason) implements CollectionState {}

    default Bytes toBytes(CollectionJob job) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("id", job.id());
        fields.put("node", job.node());
        fields.put("state", state());
        switch (this) {
            case Running(String what, long done, long total) -> {
                fields.put("what", what);
                fields.put("done", done);
                fields.put("total", total);
            }
            case Done(boolean dryRun, Collected collected) -> {
                fields.put("dryRun", dryRun);
                fields.put("paths", collected.paths());
                fields.put("blocks", collected.blocks());
                fields.put("bytes", collected.bytes());
                fields.put(
                        "damaged",
                        collected.damaged().stream().limit(DAMAGED).map(Cid::toString).toList());
            }
            case Failed(_, String reason) -> fields.put("reason", reason);
        }
        return JsonObject.bytes(fields);
    }

    private String state() {
        return switch (this) {
            case Running _ -> "running";
            case Done _ -> "done";
            case Failed(boolean cancelled, _) -> cancelled ? "cancelled" : "failed";
        };
    }

    static CollectionState parse(Bytes text) throws FormatException {
        var json = JsonObject.parse(FORMAT, text);
        String state = json.text("state");
        return switch (state) {
            case "running" ->
                    new Running(json.text("what"), json.number("done"), json.number("total"));
            case "done" ->
                    new Done(
                            json.flag("dryRun"),
                            new Collected(
                                    json.number("paths"),
                                    json.number("blocks"),
                                    json.number("bytes"),
                                    damaged(json)));
            case "failed", "cancelled" ->
                    new Failed(state.equals("cancelled"), json.text("reason"));
            default -> throw json.wrong("there is no state " + state);
        };
    }

    private static List<Cid> damaged(JsonObject json) throws FormatException {
        var cids = new ArrayList<Cid>();
        for (String cid : json.texts("damaged")) {
            cids.add(Cid.parse(cid));
        }
        return cids;
    }
}
