package cairn.ui.model;

import cairn.cid.Bytes;
import cairn.nix.Derivation;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Lays a derivation out for people: an attribute to a line, under the names that Nix gives them.
final class DerivationSheet {
    private static final String INDENT = "  ";

    private DerivationSheet() {}

    static String of(Derivation derivation) {
        var sheet = new StringBuilder();
        derivation.toJson().forEachEntry((name, value) -> write(sheet, name, value));
        return sheet.toString();
    }

    private static void write(StringBuilder sheet, String name, JsonNode value) {
        if (!value.isContainer()) {
            line(sheet, "", name + " = " + value.asString());
            return;
        }
        line(sheet, "", name);
        if (value.isArray()) {
            value.forEach(item -> line(sheet, INDENT, item.asString()));
        } else {
            value.forEachEntry((key, item) -> line(sheet, INDENT, key + " = " + words(item)));
        }
    }

    private static String words(JsonNode value) {
        return value.isContainer()
                ? value.valueStream().map(JsonNode::asString).collect(Collectors.joining(" "))
                : value.asString();
    }

    /// Writes a line; what a text of several lines goes on with stands below its beginning.
    private static void line(StringBuilder sheet, String indent, String text) {
        String shown = Bytes.ofEscaped(text).map(Bytes::toUtf8).orElse(text);
        sheet.append(indent).append(shown.replace("\n", "\n" + indent + INDENT)).append('\n');
    }
}
