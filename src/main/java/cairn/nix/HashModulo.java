package cairn.nix;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.NixHash.Algorithm;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/// Hashes what is written to it as if it did not refer to itself.
///
/// The path of a content depends on its hash, and the content may hold its own path. So each
/// occurrence of the path's 32 characters counts as zeros, and the hash also covers where they
/// were:
///
/// ```
/// hash = digest of (content with zeros, then "|" position for each occurrence)
/// ```
///
/// Without an occurrence this is the plain hash. Belongs to one thread.
///
/// @see <a href="https://nix.dev/manual/nix/latest/store/store-object/content-address.html">Content
///   addresses of store objects</a>
public final class HashModulo extends OutputStream {
    private static final int BUFFER = 1 << 16;

    private final Algorithm algorithm;
    private final MessageDigest digest;
    private final byte[] own;

    /// How far a window may move whose last byte is this one (Boyer, Moore and Horspool).
    private final int[] shift = new int[256];

    private final byte[] buffer = new byte[BUFFER];
    private int filled;

    /// How many bytes came before the buffer.
    private long before;

    /// The gaps between occurrences as varints: a content may consist of nothing else.
    private final ByteWriter gaps = new ByteWriter();

    private long lastPosition;

    /// @param ownHash the 32 characters of the path that is hashed
    public HashModulo(Algorithm algorithm, String ownHash) {
        this.algorithm = algorithm;
        digest = algorithm.digest();
        own = ownHash.getBytes(StandardCharsets.US_ASCII);
        Arrays.fill(shift, own.length);
        for (int i = 0; i < own.length - 1; i++) {
            shift[own[i]] = own.length - 1 - i;
        }
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        int done = 0;
        while (done < length) {
            int count = Math.min(length - done, BUFFER - filled);
            System.arraycopy(source, offset + done, buffer, filled, count);
            filled += count;
            done += count;
            if (filled == BUFFER) {
                drain(own.length - 1);
            }
        }
    }

    /// The hash of all that was written. Nothing can be written afterwards.
    public NixHash finish() {
        drain(0);
        var positions = new ByteReader("positions", gaps.toBytes());
        try {
            for (long position = 0; !positions.atEnd(); ) {
                position += positions.varint();
                digest.update(("|" + position).getBytes(StandardCharsets.US_ASCII));
            }
        } catch (FormatException e) {
            throw new IllegalStateException(e);
        }
        return new NixHash(algorithm, Bytes.wrap(digest.digest()));
    }

    /// Hashes the buffer but for its last bytes, in which an occurrence may begin.
    private void drain(int keep) {
        int last = own.length - 1;
        for (int i = 0; i + last < filled; ) {
            if (Arrays.equals(buffer, i, i + own.length, own, 0, own.length)) {
                Arrays.fill(buffer, i, i + own.length, (byte) 0);
                gaps.varint(before + i - lastPosition);
                lastPosition = before + i;
            }
            i += shift[buffer[i + last] & 0xff];
        }
        int count = filled - keep;
        digest.update(buffer, 0, count);
        System.arraycopy(buffer, count, buffer, 0, keep);
        before += count;
        filled = keep;
    }
}
