package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.00 KiB",
        "10229, 9.99 KiB",
        "10240, 10.0 KiB",
        "102399, 100 KiB",
        "1048063, 1023 KiB",
        "1048064, 1.00 MiB",
        "9223372036854775807, 8.00 EiB",
        "-2048, -2.00 KiB"
    })
    void hasThreeFigures(long bytes, String text) {
        assertEquals(text, Size.text(bytes));
    }

    @ParameterizedTest
    @CsvSource({"0, 0 paths", "1, 1 path", "1234, '1,234 paths'"})
    void countsOneAsOne(long number, String text) {
        assertEquals(text, Size.count(number, "path"));
    }
}
