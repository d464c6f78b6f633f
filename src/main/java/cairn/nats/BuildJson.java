package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.JsonObject;
import cairn.engine.BuildNews;
import cairn.engine.BuildRecord;
import cairn.engine.Outcome;
import cairn.nix.StorePath;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What `BUILD.<project>.COMPLETE` says of a build, in JSON: the CID of its BuildRecord, all that
/// stands in the record, and what is told beside it.
///
/// The record follows from the rest, so whoever reads this needs nobody to have it, and believes
/// nothing else under its name.
final class BuildJson {
    private static final String FORMAT = "build";

    private BuildJson() {}

    static Bytes toBytes(BuildNews news) {
        var record = news.record();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("cid", news.cid().toString());
        fields.put("project", record.project());
        fields.put("drvPath", record.drvPath().toString());
        fields.put("system", record.system());
        fields.put("builder", record.builder());
        record.derivation().ifPresent(cid -> fields.put("derivation", cid.toString()));
        var outputs = new LinkedHashMap<String, String>();
        record.outputs().forEach((name, cid) -> outputs.put(name, cid.toString()));
        fields.put("outputs", outputs);
        fields.put("startedAt", record.startedAt().toEpochMilli());
        fields.put("finishedAt", record.finishedAt().toEpochMilli());
        fields.put("status", record.status().toString());
        record.log().ifPresent(cid -> fields.put("log", cid.toString()));
        fields.put("outcome", news.outcome().toString());
        fields.put("asked", news.asked());
        fields.put("run", news.run());
        fields.put("node", news.node());
        return JsonObject.bytes(fields);
    }

    /// @throws FormatException also if the record that this gives has another CID than it says
    static BuildNews parse(Bytes text) throws FormatException {
        var json = JsonObject.parse(FORMAT, text);
        var outputs = new TreeMap<String, Cid>();
        for (Map.Entry<String, JsonNode> output : json.object("outputs").json().properties()) {
            outputs.put(output.getKey(), Cid.parse(output.getValue().asString("")));
        }
        BuildRecord record;
        try {
            record =
                    new BuildRecord(
                            json.text("project"),
                            StorePath.parse(json.text("drvPath")),
                            json.text("system"),
                            json.text("builder"),
                            cid(json, "derivation"),
                            outputs,
                            json.time("startedAt"),
                            json.time("finishedAt"),
                            known(BuildRecord.Status.of(json.text("status")), "status"),
                            cid(json, "log"));
        } catch (IllegalArgumentException e) {
            throw new FormatException(FORMAT, 0, String.valueOf(e.getMessage()));
        }
        String node = json.text("node");
        String run = json.text("run");
        if (!JsonObject.isName(node) || !JsonObject.isName(run)) {
            throw new FormatException(FORMAT, 0, "node or run is no name");
        }
        Cid cid = record.toBlock().cid();
        if (!cid.equals(json.cid("cid"))) {
            throw new FormatException(FORMAT, 0, "the record of this build is " + cid);
        }
        return new BuildNews(
                cid,
                record,
                known(Outcome.of(json.text("outcome")), "outcome"),
                json.flag("asked"),
                run,
                node);
    }

    private static Optional<Cid> cid(JsonObject json, String key) throws FormatException {
        var text = json.optional(key);
        return text.isPresent() ? Optional.of(Cid.parse(text.get())) : Optional.empty();
    }

    private static <T> T known(Optional<T> value, String name) throws FormatException {
        return value.orElseThrow(() -> new FormatException(FORMAT, 0, name + " is unknown"));
    }
}
