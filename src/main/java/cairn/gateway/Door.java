package cairn.gateway;

import cairn.engine.CacheServer.Settings;
import cairn.engine.CacheServer.Writer;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Says who may come in.
///
/// A page that a browser loaded from elsewhere may not speak with the server: neither in its own
/// name, which is then the `Origin`, nor by a name of its own that leads here, which is then the
/// `Host`. An address as `Host` cannot be such a name.
final class Door {
    private static final Pattern ADDRESS =
            Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-fA-F:.]+]");
    private static final Pattern PORT = Pattern.compile(":[0-9]{0,5}$");

    private final Settings settings;

    /// The last `Host` that was let in. Most requests have the same.
    private volatile String known = "";

    Door(Settings settings) {
        this.settings = settings;
    }

    boolean isOurs(String host) {
        if (host.equals(known)) {
            return true;
        }
        String name = PORT.matcher(host).replaceFirst("").toLowerCase(Locale.ROOT);
        boolean ours =
                ADDRESS.matcher(name).matches()
                        || name.equals("localhost")
                        || name.equalsIgnoreCase(settings.listen().getHostString())
                        || settings.hosts().contains(name);
        if (ours) {
            known = host;
        }
        return ours;
    }

    /// Tells whether a page that this server itself gave may have sent a request.
    static boolean isOwnPage(String origin, String host) {
        try {
            var uri = new URI(origin);
            return uri.getRawAuthority() != null && uri.getRawAuthority().equalsIgnoreCase(host);
        } catch (URISyntaxException _) {
            return false;
        }
    }

    /// Who sends this `Authorization`, if he may write: as Nix has it from a netrc file, or as a
    /// bearer.
    Optional<Writer> writer(String authorization) {
        String token = token(authorization);
        Optional<Writer> found = Optional.empty();
        for (Writer writer : settings.writers()) {
            // All are compared, each as long as it takes, so that time tells nothing.
            if (MessageDigest.isEqual(bytes(writer.token()), bytes(token))) {
                found = Optional.of(writer);
            }
        }
        return found;
    }

    private static String token(String authorization) {
        String[] words = authorization.strip().split(" +", 2);
        if (words.length < 2) {
            return "";
        }
        return switch (words[0].toLowerCase(Locale.ROOT)) {
            case "bearer" -> words[1];
            case "basic" -> password(words[1]);
            default -> "";
        };
    }

    private static String password(String basic) {
        try {
            String pair = new String(Base64.getDecoder().decode(basic), StandardCharsets.UTF_8);
            return pair.substring(pair.indexOf(':') + 1);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    private static byte[] bytes(String token) {
        return token.getBytes(StandardCharsets.UTF_8);
    }
}
