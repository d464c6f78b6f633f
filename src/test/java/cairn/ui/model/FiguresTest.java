package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 0.98 KiB",
        "1024, 1.00 KiB",
        "10239, 10.0 KiB",
        "102348, 99.9 KiB",
        "1022976, 999 KiB",
        "1048576, 1.00 MiB",
        "34799816, 33.2 MiB",
        "1099511627776, 1.00 TiB",
        "-2048, −2.00 KiB",
        "9223372036854775807, 8.00 EiB"
    })
    void sizesHaveThreeFigures(long bytes, String text) {
        assertEquals(text, Figures.size(bytes));
    }

    @Test
    void growthHasItsSign() {
        assertEquals("+1.00 KiB", Figures.growth(1024));
        assertEquals("−1.00 KiB", Figures.growth(-1024));
        assertEquals("±0", Figures.growth(0));
    }

    @Test
    void thousandsAreApart() {
        assertEquals("1\u202f234\u202f567", Figures.count(1_234_567));
        assertEquals("12\u202f345 bytes", Figures.exactSize(12_345));
    }

    @ParameterizedTest
    @CsvSource({
        "PT-5S, just now",
        "PT59S, just now",
        "PT60S, 1 min ago",
        "PT59M, 59 min ago",
        "PT23H, 23 h ago",
        "PT24H, yesterday",
        "P12D, 12 days ago",
        "P61D, 2 months ago"
    })
    void agesAreInOneUnit(Duration before, String text) {
        assertEquals(text, Figures.age(NOW.minus(before), NOW));
    }

    @Test
    void namesAreShortenedInTheMiddle() {
        assertEquals(
                "bafyrei…q3kx4m",
                Figures.shortened("bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aq3kx4m"));
        assertEquals("short", Figures.shortened("short"));
    }
}
