package cairn.remote;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.FileNames;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The name of a store, taken apart.
///
/// ```
/// uri = base [ "?" name "=" value { "&" name "=" value } ]      ; both sides may have %41 escapes
/// ```
///
/// @param base what stands before the parameters, as written
record StoreUri(String base, Map<String, String> parameters) {
    private static final String FORMAT = "store uri";

    StoreUri {
        parameters = Map.copyOf(parameters);
    }

    static StoreUri parse(String text) throws FormatException {
        int mark = text.indexOf('?');
        if (mark < 0) {
            return new StoreUri(text, Map.of());
        }
        var parameters = new HashMap<String, String>();
        for (String parameter : text.substring(mark + 1).split("&", -1)) {
            int equals = parameter.indexOf('=');
            if (equals < 1) {
                throw new FormatException(
                        FORMAT, mark + 1, "'" + parameter + "' is not a name, '=' and a value");
            }
            parameters.put(
                    parameter.substring(0, equals), unescape(parameter.substring(equals + 1)));
        }
        return new StoreUri(text.substring(0, mark), parameters);
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
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
