package cairn.nix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceScanTest {
    private static final String FIRST = "g4pss6y41yympq9ixm4zvyrb2kyzlvkc";
    private static final String SECOND = "k7xg292c6kkx03q7qgb6g3fzfglrkpk6";
    private static final String ABSENT = "f1ns2a4dv7z99x0sir31z6kafmndx2b7";

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 31, 32, 33, 100, 1000})
    void findsHashesHoweverTheBytesAreCut(int piece) throws IOException {
        String text =
                "see /nix/store/"
                        + FIRST
                        + "-motd, a"
                        + SECOND
                        + "b, "
                        + ABSENT.substring(0, 31)
                        + "E"
                        + ABSENT.substring(1);
        var scan = new ReferenceScan(new ByteArrayInputStream(text.getBytes(UTF_8)));
        byte[] buffer = new byte[piece];
        while (scan.read(buffer, 0, piece) > 0) {
            // Only what passes by counts.
        }
        assertEquals(
                List.of(FIRST, SECOND),
                Stream.of(FIRST, SECOND, ABSENT).filter(scan::found).toList());
    }
}
