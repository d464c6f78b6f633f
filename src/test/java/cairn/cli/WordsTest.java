package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {
    private static final Bytes LINE =
            Bytes.utf8("java\0-cp\0x.jar\0Main\0ls\0f")
                    .concat(Bytes.ofHex("ff00"))
                    .concat(Bytes.utf8("\0end\0"));

    @Test
    void haveTheBytesThatTheSystemTells() {
        String[] words = {"ls", "f\ufffd", "", "end"};
        assertEquals(List.of("ls", "f\0ff", "", "end"), Words.of(words, LINE));
    }

    @Test
    void areLeftAsTheyAreWhereTheSystemTellsFewer() {
        String[] words = {"f\ufffd", ""};
        assertEquals(List.of(words), Words.of(words, Bytes.utf8("java\0")));
    }
}
