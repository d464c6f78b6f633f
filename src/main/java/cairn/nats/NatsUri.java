package cairn.nats;

import cairn.cid.FormatException;
import cairn.remote.StoreUri;
import java.util.regex.Pattern;

/// The name of the nodes of a domain that meet at a server.
///
/// ```
/// uri = "nats+ipld://" host [ ":" port ] [ "/" domain ] [ "?" parameters ]    ; port 4222
/// ```
///
/// @param domain empty for the default domain
/// @param archives whether not the nodes are meant but the closures in the object store there:
///   `?archive=car`
record NatsUri(String text, String host, int port, String domain, boolean archives) {
    private static final String ARCHIVE = "archive";
    private static final String CAR = "car";
    private static final int PORT = 4222;
    private static final Pattern FORM =
            Pattern.compile(
                    "nats\\+ipld://(\\[[0-9a-fA-F:.]+\\]|[^/:?#@\\[\\]]+)(?::([0-9]{1,5}))?"
                            + "(?:/([A-Za-z0-9_-]{1,64})?)?");

    static NatsUri parse(String text) throws FormatException {
        var uri = StoreUri.parse(text, ARCHIVE);
        var match = FORM.matcher(uri.base());
        if (!match.matches()) {
            throw new FormatException(
                    "store uri",
                    0,
                    "'%s' is not nats+ipld://host:port or nats+ipld://host:port/domain; who you are is"
                                    .formatted(text)
                            + " set in cairn.toml (nats.creds, nats.nkey, nats.user)");
        }
        int port = match.group(2) == null ? PORT : Integer.parseInt(match.group(2));
        if (port > 0xffff) {
            throw new FormatException("store uri", 0, "there is no port " + port);
        }
        String domain = match.group(3) == null ? "" : match.group(3);
        String archive = uri.parameters().get(ARCHIVE);
        if (archive != null && !archive.equals(CAR)) {
            throw new FormatException(
                    "store uri", 0, "the archive '%s' is none of %s".formatted(archive, CAR));
        }
        return new NatsUri(text, match.group(1), port, domain, archive != null);
    }

    /// The server, as NATS clients name it.
    String server() {
        return "nats://%s:%d".formatted(host, port);
    }
}
