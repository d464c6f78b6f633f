package cairn.cid;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FormatExceptionTest {
    @Test
    void letsNoStrangerSteerATerminal() {
        var e = new FormatException("nar", 8, "'\u001b[2J\n\u009b' may not be a name");
        assertEquals("nar at byte 8: '\ufffd[2J\ufffd\ufffd' may not be a name", e.getMessage());
    }

    @Test
    void keepsTheStartOfAnEndlessProblem() {
        assertEquals("x".repeat(999) + "…", new FormatException("", 0, "x".repeat(2000)).problem());
    }
}
