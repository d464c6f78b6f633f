package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;

/// Writes and reads [NarListing]s as JSON, with stacks of their own in place of recursion.
final class NarListingJson {
    private static final String FORMAT = "nar listing";

    /// Each directory is two objects, and the document one.
    private static final int MAX_NESTING = 2 * NarOrder.MAX_DEPTH + 2;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
                    .streamWriteConstraints(
                            StreamWriteConstraints.builder().maxNestingDepth(MAX_NESTING).build())
                    .build();

    private NarListingJson() {}

    static Bytes encode(NarListing root) {
        return Bytes.utf8("{\"version\":1,\"root\":" + print(root) + "}");
    }

    static String print(NarListing root) {
        var text = new StringWriter();
        try (var out = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            write(root, out);
        }
        return text.toString();
    }

    private static void write(NarListing root, JsonGenerator out) {
        var open = new ArrayDeque<Iterator<Map.Entry<Bytes, NarListing>>>();
        begin(root, out, open);
        while (!open.isEmpty()) {
            var entries = open.element();
            if (entries.hasNext()) {
                var entry = entries.next();
                out.writeName(entry.getKey().toEscaped());
                begin(entry.getValue(), out, open);
            } else {
                open.remove();
                out.writeEndObject();
                out.writeEndObject();
            }
        }
    }

    private static void begin(
            NarListing node,
            JsonGenerator out,
            Deque<Iterator<Map.Entry<Bytes, NarListing>>> open) {
        out.writeStartObject();
        out.writeName("type");
        switch (node) {
            case NarListing.Directory(var entries) -> {
                out.writeString("directory");
                out.writeName("entries");
                out.writeStartObject();
                open.push(entries.entrySet().iterator());
                return;
            }
            case NarListing.Regular(var size, var executable, var narOffset) -> {
                out.writeString("regular");
                out.writeName("size");
                out.writeNumber(size);
                if (executable) {
                    out.writeName("executable");
                    out.writeBoolean(true);
                }
                if (narOffset > 0) {
                    out.writeName("narOffset");
                    out.writeNumber(narOffset);
                }
            }
            case NarListing.Symlink(var target) -> {
                out.writeString("symlink");
                out.writeName("target");
                out.writeString(target.toEscaped());
            }
        }
        out.writeEndObject();
    }

    static NarListing decode(Bytes json) throws FormatException {
        if (!json.isUtf8()) {
            throw new FormatException(FORMAT, 0, "is not UTF-8");
        }
        try (var in = JSON.createParser(ObjectReadContext.empty(), json.toUtf8())) {
            return new Reader(in).document();
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw new FormatException(
                    FORMAT,
                    at == null ? 0 : Math.max(0, at.getCharOffset()),
                    e.getOriginalMessage());
        }
    }

    /// Reads one document. Each open node is a [Partial], for its fields may stand in any order.
    private static final class Reader {
        private final JsonParser in;
        private final Deque<Partial> open = new ArrayDeque<>();

        Reader(JsonParser in) {
            this.in = in;
        }

        NarListing document() throws FormatException {
            expect(JsonToken.START_OBJECT, "an object");
            long version = 0;
            Optional<NarListing> root = Optional.empty();
            while (in.nextToken() == JsonToken.PROPERTY_NAME) {
                switch (in.currentName()) {
                    case "version" -> version = number();
                    case "root" -> root = Optional.of(node());
                    default -> skip();
                }
            }
            if (in.currentToken() != JsonToken.END_OBJECT || in.nextToken() != null) {
                throw malformed("expected the end");
            }
            if (version != 1) {
                throw malformed("is not of version 1");
            }
            return root.orElseThrow(() -> malformed("has no root"));
        }

        private NarListing node() throws FormatException {
            begin();
            while (true) {
                Partial node = open.element();
                if (in.nextToken() == JsonToken.PROPERTY_NAME) {
                    if (node.inEntries) {
                        node.entry = name(in.currentName());
                        NarOrder.checkName(FORMAT, offset(), node.entry);
                        begin();
                    } else {
                        field(node);
                    }
                } else if (in.currentToken() != JsonToken.END_OBJECT) {
                    throw malformed("expected a field or the end of an object");
                } else if (node.inEntries) {
                    node.inEntries = false;
                } else {
                    open.remove();
                    if (open.isEmpty()) {
                        return finish(node);
                    }
                    open.element().entries.put(open.element().entry, finish(node));
                }
            }
        }

        private void begin() throws FormatException {
            expect(JsonToken.START_OBJECT, "an object");
            open.push(new Partial());
        }

        private void field(Partial node) throws FormatException {
            switch (in.currentName()) {
                case "type" -> node.type = string();
                case "target" -> node.target = name(string());
                case "size" -> node.size = number();
                case "narOffset" -> node.narOffset = number();
                case "executable" -> {
                    node.executable = in.nextToken() == JsonToken.VALUE_TRUE;
                    if (!node.executable && in.currentToken() != JsonToken.VALUE_FALSE) {
                        throw malformed("expected true or false");
                    }
                }
                case "entries" -> {
                    if (open.size() > NarOrder.MAX_DEPTH) {
                        throw malformed("directories are nested deeper than " + NarOrder.MAX_DEPTH);
                    }
                    expect(JsonToken.START_OBJECT, "an object");
                    node.inEntries = true;
                }
                default -> skip();
            }
        }

        private NarListing finish(Partial node) throws FormatException {
            return switch (node.type) {
                case "directory" -> new NarListing.Directory(node.entries);
                case "regular" -> {
                    if (node.size < 0) {
                        throw malformed("a file has no size");
                    }
                    yield new NarListing.Regular(node.size, node.executable, node.narOffset);
                }
                case "symlink" -> {
                    NarOrder.checkTarget(FORMAT, offset(), node.target);
                    yield new NarListing.Symlink(node.target);
                }
                default -> throw malformed("unknown type of node '" + node.type + "'");
            };
        }

        private String string() throws FormatException {
            expect(JsonToken.VALUE_STRING, "a string");
            return in.getString();
        }

        private long number() throws FormatException {
            expect(JsonToken.VALUE_NUMBER_INT, "a whole number");
            if (in.getNumberType() == JsonParser.NumberType.BIG_INTEGER || in.getLongValue() < 0) {
                throw malformed("expected a number from 0 to 2^63 - 1");
            }
            return in.getLongValue();
        }

        private Bytes name(String text) throws FormatException {
            if (text.length() > 3 * NarOrder.MAX_TARGET) {
                throw malformed("a name or target of " + text.length() + " characters");
            }
            return Bytes.ofEscaped(text)
                    .orElseThrow(() -> malformed("a name that is not told in its only form"));
        }

        private void skip() {
            in.nextToken();
            in.skipChildren();
        }

        private void expect(JsonToken token, String words) throws FormatException {
            if (in.nextToken() != token) {
                throw malformed("expected " + words);
            }
        }

        private FormatException malformed(String problem) {
            return new FormatException(FORMAT, offset(), problem);
        }

        private long offset() {
            return Math.max(0, in.currentTokenLocation().getCharOffset());
        }
    }

    private static final class Partial {
        private final SortedMap<Bytes, NarListing> entries = new TreeMap<>();
        private String type = "";
        private Bytes target = Bytes.EMPTY;
        private long size = -1;
        private long narOffset;
        private boolean executable;
        private boolean inEntries;
        private Bytes entry = Bytes.EMPTY;
    }
}
