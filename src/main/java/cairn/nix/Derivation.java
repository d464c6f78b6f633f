package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.ContentAddress.Method;
import cairn.nix.NixHash.Algorithm;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How to build something: a `.drv` file.
///
/// Texts are byte strings, since Nix takes them from files and does not care for their encoding.
/// Structured attributes are the environment's `__json`.
///
/// ```
/// drv    = "Derive(" list of output "," list of input "," list of text      ; the sources
///          "," text "," text "," list of text "," list of variable ")"      ; system, builder, args
/// output = "(" text "," text "," text "," text ")"                          ; name, path, method, hash
/// input  = "(" text "," list of text ")"                                    ; its outputs
/// list   = "[" [ item { "," item } ] "]"
/// text   = '"' bytes '"'
/// ```
///
/// Reading is strict: what is read encodes to the same bytes. So lists are in order, nothing is
/// listed twice, and only `" \ newline return tab` are escaped.
///
/// @see <a href="https://nix.dev/manual/nix/latest/protocols/derivation-aterm.html">Derivation
///   ATerm format</a>
public record Derivation(
        SortedMap<String, Output> outputs,
        SortedMap<StorePath, SortedSet<String>> inputDerivations,
        SortedSet<StorePath> inputSources,
        Bytes system,
        Bytes builder,
        List<Bytes> arguments,
        SortedMap<Bytes, Bytes> environment) {

    /// What becomes of an output's path.
    public sealed interface Output {
        /// The path follows from the derivation.
        record InputAddressed(StorePath path) implements Output {}

        /// The path follows from the content, which is known beforehand.
        record Fixed(StorePath path, ContentAddress address) implements Output {}

        /// The path will follow from the content.
        record Floating(Method method, Algorithm algorithm) implements Output {}

        /// The path will follow from the derivation once its inputs are built.
        record Deferred() implements Output {}

        /// Each build may give another content.
        record Impure(Method method, Algorithm algorithm) implements Output {}
    }

    /// @throws IllegalArgumentException if a text that Nix does not escape would need it
    public Derivation {
        outputs = sorted(outputs, UnaryOperator.identity());
        inputDerivations =
                sorted(
                        inputDerivations,
                        names -> Collections.unmodifiableSortedSet(new TreeSet<>(names)));
        inputSources = Collections.unmodifiableSortedSet(new TreeSet<>(inputSources));
        arguments = List.copyOf(arguments);
        environment = sorted(environment, UnaryOperator.identity());
        Stream.concat(Stream.of(outputs.keySet()), inputDerivations.values().stream())
                .flatMap(Set::stream)
                .map(Bytes::utf8)
                .forEach(DerivationText::requirePlain);
        DerivationText.requirePlain(system);
    }

    /// Decodes the content of a `.drv` file.
    public static Derivation decode(Bytes bytes) throws FormatException {
        return DerivationText.decode(bytes);
    }

    /// The content of the `.drv` file.
    public Bytes encode() {
        return DerivationText.encode(this);
    }

    /// The name of the derivation that a path holds.
    ///
    /// @throws FormatException if the path is not named as a derivation
    public static String nameOf(StorePath path) throws FormatException {
        if (!path.isDerivation()) {
            throw new FormatException("derivation", 0, "not named '.drv': " + path);
        }
        String name = path.name().substring(0, path.name().length() - ".drv".length());
        StorePath.checkName(name);
        return name;
    }

    /// The path of the `.drv` file itself.
    public StorePath path(String folder, String name) throws FormatException {
        var address = new ContentAddress(Method.TEXT, NixHash.sha256Of(encode()));
        var references = new TreeSet<>(inputSources);
        references.addAll(inputDerivations.keySet());
        return address.path(folder, name + ".drv", references, false);
    }

    /// The value that `nix show-derivation` prints for a path. Texts that are not UTF-8, of which
    /// Nix loses bytes, are [escaped][Bytes#toEscaped()].
    public ObjectNode toJson() {
        var json = JsonNodeFactory.instance.objectNode();
        var outs = json.putObject("outputs");
        outputs.forEach((name, output) -> describe(output, outs.putObject(name)));
        var sources = json.putArray("inputSrcs");
        inputSources.forEach(source -> sources.add(source.toString()));
        var inputs = json.putObject("inputDrvs");
        inputDerivations.forEach((path, names) -> {
            var list = inputs.putArray(path.toString());
            names.forEach(list::add);
        });
        json.put("system", system.toEscaped());
        json.put("builder", builder.toEscaped());
        var args = json.putArray("args");
        arguments.forEach(argument -> args.add(argument.toEscaped()));
        var env = json.putObject("env");
        environment.forEach((name, value) -> env.put(name.toEscaped(), value.toEscaped()));
        return json;
    }

    private static void describe(Output output, ObjectNode json) {
        switch (output) {
            case Output.InputAddressed(var path) -> json.put("path", path.toString());
            case Output.Fixed(var path, var address) ->
                    json.put("path", path.toString())
                            .put("hashAlgo", address.methodAlgorithm())
                            .put("hash", address.hash().digest().toHex());
            case Output.Floating(var method, var algorithm) ->
                    json.put("hashAlgo", method.prefix() + algorithm);
            case Output.Deferred() -> {}
            case Output.Impure(var method, var algorithm) ->
                    json.put("hashAlgo", method.prefix() + algorithm).put("impure", true);
        }
    }

    private static <K extends Comparable<K>, V> SortedMap<K, V> sorted(
            Map<K, V> map, UnaryOperator<V> copy) {
        var sorted = new TreeMap<K, V>();
        map.forEach((key, value) -> sorted.put(key, copy.apply(value)));
        return Collections.unmodifiableSortedMap(sorted);
    }
}
