package cairn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cli.ProgressLine.Unit;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressLineTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            textBlock =
                    """
                    BYTES|12582912|31457280|3| 40%  12.0 MiB of 30.0 MiB  4.00 MiB/s  0:04 left  hello
                    BYTES|0|31457280|3|  0%  0 B of 30.0 MiB  0 B/s  hello
                    BYTES|31457280|31457280|3|100%  30.0 MiB of 30.0 MiB  10.0 MiB/s  hello
                    BYTES|1024|0|2|1.00 KiB  512 B/s  hello
                    BYTES|1048576|9223372036854775807|1|  0%  1.00 MiB of 8.00 EiB  1.00 MiB/s  2443359172:50:07 left  hello
                    COUNT|10|1000|1|  1%  10 of 1,000  10/s  1:39 left  hello
                    COUNT|1|7200|1|  0%  1 of 7,200  1/s  1:59:59 left  hello
                    """)
    void tellsHowFarHowFastAndHowLong(
            Unit unit, long done, long total, double seconds, String line) {
        assertEquals(line, ProgressLine.line(unit, "hello", done, total, seconds));
    }

    @Test
    void isOneLineThatIsGoneInTheEnd() {
        try (var progress = progress(true)) {
            while (err.size() == 0) {
                progress.step("two\nlines", 1, 2);
            }
            progress.step("too soon", 2, 2);
        }
        String shown = err.toString(UTF_8);
        assertTrue(shown.startsWith("\r\u001b[K\u001b[?7l 50%  1 of 2  "), shown);
        assertTrue(shown.endsWith("  two\ufffdlines\u001b[?7h\r\u001b[K"), shown);
        assertEquals(-1, shown.indexOf('\n'));
    }

    @Test
    void isNotShownToAFile() {
        try (var progress = progress(false)) {
            progress.step("hello", 1, 2);
        }
        assertEquals(0, err.size());
    }

    private ProgressLine progress(boolean shown) {
        var out = new PrintStream(err, true, UTF_8);
        return new ProgressLine(out, shown, Unit.COUNT, new Interrupt());
    }
}
