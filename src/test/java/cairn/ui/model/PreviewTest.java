package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreviewTest {
    @Test
    void showsTextAsText() {
        assertEquals(new Preview.Text("héllo\n", true), Preview.of(Bytes.utf8("héllo\n"), 7));
    }

    @Test
    void aCharacterCutAtTheEndIsLeftOut() {
        Bytes beginning = Bytes.utf8("hé").slice(0, 2);
        assertEquals(new Preview.Text("h", false), Preview.of(beginning, 1000));
    }

    @Test
    void showsBytesInRows() {
        var bytes = Bytes.ofHex("000102030405060708090a0b0c0d0e0f41ff");
        assertEquals(
                new Preview.Hex(
                        List.of(
                                "00000000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  ················",
                                "00000010  41 ff "
                                        + "   ".repeat(6)
                                        + " "
                                        + "   ".repeat(8)
                                        + " A·"),
                        true),
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
    void nothingIsText() {
        assertEquals(new Preview.Text("", true), Preview.of(Bytes.EMPTY, 0));
    }
}
