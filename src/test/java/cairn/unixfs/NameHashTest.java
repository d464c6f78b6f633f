package cairn.unixfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Bytes;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameHashTest {
    /// What `@multiformats/murmur3` gives.
    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    '', 0000000000000000
                    a, 85555565f6597889
                    hello, cbd8a7b341bd9b02
                    12345678, 3b4a640638b1419c
                    123456789, 3c84645edb66cca4
                    123456789012345, 887001aea2afcfd6
                    1234567890123456, 4fbe5dc5c0e32cf8
                    12345678901234567, 748617968026b77e
                    The quick brown fox jumps over the lazy dog, e34bbc7bbc071b6c
                    grüße, f49fbd83f1a354eb
                    """)
    void hashesAsOthersDo(String name, String hash) {
        assertEquals(hash, HexFormat.of().toHexDigits(NameHash.of(Bytes.utf8(name))));
    }
}
