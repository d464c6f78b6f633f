package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.Meeting.Reading;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/// What payloads say: by their subjects, else by their look.
final class Readings {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final ObjectWriter PRETTY = JSON.writerWithDefaultPrettyPrinter();

    /// From here on text is not broken into lines, as nobody reads so much.
    private static final int LONGEST_JSON = 1 << 20;

    /// How many values of a field are written down.
    private static final int MOST_VALUES = 200;

    private static final String CID_FIELDS = "cid|cids|links";

    private Readings() {}

    static Reading of(String subject, Bytes payload, boolean reply) {
        if (payload.isEmpty()) {
            return new Reading.Nothing();
        }
        return told(subject, payload, reply).orElseGet(() -> seen(payload));
    }

    /// What the subject says that it is, if it is that.
    private static Optional<Reading> told(String subject, Bytes payload, boolean reply) {
        String last = Subjects.last(subject);
        if (under(subject, "STORE.CID.PUT")) {
            return reply ? fields(Wire.PutReply.parser(), payload) : block(last, payload);
        }
        if (under(subject, "STORE.CID.GET")) {
            return reply ? fields(Wire.BlockReply.parser(), payload) : Optional.empty();
        }
        if (under(subject, "STORE.GET") || under(subject, "STORE.PEER.GET")) {
            return reply ? block(last, payload) : Optional.empty();
        }
        if (under(subject, "CACHE.VALIDATE")) {
            return fields(Wire.CidSet.parser(), payload);
        }
        if (subject.equals(Subjects.VOUCH)) {
            return fields(reply ? Wire.Ruling.parser() : Wire.SignedCid.parser(), payload);
        }
        return under(subject, "BLOCK") ? block(last, payload) : Optional.empty();
    }

    private static boolean under(String subject, String action) {
        return subject.startsWith(action + ".");
    }

    private static Optional<Reading> block(String cid, Bytes payload) {
        try {
            Cid named = Cid.parse(cid);
            return Optional.of(new Reading.OfBlock(named, payload, named.matches(payload)));
        } catch (FormatException _) {
            return Optional.empty();
        }
    }

    private static Optional<Reading> fields(Parser<? extends Message> parser, Bytes payload) {
        try {
            Message message = parser.parseFrom(payload.toByteBuffer());
            if (!message.getUnknownFields().asMap().isEmpty()) {
                return Optional.empty();
            }
            var text = new StringBuilder();
            write(message, "", text);
            return Optional.of(
                    new Reading.Fields(
                            message.getDescriptorForType().getName(), text.toString().strip()));
        } catch (InvalidProtocolBufferException _) {
            return Optional.empty();
        }
    }

    private static void write(Message message, String indent, StringBuilder text) {
        message.getAllFields()
                .forEach((field, value) -> {
                    var values = value instanceof List<?> list ? list : List.of(value);
                    for (Object each : values.subList(0, Math.min(MOST_VALUES, values.size()))) {
                        text.append(indent).append(field.getName()).append(": ");
                        if (each instanceof Message inner) {
                            text.append('\n');
                            write(inner, indent + "  ", text);
                        } else {
                            text.append(word(field, each)).append('\n');
                        }
                    }
                    if (values.size() > MOST_VALUES) {
                        text.append(indent)
                                .append(
                                        "… %s in all: %,d\n"
                                                .formatted(field.getName(), values.size()));
                    }
                });
    }

    private static String word(FieldDescriptor field, Object value) {
        if (!(value instanceof ByteString bytes)) {
            return value.toString();
        }
        if (field.getName().matches(CID_FIELDS)) {
            try {
                return Cid.decode(Bytes.wrap(bytes.toByteArray())).toString();
            } catch (FormatException _) {
                // It is shown as the bytes that it is.
            }
        }
        int shown = 32;
        String hex =
                Bytes.wrap(bytes.substring(0, Math.min(shown, bytes.size())).toByteArray()).toHex();
        return bytes.size() > shown ? "%s… (%,d bytes)".formatted(hex, bytes.size()) : hex;
    }

    private static Reading seen(Bytes payload) {
        Optional<String> text = text(payload);
        if (text.isEmpty()) {
            return new Reading.Raw(payload);
        }
        String stripped = text.get().strip();
        if (stripped.length() <= LONGEST_JSON && stripped.matches("(?s)[{\\[].*")) {
            try {
                return new Reading.Json(PRETTY.writeValueAsString(JSON.readTree(stripped)));
            } catch (JacksonException _) {
                // Then it is text.
            }
        }
        return new Reading.Text(text.get());
    }

    /// The text that a payload is, if it is one that can be shown.
    private static Optional<String> text(Bytes payload) {
        try {
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(payload.toByteArray()))
                            .toString();
            return text.chars()
                            .allMatch(c ->
                                    c == '\n'
                                            || c == '\r'
                                            || c == '\t'
                                            || !Character.isISOControl(c))
                    ? Optional.of(text)
                    : Optional.empty();
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
    }
}
