package cairn.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteRangeTest {
    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    bytes=0-0,      0, 1
                    bytes=0-9,      0, 10
                    bytes=3-5,      3, 6
                    bytes=3-,       3, 10
                    bytes=3-99,     3, 10
                    bytes=9-9,      9, 10
                    bytes=-3,       7, 10
                    bytes=-99,      0, 10
                    bytes=5-3,      0, 10
                    bytes=-,        0, 10
                    'bytes=0-1,3-4', 0, 10
                    lines=0-1,      0, 10
                    bytes=0-99999999999999999999, 0, 10
                    """)
    void isThePartAskedForOrTheWhole(String header, long from, long to) {
        assertEquals(Optional.of(new ByteRange(from, to)), ByteRange.of(header, 10));
    }

    @ParameterizedTest
    @CsvSource({"bytes=10-", "bytes=10-20", "bytes=-0"})
    void isNothingBehindTheEnd(String header) {
        assertEquals(Optional.empty(), ByteRange.of(header, 10));
    }
}
