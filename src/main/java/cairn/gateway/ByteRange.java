package cairn.gateway;

import java.util.Optional;
import java.util.regex.Pattern;

/// A part of something, from one byte, included, to another, excluded.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-14">Range requests</a>
record ByteRange(long from, long to) {
    private static final Pattern HEADER = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

    static ByteRange whole(long size) {
        return new ByteRange(0, size);
    }

    /// The part of so many bytes that a header asks for; the whole if it asks in a way that we pass
    /// over, as servers may; empty if there is no such part.
    static Optional<ByteRange> of(String header, long size) {
        var match = HEADER.matcher(header);
        if (!match.matches() || match.group(1).isEmpty() && match.group(2).isEmpty()) {
            return Optional.of(whole(size));
        }
        if (match.group(1).isEmpty()) {
            long last = Long.parseLong(match.group(2));
            return last == 0 || size == 0
                    ? Optional.empty()
                    : Optional.of(new ByteRange(Math.max(0, size - last), size));
        }
        long from = Long.parseLong(match.group(1));
        long to =
                match.group(2).isEmpty()
                        ? size
                        : Math.min(size, Long.parseLong(match.group(2)) + 1);
        if (to <= from && to < size) {
            return Optional.of(whole(size));
        }
        return from < size ? Optional.of(new ByteRange(from, to)) : Optional.empty();
    }

    long length() {
        return to - from;
    }

    /// The value of `Content-Range`.
    String of(long size) {
        return "bytes %d-%d/%d".formatted(from, to - 1, size);
    }
}
