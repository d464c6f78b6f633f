package cairn.remote;

import cairn.cid.FormatException;
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
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new FormatException(FORMAT, 0, "in '" + text + "': " + e.getReason());
        }
    }

    /// Replaces `%41` and the like; a plus stays one.
    static String unescape(String text) throws FormatException {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new FormatException(FORMAT, 0, "in '" + text + "': " + e.getMessage());
        }
    }
}
