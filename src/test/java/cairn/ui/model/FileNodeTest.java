package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import org.junit.jupiter.api.Test;

class FileNodeTest {
    @Test
    void namesShowWhatCannotBeSeen() {
        assertEquals("a\\x0ab\\x09c", label(Bytes.utf8("a\nb\tc")));
        assertEquals("\\xfflatin", label(Bytes.ofHex("ff6c6174696e")));
        assertEquals("\\x{202e}gpj.exe", label(Bytes.utf8(Character.toString(0x202e) + "gpj.exe")));
        assertEquals("Grüße שלום", label(Bytes.utf8("Grüße שלום")));
    }

    private static String label(Bytes name) {
        var cid = Cid.of(Codec.RAW, Bytes.EMPTY);
        return new FileNode(name, cid, FileNode.Type.FILE, 0, "").label();
    }
}
