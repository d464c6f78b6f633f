package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The claim that an output of a derivation became a certain store path: a `.doi` file.
///
/// ```
/// {"dependentRealisations": {id: base, …}, "id": id, "outPath": base, "signatures": [text, …]}
/// ```
///
/// Written as Nix 2.8 writes it: keys in order, no white space. Paths are without their store's
/// folder.
///
/// @param dependents what other realisations this one was built from
/// @param signatures `key:base64`, as Nix writes them, over the [#fingerprint()]
/// @see <a href="https://nix.dev/manual/nix/latest/store/building.html">Building and realising</a>
public record Realisation(
        Id id,
        StorePath output,
        SortedSet<String> signatures,
        SortedMap<Id, StorePath> dependents) {
    private static final String FORMAT = "realisation";
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /// Names an output of a derivation: `sha256:<base16>!<output>`.
    ///
    /// @param derivation the derivation's hash, see [DerivationHasher#hash]
    public record Id(NixHash derivation, String output) implements Comparable<Id> {
        public static Id parse(String text) throws FormatException {
            int mark = text.indexOf('!');
            if (mark < 0) {
                throw new FormatException(FORMAT, 0, "an id without '!'");
            }
            var hash = NixHash.parse(text.substring(0, mark));
            String output = text.substring(mark + 1);
            StorePath.checkName(output);
            return new Id(hash, output);
        }

        /// In the order of the text.
        @Override
        public int compareTo(Id other) {
            return toString().compareTo(other.toString());
        }

        @Override
        public String toString() {
            return derivation.toBase16() + "!" + output;
        }
    }

    public Realisation {
        signatures = Collections.unmodifiableSortedSet(new TreeSet<>(signatures));
        dependents = Collections.unmodifiableSortedMap(new TreeMap<>(dependents));
    }

    /// Reads the JSON. Fields that Nix 2.8 does not know are passed over.
    ///
    /// @param folder the store that the paths are of
    public static Realisation decode(String folder, Bytes json) throws FormatException {
        if (!json.isUtf8()) {
            throw new FormatException(FORMAT, 0, "not UTF-8");
        }
        JsonNode tree;
        try {
            tree = JSON.readTree(json.toUtf8());
        } catch (JacksonException e) {
            throw new FormatException(FORMAT, 0, e.getOriginalMessage());
        }
        var signatures = new TreeSet<String>();
        for (JsonNode signature : field(tree, "signatures", JSON.createArrayNode())) {
            signatures.add(text(signature));
        }
        var dependents = new TreeMap<Id, StorePath>();
        var dependentNodes = field(tree, "dependentRealisations", JSON.createObjectNode());
        for (Map.Entry<String, JsonNode> entry : dependentNodes.properties()) {
            dependents.put(
                    Id.parse(entry.getKey()), StorePath.parse(folder, text(entry.getValue())));
        }
        return new Realisation(
                Id.parse(text(tree.path("id"))),
                StorePath.parse(folder, text(tree.path("outPath"))),
                signatures,
                dependents);
    }

    public Bytes encode() {
        var json = claim();
        var list = json.putArray("signatures");
        signatures.forEach(list::add);
        return Bytes.utf8(json.toString());
    }

    /// What a signature covers: all but the signatures.
    public String fingerprint() {
        return claim().toString();
    }

    public Realisation withSignatures(Collection<String> texts) {
        return new Realisation(id, output, new TreeSet<>(texts), dependents);
    }

    private ObjectNode claim() {
        var json = JSON.createObjectNode();
        var list = json.putObject("dependentRealisations");
        dependents.forEach((dependent, path) -> list.put(dependent.toString(), path.base()));
        return json.put("id", id.toString()).put("outPath", output.base());
    }

    private static JsonNode field(JsonNode tree, String name, JsonNode absent)
            throws FormatException {
        JsonNode value = tree.path(name);
        if (value.isMissingNode()) {
            return absent;
        }
        if (value.getNodeType() != absent.getNodeType()) {
            throw new FormatException(FORMAT, 0, "'" + name + "' is no " + absent.getNodeType());
        }
        return value;
    }

    private static String text(JsonNode value) throws FormatException {
        if (!value.isString()) {
            throw new FormatException(FORMAT, 0, "a text is missing");
        }
        return value.stringValue();
    }
}
