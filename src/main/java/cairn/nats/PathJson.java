package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.JsonObject;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.store.StoredPath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// What a node says of a path, in JSON.
///
/// @param cid its PathNode
/// @param tree the root of its files
record PathJson(PathInfo info, Cid cid, Cid tree) {
    private static final String FORMAT = "path";

    static PathJson of(StoredPath stored) {
        return new PathJson(stored.info(), stored.cid(), stored.tree());
    }

    static PathJson parse(Bytes text) throws FormatException {
        var json = JsonObject.parse(FORMAT, text);
        var references = new ArrayList<StorePath>();
        for (String reference : json.texts("references")) {
            references.add(StorePath.parse(reference));
        }
        NixHash narHash = NixHash.parse(json.text("narHash"));
        if (narHash.algorithm() != NixHash.Algorithm.SHA256) {
            throw json.wrong("narHash is none of sha256");
        }
        return new PathJson(
                new PathInfo(
                        StorePath.parse(json.text("path")),
                        narHash,
                        json.number("narSize"),
                        references,
                        deriver(json),
                        json.texts("signatures"),
                        json.optional("ca")),
                json.cid("cid"),
                json.cid("tree"));
    }

    Bytes toBytes() {
        return JsonObject.bytes(fields());
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
            var json = JsonObject.parse(FORMAT, text);
            return new Claim(
                    json.cid("cid"),
                    json.texts("signatures"),
                    PathJson.deriver(json),
                    json.optional("ca"));
        }

        Bytes toBytes() {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("cid", cid.toString());
            fields.put("signatures", signatures);
            ca.ifPresent(address -> fields.put("ca", address));
            deriver.ifPresent(path -> fields.put("deriver", path.toString()));
            return JsonObject.bytes(fields);
        }
    }

    private static Optional<StorePath> deriver(JsonObject json) throws FormatException {
        var text = json.optional("deriver");
        return text.isPresent() ? Optional.of(StorePath.parse(text.get())) : Optional.empty();
    }
}
