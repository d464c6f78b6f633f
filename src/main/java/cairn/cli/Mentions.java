package cairn.cli;

import cairn.cid.Bytes;
import cairn.nix.NarSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/// Finds the files and links of a tree that hold a text, as Nix scans for references.
final class Mentions implements NarSink {
    private static final int BUFFER = 1 << 16;

    private final byte[] wanted;

    /// By how much a byte that stands last says that the text stands further on, at least.
    private final int[] skips;

    private final byte[] buffer = new byte[BUFFER];
    private final Deque<String> place = new ArrayDeque<>();
    private final List<String> found = new ArrayList<>();

    Mentions(String wanted) {
        this.wanted = wanted.getBytes(StandardCharsets.US_ASCII);
        skips = skips();
    }

    /// Where the text was found, `.` for a tree that is one file.
    List<String> places() {
        return List.copyOf(found);
    }

    @Override
    public void directory() {
        place.addLast("");
    }

    @Override
    public void entry(Bytes name) {
        place.removeLast();
        place.addLast(name.toUtf8());
    }

    @Override
    public void endDirectory() {
        place.removeLast();
    }

    @Override
    public void regular(boolean executable, long size, InputStream contents) throws IOException {
        int kept = 0;
        boolean here = false;
        for (int count = contents.read(buffer, kept, BUFFER - kept);
                count >= 0;
                count = contents.read(buffer, kept, BUFFER - kept)) {
            int length = kept + count;
            here = here || holds(buffer, length);
            kept = Math.min(length, wanted.length - 1);
            System.arraycopy(buffer, length - kept, buffer, 0, kept);
        }
        if (here) {
            found.add(name());
        }
    }

    @Override
    public void symlink(Bytes target) {
        byte[] text = target.toByteArray();
        if (holds(text, text.length)) {
            found.add(name());
        }
    }

    private String name() {
        return place.isEmpty() ? "." : String.join("/", place);
    }

    /// Looks at every place where the last byte could be, as far apart as the text allows.
    private boolean holds(byte[] text, int length) {
        int last = wanted.length - 1;
        for (int end = last; end < length; ) {
            int skip = skips[text[end] & 0xff];
            if (skip == 0) {
                int i = 0;
                while (i < last && text[end - last + i] == wanted[i]) {
                    i++;
                }
                if (i == last) {
                    return true;
                }
                skip = 1;
            }
            end += skip;
        }
        return false;
    }

    private int[] skips() {
        int[] skips = new int[256];
        Arrays.fill(skips, wanted.length);
        for (int i = 0; i < wanted.length; i++) {
            skips[wanted[i]] = wanted.length - 1 - i;
        }
        return skips;
    }
}
