package cairn.remote;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.FileNames;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The name of a store, taken apart.
///
/// ```
/// uri = base [ "?" name "=" value { "&" name "=" value } ]      ; both sides may have %41 escapes
/// ```
///
/// Each store may be given a `priority` among others that are asked for the same.
///
/// @param base what stands before the parameters, as written
public record StoreUri(String base, Map<String, String> parameters) {
    private static final String FORMAT = "store uri";
    private static final String PRIORITY = "priority";

    public StoreUri {
        parameters = Map.copyOf(parameters);
    }

    /// Parses the name of a store that has these parameters and no others.
    public static StoreUri parse(String text, String... parameters) throws FormatException {
        var known = new ArrayList<>(List.of(parameters));
        known.add(PRIORITY);
        int mark = text.indexOf('?');
        if (mark < 0) {
            return new StoreUri(text, Map.of());
        }
        var values = new HashMap<String, String>();
        for (String parameter : text.substring(mark + 1).split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = unescape(parameter.substring(equals + 1));
            if (!known.contains(name) || equals < 0 || value.isEmpty()) {
                throw new FormatException(
                        FORMAT,
                        mark + 1,
                        "in '%s': %s '%s'; known are %s"
                                .formatted(
                                        text,
                                        known.contains(name)
                                                ? "no value is given to"
                                                : "there is no parameter",
                                        name,
                                        String.join(", ", known)));
            }
            if (name.equals(PRIORITY) && !value.matches("[0-9]{1,6}")) {
                throw new FormatException(
                        FORMAT, mark + 1, "the priority '%s' is no small number".formatted(value));
            }
            values.put(name, value);
        }
        return new StoreUri(text.substring(0, mark), values);
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /// The one of some values that a parameter names, or another where it is not given.
    <T> T oneOf(List<T> values, String name, T otherwise) throws FormatException {
        String text = parameters.get(name);
        for (T value : values) {
            if (value.toString().equals(text)) {
                return value;
            }
        }
        if (text != null) {
            String known = values.stream().map(Object::toString).collect(Collectors.joining(", "));
            throw new FormatException(
                    FORMAT, 0, "the %s '%s' is none of %s".formatted(name, text, known));
        }
        return otherwise;
    }

    /// The path that a parameter names, or another where it is not given.
    Path path(String name, Path otherwise) throws FormatException {
        String text = parameters.get(name);
        return text == null ? otherwise : path(text).toAbsolutePath();
    }

    /// The path of a file, which not every text can be in every locale.
    static Path path(String text) throws FormatException {
        try {
            return FileNames.path(text);
        } catch (InvalidPathException e) {
            throw new FormatException(FORMAT, 0, "in '" + text + "': " + e.getReason());
        }
    }

    /// Replaces `%41` and the like; a plus stays one. What is not UTF-8 is then
    /// [escaped][Bytes#toEscaped()].
    static String unescape(String text) throws FormatException {
        if (text.indexOf('%') < 0) {
            return text;
        }
        Bytes raw = Bytes.ofEscaped(text).orElse(Bytes.utf8(text));
        String byteByByte = new String(raw.toByteArray(), StandardCharsets.ISO_8859_1);
        try {
            String decoded =
                    URLDecoder.decode(byteByByte.replace("+", "%2B"), StandardCharsets.ISO_8859_1);
            return Bytes.wrap(decoded.getBytes(StandardCharsets.ISO_8859_1)).toEscaped();
        } catch (IllegalArgumentException e) {
            throw new FormatException(FORMAT, 0, "in '" + text + "': " + e.getMessage());
        }
    }
}
