package cairn.nix;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/// Finds what may be hashes of store paths in the bytes that are read through it: 32 digits of
/// Nix's base32 in a row, as Nix looks for references.
///
/// Only so many are remembered; after that everything counts as found.
public final class ReferenceScan extends FilterInputStream {
    private static final int LENGTH = StorePath.HASH_LENGTH;
    private static final int MAX_FOUND = 1 << 14;
    private static final boolean[] DIGITS = new boolean[256];

    static {
        for (char digit : NixBase32.ALPHABET.toCharArray()) {
            DIGITS[digit] = true;
        }
    }

    private final Set<String> found = new HashSet<>();

    /// The end of what passed by, and room for the beginning of what comes.
    private final byte[] seam = new byte[2 * (LENGTH - 1)];

    private int kept;

    public ReferenceScan(InputStream in) {
        super(in);
    }

    /// Tells whether a hash passed by.
    public boolean found(String hash) {
        return found.size() >= MAX_FOUND || found.contains(hash);
    }

    /// Looks at what is written there as if it was read.
    public OutputStream sink() {
        return new OutputStream() {
            @Override
            public void write(int value) {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] source, int offset, int count) {
                scan(source, offset, count);
            }
        };
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        int read = super.read(target, offset, count);
        if (read > 0) {
            scan(target, offset, read);
        }
        return read;
    }

    @Override
    public long skip(long count) throws IOException {
        return readNBytes((int) Math.min(count, 1 << 16)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void scan(byte[] bytes, int offset, int count) {
        int head = Math.min(count, LENGTH - 1);
        System.arraycopy(bytes, offset, seam, kept, head);
        runs(seam, 0, kept + head);
        runs(bytes, offset, count);
        if (count >= LENGTH - 1) {
            kept = LENGTH - 1;
            System.arraycopy(bytes, offset + count - kept, seam, 0, kept);
        } else {
            int all = kept + head;
            kept = Math.min(all, LENGTH - 1);
            System.arraycopy(seam, all - kept, seam, 0, kept);
        }
    }

    /// Looks at each window from its end, so that one byte that is no digit rules out up to 32.
    private void runs(byte[] bytes, int offset, int count) {
        int last = offset + count - LENGTH;
        for (int start = offset; start <= last && found.size() < MAX_FOUND; ) {
            int at = start + LENGTH - 1;
            while (at >= start && DIGITS[bytes[at] & 0xff]) {
                at--;
            }
            if (at < start) {
                found.add(new String(bytes, start, LENGTH, StandardCharsets.US_ASCII));
            }
            start = Math.max(at, start) + 1;
        }
    }
}
