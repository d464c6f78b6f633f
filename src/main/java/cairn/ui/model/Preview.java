package cairn.ui.model;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.Derivation;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/// What can be seen of a file without opening it elsewhere: ready to be drawn, so that making one
/// belongs off the UI thread.
public sealed interface Preview {
    /// How many bytes of a file are looked at.
    int LIMIT = 256 << 10;

    /// How large a picture may be to be shown.
    int PICTURE_LIMIT = 16 << 20;

    /// How many pixels a picture may have to be shown.
    long PIXELS = 24 << 20;

    /// How many pixels of a picture are shown; of one that has more, only every second or third is.
    long SHOWN = 4 << 20;

    /// How many characters are shown as one text, which is laid out as a whole.
    int FIELD = 32 << 10;

    /// How many characters a row has at most.
    int WIDTH = 400;

    int ROW = 16;

    /// Characters that can be selected one by one.
    ///
    /// @param note what is to be known of them, such as that they are only the beginning, or empty
    record Text(String text, String note) implements Preview {}

    /// Rows that are laid out as one comes to them: of a long text, or of offset, hexadecimal and
    /// characters.
    ///
    /// @param note as for [Text]
    record Rows(List<String> rows, String note) implements Preview {
        public Rows {
            rows = List.copyOf(rows);
        }
    }

    /// A picture, decoded.
    ///
    /// @param pixels row by row, each with its opacity in the highest byte and multiplied by it
    /// @param note that it is only the first of several which would follow each other, or empty
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Picture(int width, int height, int[] pixels, String note) implements Preview {}

    /// Something that is not in this store.
    record Missing() implements Preview {}

    record Link(String target) implements Preview {}

    record Directory(int entries) implements Preview {}

    /// Shows bytes as text if they are, else as rows of hexadecimal.
    ///
    /// @param size of the whole file, of which these bytes are the beginning
    static Preview of(Bytes bytes, long size) {
        boolean complete = bytes.length() == size;
        String note = complete ? "" : Words.text("preview.beginning", Figures.size(LIMIT));
        // A character of up to four bytes may have been cut at the end.
        for (int cut = 0; cut <= (complete ? 0 : 3) && cut <= bytes.length(); cut++) {
            Bytes whole = bytes.slice(0, bytes.length() - cut);
            if (whole.isUtf8() && isPlain(whole)) {
                return of(whole.toUtf8(), note);
            }
        }
        return new Rows(rows(bytes), note);
    }

    /// Shows a text whole, or in rows if it is long.
    static Preview of(String text, String note) {
        return text.length() <= FIELD
                ? new Text(text, note)
                : new Rows(text.lines().flatMap(Preview::cut).toList(), note);
    }

    private static Stream<String> cut(String line) {
        return IntStream.rangeClosed(0, Math.max(0, line.length() - 1) / WIDTH)
                .mapToObj(i -> line.substring(i * WIDTH, Math.min(line.length(), (i + 1) * WIDTH)));
    }

    /// Lays a derivation out; shows anything else as what it is.
    static Preview ofDerivation(Bytes bytes, long size) {
        try {
            return of(
                    DerivationSheet.of(Derivation.decode(bytes)), Words.text("preview.derivation"));
        } catch (FormatException _) {
            return of(bytes, size);
        }
    }

    /// Shows a picture; its bytes, if they cannot be decoded.
    static Preview ofPicture(Bytes bytes) {
        try (var in = new MemoryCacheImageInputStream(bytes.toInputStream())) {
            ImageReader reader = ImageIO.getImageReaders(in).next();
            reader.setInput(in);
            double all = (double) reader.getWidth(0) * reader.getHeight(0);
            int every = (int) Math.ceil(Math.sqrt(Math.max(1, all / SHOWN)));
            var how = reader.getDefaultReadParam();
            how.setSourceSubsampling(every, every, 0, 0);
            BufferedImage read = reader.read(0, how);
            int count = count(reader);
            reader.dispose();
            int width = read.getWidth();
            int height = read.getHeight();
            var picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB_PRE);
            picture.createGraphics().drawImage(read, 0, 0, null);
            return new Picture(
                    width,
                    height,
                    ((DataBufferInt) picture.getRaster().getDataBuffer()).getData(),
                    count > 1 ? Words.text("preview.first-picture", Figures.count(count)) : "");
        } catch (IOException | RuntimeException _) {
            // Readers of pictures throw whatever they like.
            Bytes start = bytes.slice(0, Math.min(bytes.length(), LIMIT));
            return new Rows(rows(start), Words.text("preview.no-picture"));
        }
    }

    /// How many pictures there are; of a file that ends too early, the one that was read.
    private static int count(ImageReader reader) {
        try {
            return reader.getNumImages(true);
        } catch (IOException | RuntimeException _) {
            return 1;
        }
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
