package cairn.cli;

import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/// Prints maps, lists, texts, numbers and booleans as one JSON document on one line; an empty
/// optional is null.
final class Json {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private Json() {}

    /// A value that is JSON already.
    record Raw(String text) {}

    /// The entries of an object, told one by one: there may be more than fit in memory.
    @FunctionalInterface
    interface Entries {
        void tell(BiConsumer<Object, Object> each);
    }

    static void print(Object value, PrintStream out) {
        try (var json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            write(value, json);
        }
        out.println();
    }

    private static void write(Object value, JsonGenerator json) {
        switch (value) {
            case Optional<?> optional ->
                    optional.ifPresentOrElse(item -> write(item, json), json::writeNull);
            case Raw(var text) -> json.writeRawValue(text);
            case Map<?, ?> map -> write((Entries) map::forEach, json);
            case Entries entries -> {
                json.writeStartObject();
                entries.tell((name, item) -> {
                    json.writeName(String.valueOf(name));
                    write(item, json);
                });
                json.writeEndObject();
            }
            case Iterable<?> items -> {
                json.writeStartArray();
                items.forEach(item -> write(item, json));
                json.writeEndArray();
            }
            case Boolean bool -> json.writeBoolean(bool);
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            default -> json.writeString(value.toString());
        }
    }
}
