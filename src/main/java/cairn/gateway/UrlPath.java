package cairn.gateway;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The path of a URL, with its escapes undone and done.
final class UrlPath {
    private static final String PLAIN =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@";

    private UrlPath() {}

    /// The whole path; empty if an escape is malformed or the text is not UTF-8.
    static Optional<String> text(String path) {
        return bytes(path).flatMap(Bytes::text);
    }

    /// The names behind a prefix; empty if one of them leads elsewhere, or an escape is malformed.
    static Optional<List<Bytes>> names(String path) {
        var names = new ArrayList<Bytes>();
        for (String part : path.split("/", -1)) {
            var name = bytes(part);
            if (name.isEmpty() || !isName(name.get())) {
                return Optional.empty();
            }
            names.add(name.get());
        }
        return Optional.of(names);
    }

    /// A name as it stands in a path.
    static String escape(Bytes name) {
        var text = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            int value = name.at(i) & 0xff;
            if (PLAIN.indexOf(value) >= 0) {
                text.append((char) value);
            } else {
                text.append("%%%02X".formatted(value));
            }
        }
        return text.toString();
    }

    private static boolean isName(Bytes name) {
        String text = name.text().orElse("x");
        boolean holds = false;
        for (int i = 0; i < name.length(); i++) {
            holds |= name.at(i) == '/' || name.at(i) == 0;
        }
        return !holds && !name.isEmpty() && !text.equals(".") && !text.equals("..");
    }

    private static Optional<Bytes> bytes(String text) {
        byte[] source = text.getBytes(StandardCharsets.UTF_8);
        var out = new ByteWriter(source.length);
        for (int i = 0; i < source.length; i++) {
            if (source[i] != '%') {
                out.u8(source[i] & 0xff);
                continue;
            }
            int high = i + 2 < source.length ? Character.digit(source[i + 1], 16) : -1;
            int low = i + 2 < source.length ? Character.digit(source[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                return Optional.empty();
            }
            out.u8(high * 16 + low);
            i += 2;
        }
        return Optional.of(out.toBytes());
    }
}
