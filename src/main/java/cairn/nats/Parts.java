package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A payload on its way in parts, because the server lets no message be as large.
///
/// ```
/// Cairn-Part: n "/" total          ; from 1 on; a reply without it is whole
/// ```
///
/// Belongs to one thread.
final class Parts {
    static final String HEADER = "Cairn-Part";

    /// What headers and the server's own words may take of a message.
    private static final int MARGIN = 8 << 10;

    /// Nothing that is asked for is larger.
    private static final int MAX_BYTES = 64 << 20;

    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,4})/([1-9][0-9]{0,4})");

    private final List<@Nullable Bytes> parts = new ArrayList<>();
    private int came;
    private long bytes;

    /// The longest payload that goes in one message.
    static int limit(long maxPayload) {
        return (int) Math.max(1 << 10, Math.min(maxPayload, 1 << 30) - MARGIN);
    }

    /// Cuts a payload.
    static List<Bytes> cut(Bytes payload, int limit) {
        var parts = new ArrayList<Bytes>();
        for (int at = 0; at < payload.length() || parts.isEmpty(); at += limit) {
            parts.add(payload.slice(at, Math.min(payload.length(), at + limit)));
        }
        return parts;
    }

    /// The header of one of several parts.
    ///
    /// @param number counts from 0
    static Headers header(int number, int total) {
        return new Headers().add(HEADER, number + 1 + "/" + total);
    }

    /// Takes a message; the whole payload if it was the last that was lacking.
    Optional<Bytes> add(Message message) throws FormatException {
        Headers headers = message.getHeaders();
        String header = headers == null ? null : headers.getLast(HEADER);
        if (header == null) {
            return Optional.of(Bytes.wrap(message.getData()));
        }
        var match = FORM.matcher(header);
        if (!match.matches()) {
            throw malformed(header);
        }
        int number = Integer.parseInt(match.group(1)) - 1;
        int total = Integer.parseInt(match.group(2));
        while (parts.isEmpty() || parts.size() < total && came == 0) {
            parts.add(null);
        }
        if (total != parts.size() || number >= total) {
            throw malformed(header);
        }
        if (parts.get(number) == null) {
            parts.set(number, Bytes.wrap(message.getData()));
            came++;
            bytes += message.getData().length;
            if (bytes > MAX_BYTES) {
                throw new FormatException(
                        "reply", 0, "has more than %d bytes".formatted(MAX_BYTES));
            }
        }
        return came == total ? Optional.of(joined()) : Optional.empty();
    }

    private Bytes joined() {
        byte[] whole = new byte[(int) bytes];
        int at = 0;
        for (Bytes part : parts) {
            if (part != null) {
                part.copyTo(0, whole, at, part.length());
                at += part.length();
            }
        }
        return Bytes.wrap(whole);
    }

    private static FormatException malformed(String header) {
        return new FormatException(
                "reply", 0, "'%s: %s' fits no other part".formatted(HEADER, header));
    }
}
