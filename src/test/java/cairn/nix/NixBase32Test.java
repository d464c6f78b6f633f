package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NixBase32Test {
    /// From `nix-hash --to-base32`, but for the first.
    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "0000000000000000000000000000000000000000000000000000000000000001,"
                + " 0080000000000000000000000000000000000000000000000000",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff,"
                + " 1zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
        "ff00000000000000000000000000000000000080, h000000000000000000000000000007z"
    })
    void encodesAsNixDoes(String hex, String text) throws FormatException {
        assertEquals(text, NixBase32.encode(Bytes.ofHex(hex)));
        assertEquals(Bytes.ofHex(hex), NixBase32.decode(text));
    }

    @Test
    void decodesWhatItEncoded() throws FormatException {
        var random = new Random(1);
        for (int length = 0; length < 70; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            String text = NixBase32.encode(Bytes.wrap(bytes));
            assertEquals(NixBase32.textLength(length), text.length());
            assertEquals(Bytes.wrap(bytes), NixBase32.decode(text));
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "0e, 1, 'e' is not in the alphabet",
                "0U, 1, 'U' is not in the alphabet",
                "zz, 0, stray bits at the start",
                "80, 0, stray bits at the start",
                "0, 0, no bytes encode to so many characters",
                "000, 0, no bytes encode to so many characters",
                "2zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz, 0, stray bits at the start"
            })
    void refusesWhatNothingEncodesTo(String text, long offset, String problem) {
        var e = assertThrows(FormatException.class, () -> NixBase32.decode(text));
        assertEquals(new FormatException("nix32", offset, problem).getMessage(), e.getMessage());
    }
}
