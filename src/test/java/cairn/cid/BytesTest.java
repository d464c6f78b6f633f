package cairn.cid;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BytesTest {
    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "6162, ab",
        "c3a9, é",
        "efbfbd, \ufffd",
        "6c6174696ee9, latin_e9",
        "ff41fe, _ffA_fe",
        "c3, _c3",
        "f09f98, _f0_9f_98",
        "00, _00",
        "ff00, _ff_00",
        "f09f9880ff, 😀_ff",
        "eda080, _ed_a0_80"
    })
    void escapesWhatIsNoText(String hex, String escaped) {
        String text = escaped.replace('_', '\0');
        assertEquals(text, Bytes.ofHex(hex).toEscaped());
        assertEquals(Optional.of(Bytes.ofHex(hex)), Bytes.ofEscaped(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"_", "_f", "_fg", "_FF", "_41", "_c3_a9", "a_", "\ud800"})
    void noBytesHaveATextThatIsEscapedOtherwise(String escaped) {
        assertEquals(Optional.empty(), Bytes.ofEscaped(escaped.replace('_', '\0')));
    }
}
