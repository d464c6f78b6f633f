package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.store.StoredPath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a node says of a path, in JSON.
///
/// @param cid its PathNode
/// @param tree the root of its files
record PathJson(PathInfo info, Cid cid, Cid tree) {
    private static final String FORMAT = "path";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static PathJson of(StoredPath stored) {
        return new PathJson(stored.info(), stored.cid(), stored.tree());
    }

    static PathJson parse(Bytes text) throws FormatException {
        var json = object(text);
        var references = new ArrayList<StorePath>();
        for (String reference : texts(json, "references")) {
            references.add(StorePath.parse(reference));
        }
        NixHash narHash = NixHash.parse(text(json, "narHash"));
        JsonNode size = json.path("narSize");
        if (narHash.algorithm() != NixHash.Algorithm.SHA256) {
            throw new FormatException(FORMAT, 0, "narHash is none of sha256");
        }
        if (!size.isIntegralNumber() || !size.canConvertToLong() || size.longValue() < 0) {
            throw new FormatException(FORMAT, 0, "narSize is no size");
        }
        return new PathJson(
                new PathInfo(
                        StorePath.parse(text(json, "path")),
                        narHash,
                        size.longValue(),
                        references,
                        deriver(json),
                        texts(json, "signatures"),
                        optional(json, "ca")),
                Cid.parse(text(json, "cid")),
                Cid.parse(text(json, "tree")));
    }

    Bytes toBytes() {
        return bytes(fields());
    }

    SequencedMap<String, Object> fields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("path", info.path().toString());
        fields.put("cid", cid.toString());
        fields.put("tree", tree.toString());
        fields.put("narHash", info.narHash().toSri());
        fields.put("narSize", info.narSize());
        fields.put("references", info.references().stream().map(StorePath::toString).toList());
        fields.put("signatures", info.signatures());
        info.ca().ifPresent(ca -> fields.put("ca", ca));
        info.deriver().ifPresent(deriver -> fields.put("deriver", deriver.toString()));
        return fields;
    }

    /// What somebody says of a path whose node he has brought.
    ///
    /// @param cid the PathNode
    record Claim(
            Cid cid, List<String> signatures, Optional<StorePath> deriver, Optional<String> ca) {
        Claim {
            signatures = List.copyOf(signatures);
        }

        static Claim parse(Bytes text) throws FormatException {
            var json = object(text);
            return new Claim(
                    Cid.parse(text(json, "cid")),
                    texts(json, "signatures"),
                    PathJson.deriver(json),
                    optional(json, "ca"));
        }

        Bytes toBytes() {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("cid", cid.toString());
            fields.put("signatures", signatures);
            ca.ifPresent(address -> fields.put("ca", address));
            deriver.ifPresent(path -> fields.put("deriver", path.toString()));
            return bytes(fields);
        }
    }

    static Bytes bytes(Object json) {
        return Bytes.wrap(JSON.writeValueAsBytes(json));
    }

    static JsonNode object(Bytes text) throws FormatException {
        try {
            JsonNode json = JSON.readTree(text.toByteArray());
            if (json == null || !json.isObject()) {
                throw new FormatException(FORMAT, 0, "the JSON is no object");
            }
            return json;
        } catch (JacksonException e) {
            throw new FormatException(FORMAT, 0, "no JSON: " + e.getOriginalMessage());
        }
    }

    private static Optional<StorePath> deriver(JsonNode json) throws FormatException {
        var text = optional(json, "deriver");
        return text.isPresent() ? Optional.of(StorePath.parse(text.get())) : Optional.empty();
    }

    static String text(JsonNode json, String name) throws FormatException {
        return optional(json, name)
                .orElseThrow(() -> new FormatException(FORMAT, 0, name + " is lacking"));
    }

    static Optional<String> optional(JsonNode json, String name) throws FormatException {
        JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw new FormatException(FORMAT, 0, name + " is no text");
        }
        return Optional.of(value.stringValue());
    }

    static List<String> texts(JsonNode json, String name) throws FormatException {
        JsonNode values = json.path(name);
        if (values.isMissingNode()) {
            return List.of();
        }
        if (!values.isArray()) {
            throw new FormatException(FORMAT, 0, name + " is no list");
        }
        var texts = new ArrayList<String>();
        for (JsonNode value : values) {
            if (!value.isString()) {
                throw new FormatException(FORMAT, 0, name + " holds what is no text");
            }
            texts.add(value.stringValue());
        }
        return texts;
    }
}
