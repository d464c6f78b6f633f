package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;

class PreviewTest {
    @Test
    void showsTextAsText() {
        assertEquals(new Preview.Text("héllo\n", ""), Preview.of(Bytes.utf8("héllo\n"), 7));
    }

    @Test
    void aCharacterCutAtTheEndIsLeftOut() {
        Bytes beginning = Bytes.utf8("hé").slice(0, 2);
        assertEquals(new Preview.Text("h", "the first 256 KiB"), Preview.of(beginning, 1000));
    }

    @Test
    void showsBytesInRows() {
        var bytes = Bytes.ofHex("000102030405060708090a0b0c0d0e0f41ff");
        assertEquals(
                new Preview.Rows(
                        List.of(
                                "00000000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  ················",
                                "00000010  41 ff "
                                        + "   ".repeat(6)
                                        + " "
                                        + "   ".repeat(8)
                                        + " A·"),
                        ""),
                Preview.of(bytes, bytes.length()));
    }

    @Test
    void knowsPicturesByTheirBeginning() {
        String head = "89504e470d0a1a0a0000000d49484452";
        assertTrue(Preview.isPicture(Bytes.ofHex(head + "0000001000000010080600000000000000")));
        assertFalse(Preview.isPicture(Bytes.ofHex(head + "000fffff000fffff080600000000000000")));
        assertFalse(Preview.isPicture(Bytes.ofHex(head)));
        assertFalse(Preview.isPicture(Bytes.utf8("89504e47")));
    }

    @Test
    void aLongTextComesInRows() {
        String line = "x".repeat(Preview.WIDTH);
        String text = (line + "y\n\n").repeat(100);
        var rows = ((Preview.Rows) Preview.of(text, "")).rows();
        assertEquals(List.of(line, "y", "", line), rows.subList(0, 4));
        assertEquals(300, rows.size());
    }

    @Test
    void decodesPicturesAndShrinksLargeOnes() throws IOException {
        var white = new BufferedImage(3000, 2000, BufferedImage.TYPE_BYTE_GRAY);
        white.setRGB(2, 0, 0xffffffff);
        var picture = (Preview.Picture) Preview.ofPicture(png(white));
        assertEquals(1500, picture.width());
        assertEquals(1000, picture.height());
        assertEquals(0xff000000, picture.pixels()[0]);
        assertEquals(0xffffffff, picture.pixels()[1]);
    }

    @Test
    void saysThatAnAnimationIsShownByItsFirstPicture() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (int i = 0; i < 3; i++) {
                var frame = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
                writer.writeToSequence(new IIOImage(frame, null, null), null);
            }
            writer.endWriteSequence();
        }
        Bytes three = Bytes.wrap(bytes.toByteArray());
        assertEquals("", note(png(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB))));
        assertEquals("the first of 3 pictures; nothing moves here", note(three));
        assertInstanceOf(
                Preview.Picture.class, Preview.ofPicture(three.slice(0, three.length() - 3)));
    }

    private static String note(Bytes picture) {
        return ((Preview.Picture) Preview.ofPicture(picture)).note();
    }

    @Test
    void aDamagedPictureIsShownAsBytes() throws IOException {
        Bytes whole = png(new BufferedImage(50, 50, BufferedImage.TYPE_INT_RGB));
        var torn = whole.slice(0, 40);
        assertEquals(
                new Preview.Rows(Preview.rows(torn), "damaged, or no picture"),
                Preview.ofPicture(torn));
    }

    @Test
    void laysADerivationOut() {
        String derivation =
                "Derive([(\"out\",\"/nix/store/1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r-tool-1.9\",\"\",\"\")],"
                        + "[(\"/nix/store/2b9jydsiygi6jhlz2dxbrxi6b4m1rn4r-cc.drv\",[\"dev\",\"out\"])],[],"
                        + "\"x86_64-linux\",\"/bin/sh\",[\"-e\"],[(\"buildPhase\",\"make\\nmake check\")])";
        assertEquals(
                new Preview.Text(
                        """
                        outputs
                          out = /nix/store/1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r-tool-1.9
                        inputSrcs
                        inputDrvs
                          /nix/store/2b9jydsiygi6jhlz2dxbrxi6b4m1rn4r-cc.drv = dev out
                        system = x86_64-linux
                        builder = /bin/sh
                        args
                          -e
                        env
                          buildPhase = make
                            make check
                        """,
                        "laid out"),
                Preview.ofDerivation(Bytes.utf8(derivation), derivation.length()));
        assertEquals(new Preview.Text("Derive", ""), Preview.ofDerivation(Bytes.utf8("Derive"), 6));
    }

    private static Bytes png(BufferedImage image) throws IOException {
        var out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return Bytes.wrap(out.toByteArray());
    }

    @Test
    void nothingIsText() {
        assertEquals(new Preview.Text("", ""), Preview.of(Bytes.EMPTY, 0));
    }
}
