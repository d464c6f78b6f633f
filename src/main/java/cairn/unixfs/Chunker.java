package cairn.unixfs;

import cairn.cid.Bytes;
import cairn.cid.HashFunction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Cuts a file where its content says so, so that an insertion moves cuts only near it (FastCDC).
///
/// A gear fingerprint runs over the bytes of a chunk from byte 16,384 on, counted from 0: `fp = (fp
/// << 1) + gear[byte]`, where `gear[i]` is the first 8 bytes, big-endian, of the SHA-256 of the one
/// byte `i`. A byte that makes the top 18 bits of the fingerprint zero, or from byte 65,536 on the
/// top 14, begins the next chunk; byte 262,144 does so in any case. So every chunk but the last of
/// a file has between [#MIN_SIZE] and [#MAX_SIZE] bytes, both included, and where a chunk ends
/// depends on nothing but the bytes from where it starts.
///
/// [#cut(byte[], int, int, boolean)] finds one boundary in a buffer of the caller's; an instance
/// cuts one stream after the other, and keeps its buffer. Not safe for use by several threads.
///
/// @see <a href="https://www.usenix.org/system/files/conference/atc16/atc16-paper-xia.pdf">FastCDC,
///   algorithm 1</a>
public final class Chunker {
    public static final int MIN_SIZE = 16 << 10;
    public static final int AVERAGE_SIZE = 64 << 10;
    public static final int MAX_SIZE = 256 << 10;

    private static final long STRICT = -1L << (64 - 18);
    private static final long LENIENT = -1L << (64 - 14);
    private static final long[] GEAR = gear();
    private static final int FIRST_BUFFER = 2 * MIN_SIZE;
    private static final int LAST_BUFFER = 2 * MAX_SIZE;

    private InputStream in;
    private byte[] buffer = new byte[FIRST_BUFFER];
    private int from;
    private int to;
    private boolean last;

    /// Cuts a stream, which stays the caller's to close.
    public Chunker(InputStream in) {
        this.in = in;
    }

    /// Leaves what is left of the last stream, and cuts another.
    public void open(InputStream next) {
        in = next;
        from = 0;
        to = 0;
        last = false;
    }

    /// The next chunk, or empty after the last; an empty stream has none.
    ///
    /// The bytes lie in the buffer: they stand until the next call of [#next()].
    public Optional<Bytes> next() throws IOException {
        int end = cut(buffer, from, to, last);
        while (end < 0) {
            fill();
            end = cut(buffer, from, to, last);
        }
        return end == from ? Optional.empty() : Optional.of(take(end));
    }

    /// The next chunk and those behind it that lie in the buffer already, or none after the last.
    ///
    /// They stand until the next call, as that of [#next()] does.
    public List<Bytes> nextFew() throws IOException {
        var few = new ArrayList<Bytes>();
        for (var next = next(); next.isPresent(); next = buffered()) {
            few.add(next.get());
        }
        return few;
    }

    private Optional<Bytes> buffered() {
        int end = cut(buffer, from, to, last);
        return end > from ? Optional.of(take(end)) : Optional.empty();
    }

    private Bytes take(int end) {
        var chunk = Bytes.wrap(buffer, from, end - from);
        from = end;
        return chunk;
    }

    /// Where the chunk that starts at `from` ends, or -1 if the bytes up to `to` do not tell.
    ///
    /// @param last whether the file ends at `to`; then there is always an answer
    public static int cut(byte[] data, int from, int to, boolean last) {
        int size = Math.min(to - from, MAX_SIZE);
        if (size > MIN_SIZE) {
            int average = from + Math.min(size, AVERAGE_SIZE);
            int found = scan(data, from + MIN_SIZE, from + MIN_SIZE, average, STRICT);
            if (found < 0) {
                found = scan(data, average - Long.SIZE, average, from + size, LENIENT);
            }
            if (found >= 0) {
                return found;
            }
        }
        return size == MAX_SIZE || last ? from + size : -1;
    }

    /// The first byte from `begin` on that a chunk begins with, or -1 if there is none before
    /// `end`.
    ///
    /// @param start where the fingerprint starts; it forgets what is further back than 64 bytes
    private static int scan(byte[] data, int start, int begin, int end, long mask) {
        long[] gear = GEAR;
        long fingerprint = 0;
        for (int i = start; i < begin; i++) {
            fingerprint = (fingerprint << 1) + gear[data[i] & 0xff];
        }
        int i = begin;
        // Two bytes a step: the next step then waits for half as much of this one.
        for (; i < end - 1; i += 2) {
            long first = gear[data[i] & 0xff];
            long second = gear[data[i + 1] & 0xff];
            if (((fingerprint << 1) + first & mask) == 0) {
                return i;
            }
            fingerprint = (fingerprint << 2) + ((first << 1) + second);
            if ((fingerprint & mask) == 0) {
                return i + 1;
            }
        }
        return i < end && ((fingerprint << 1) + gear[data[i] & 0xff] & mask) == 0 ? i : -1;
    }

    /// Moves what is held to the front, of a larger buffer if it is much of this one, and reads
    /// until the buffer is full or the stream ends.
    private void fill() throws IOException {
        int held = to - from;
        boolean crowded = held > buffer.length / 4 && buffer.length < LAST_BUFFER;
        byte[] target = crowded ? new byte[2 * buffer.length] : buffer;
        System.arraycopy(buffer, from, target, 0, held);
        buffer = target;
        from = 0;
        to = held + in.readNBytes(buffer, held, buffer.length - held);
        last = to < buffer.length;
    }

    private static long[] gear() {
        var gear = new long[256];
        for (int i = 0; i < gear.length; i++) {
            byte[] digest = HashFunction.sha256().digest(new byte[] {(byte) i});
            gear[i] = ByteBuffer.wrap(digest).getLong();
        }
        return gear;
    }
}
