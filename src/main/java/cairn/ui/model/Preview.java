package cairn.ui.model;

import cairn.cid.Bytes;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/// What can be seen of a file without opening it elsewhere.
public sealed interface Preview {
    /// How many bytes of a file are looked at.
    int LIMIT = 256 << 10;

    /// How large a picture may be to be shown.
    int PICTURE_LIMIT = 16 << 20;

    /// How many pixels a picture may have to be shown.
    long PIXELS = 24 << 20;

    int ROW = 16;

    /// Characters.
    ///
    /// @param complete whether the file ends there
    record Text(String text, boolean complete) implements Preview {}

    record Picture(Bytes bytes) implements Preview {}

    /// Bytes in rows of offset, hexadecimal and characters.
    record Hex(List<String> rows, boolean complete) implements Preview {
        public Hex {
            rows = List.copyOf(rows);
        }
    }

    record Link(String target) implements Preview {}

    record Directory(int entries) implements Preview {}

    /// Shows bytes as text if they are, else as rows of hexadecimal.
    ///
    /// @param size of the whole file, of which these bytes are the beginning
    static Preview of(Bytes bytes, long size) {
        boolean complete = bytes.length() == size;
        // A character of up to four bytes may have been cut at the end.
        for (int cut = 0; cut <= (complete ? 0 : 3) && cut <= bytes.length(); cut++) {
            Bytes whole = bytes.slice(0, bytes.length() - cut);
            if (whole.isUtf8() && isPlain(whole)) {
                return new Text(whole.toUtf8(), complete);
            }
        }
        return new Hex(rows(bytes), complete);
    }

    /// Tells whether bytes begin as a picture that can be shown and is not too large for it.
    static boolean isPicture(Bytes bytes) {
        return List.of("89504e470d0a1a0a", "ffd8ff", "474946383761", "474946383961").stream()
                        .anyMatch(magic -> bytes.startsWith(Bytes.ofHex(magic)))
                && pixels(bytes) <= PIXELS;
    }

    /// How many pixels a picture says it has; a huge number if that cannot be read.
    private static long pixels(Bytes bytes) {
        try (var in = new MemoryCacheImageInputStream(bytes.toInputStream())) {
            ImageReader reader = ImageIO.getImageReaders(in).next();
            reader.setInput(in);
            long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            reader.dispose();
            return pixels;
        } catch (IOException | RuntimeException _) {
            return Long.MAX_VALUE; // readers of pictures throw whatever they like
        }
    }

    private static boolean isPlain(Bytes bytes) {
        for (int i = 0; i < bytes.length(); i++) {
            int c = bytes.at(i);
            if (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 27) {
                return false;
            }
        }
        return true;
    }

    /// Bytes in rows of offset, hexadecimal and characters.
    static List<String> rows(Bytes bytes) {
        return IntStream.range(0, (bytes.length() + ROW - 1) / ROW)
                .mapToObj(row -> row(bytes, row * ROW))
                .toList();
    }

    private static String row(Bytes bytes, int from) {
        var row = new StringBuilder(String.format("%08x  ", from));
        var characters = new StringBuilder();
        for (int i = from; i < from + ROW; i++) {
            if (i < bytes.length()) {
                int value = bytes.at(i) & 0xff;
                row.append(String.format("%02x ", value));
                characters.append(value >= ' ' && value <= '~' ? (char) value : '·');
            } else {
                row.append("   ");
            }
            if (i - from == ROW / 2 - 1) {
                row.append(' ');
            }
        }
        return row.append(' ').append(characters).toString();
    }
}
