package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// Reads the numbers and padded strings that archives and exports are made of, through a buffer.
///
/// ```
/// number = 8 bytes, least significant first
/// data   = length:number bytes, zeros up to the next multiple of eight
/// ```
final class NarInput {
    private static final int BUFFER = 1 << 16;
    private static final int MAX_TOKEN = 16;

    private final String format;
    private final InputStream source;
    private final byte[] buffer = new byte[BUFFER];

    /// Where the buffer's first byte stands in the input.
    private long start;

    private int next;
    private int limit;

    NarInput(String format, InputStream source) {
        this.format = format;
        this.source = source;
    }

    /// How many bytes have been consumed.
    long position() {
        return start + next;
    }

    /// A number, unsigned: it comes out negative from 2^63 up.
    long number() throws IOException {
        require(Long.BYTES);
        long value = 0;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            value = (value << 8) | (buffer[next + i] & 0xff);
        }
        next += Long.BYTES;
        return value;
    }

    /// A short string, at most as long as a limit that must be well below the buffer's size.
    Bytes data(int max) throws IOException {
        int length = lengthUpTo(max);
        var bytes = Bytes.copyOf(buffer, next, length);
        next += length;
        padding(length);
        return bytes;
    }

    /// One of the strings that the grammar names, or what stands there instead.
    String token() throws IOException {
        int length = lengthUpTo(MAX_TOKEN);
        var token = new String(buffer, next, length, StandardCharsets.ISO_8859_1);
        next += length;
        padding(length);
        return token;
    }

    void expect(String token) throws IOException {
        long at = position();
        String found = token();
        if (!found.equals(token)) {
            throw unexpected(at, "expected '" + token + "'", found);
        }
    }

    /// An exception about a token that should be another.
    FormatException unexpected(long at, String expected, String found) {
        return new FormatException(format, at, "%s, found '%s'".formatted(expected, found));
    }

    /// The zeros behind a string of this length.
    void padding(long length) throws IOException {
        int zeros = NarTokens.padding(length);
        require(zeros);
        for (int i = 0; i < zeros; i++) {
            if (buffer[next] != 0) {
                throw malformed("padding is not zero");
            }
            next++;
        }
    }

    /// The bytes of a file, without the padding behind them.
    Contents contents(long size) {
        return new Contents(size);
    }

    void expectEnd() throws IOException {
        if (next < limit || fill() > 0) {
            throw malformed("bytes follow the end");
        }
    }

    void close() throws IOException {
        source.close();
    }

    /// An exception about the element that starts here.
    FormatException malformed(String problem) {
        return new FormatException(format, position(), problem);
    }

    /// The length of a string, which is then at hand in the buffer.
    private int lengthUpTo(int max) throws IOException {
        long at = position();
        long length = number();
        if (length < 0 || length > max) {
            throw new FormatException(
                    format,
                    at,
                    "a string of %s bytes, where at most %d can stand"
                            .formatted(Long.toUnsignedString(length), max));
        }
        require((int) length);
        return (int) length;
    }

    /// Has so many bytes at hand in the buffer.
    private void require(int count) throws IOException {
        if (limit - next >= count) {
            return;
        }
        System.arraycopy(buffer, next, buffer, 0, limit - next);
        start += next;
        limit -= next;
        next = 0;
        while (limit < count) {
            int read = source.read(buffer, limit, BUFFER - limit);
            if (read < 0) {
                throw endsTooEarly(start + limit);
            }
            limit += read;
        }
    }

    /// Reads anew into the empty buffer; zero at the end of the input.
    private int fill() throws IOException {
        start += limit;
        next = 0;
        limit = 0;
        limit = Math.max(0, source.read(buffer, 0, BUFFER));
        return limit;
    }

    private FormatException endsTooEarly(long at) {
        return new FormatException(format, at, "ends too early");
    }

    /// Ends after the file. Large reads go past the buffer.
    final class Contents extends InputStream {
        private final long size;
        private long left;

        private Contents(long size) {
            this.size = size;
            left = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            if (left == 0) {
                return -1;
            }
            int wanted = (int) Math.min(count, left);
            int read;
            if (next == limit && wanted >= BUFFER) {
                read = source.read(target, offset, wanted);
                if (read < 0) {
                    throw endsTooEarly(position());
                }
                start += read;
            } else {
                if (next == limit && fill() == 0) {
                    throw endsTooEarly(position());
                }
                read = Math.min(wanted, limit - next);
                System.arraycopy(buffer, next, target, offset, read);
                next += read;
            }
            left -= read;
            return read;
        }

        /// Passes over what has not been read, and the padding.
        void finish() throws IOException {
            while (left > 0) {
                if (next == limit && fill() == 0) {
                    throw endsTooEarly(position());
                }
                int passed = (int) Math.min(left, limit - next);
                next += passed;
                left -= passed;
            }
            padding(size);
        }
    }
}
