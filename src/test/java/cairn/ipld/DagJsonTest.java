package cairn.ipld;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DagJsonTest {
    static List<CodecFixtures.Fixture> fixtures() {
        return CodecFixtures.of("dag-json");
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void encodesWhatItDecodedAsItWas(CodecFixtures.Fixture fixture) throws FormatException {
        Block block = fixture.block();
        assertTrue(block.cid().matches(block.bytes()));
        assertEquals(block.bytes(), DagJson.encode(DagJson.decode(block.bytes())));
    }

    /// Not of numbers: a number that loses its last digit is another number.
    @ParameterizedTest
    @MethodSource("fixtures")
    void refusesEveryTruncation(CodecFixtures.Fixture fixture) {
        Bytes whole = fixture.block().bytes();
        if (Character.isDigit(whole.at(whole.length() - 1))) {
            return;
        }
        int step = 1 + whole.length() / 100;
        for (int length = whole.length() - 1; length >= 0; length -= step) {
            Bytes part = whole.slice(0, length);
            assertThrows(FormatException.class, () -> DagJson.decode(part));
        }
    }

    /// The right column is what JavaScript prints.
    @ParameterizedTest
    @CsvSource({
        "0.0, 0.0",
        "-0.0, -0.0",
        "1.0, 1.0",
        "100.0, 100.0",
        "123456789012345680000.0, 123456789012345680000.0",
        "1e21, 1e+21",
        "1.5E300, 1.5e+300",
        "0.000001, 0.000001",
        "0.0000015, 0.0000015",
        "1e-7, 1e-7",
        "1.25e-7, 1.25e-7",
        "4.9e-324, 5e-324",
        "2e-323, 2e-323",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "2.2250738585072014E-308, 2.2250738585072014e-308",
        "9007199254740993.0, 9007199254740992.0"
    })
    void writesFloatsAsJavaScriptDoes(String read, String written) throws FormatException {
        assertEquals(written, recode(read));
    }

    @Test
    void everyFloatComesBack() throws FormatException {
        var random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                var node = new Node.Float64(value);
                assertEquals(node, DagJson.decode(DagJson.encode(node)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    ~ [ 1 , { "b" : null , "a" : true } ] ~ | [1,{"a":true,"b":null}]
                    ~ {} ~                                  | {}
                    "\\u0041\\/\\u00fc\\ud834\\udd1e"       | "A/ü𝄞"
                    "\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f" | "\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\u007f"
                    {"\uD800\uDD51":1,"\uFF5E":2,"aa":3,"c":4,"":5} | {"":5,"aa":3,"c":4,"\uFF5E":2,"\uD800\uDD51":1}
                    -0                                      | 0
                    18446744073709551615                    | 18446744073709551615
                    -18446744073709551616                   | -18446744073709551616
                    {"/":{"/":"bafkqabiaaebagba"}}          | {"/":{"/":"bafkqabiaaebagba"}}
                    {"/":{"/":{"bytes":"YXNkZg"}}}          | {"/":{"/":{"bytes":"YXNkZg"}}}
                    {"/":{"bytes":true},"bar":"baz"}        | {"/":{"bytes":true},"bar":"baz"}
                    {"/":{"abar":"baz","bytes":"foo"}}      | {"/":{"abar":"baz","bytes":"foo"}}
                    {"!bar":"baz","/":"foo"}                | {"!bar":"baz","/":"foo"}
                    {"/":true,"bar":"baz"}                  | {"/":true,"bar":"baz"}
                    {"/":["foo"]}                           | {"/":["foo"]}
                    """)
    void writesWhatItReadInCanonicalForm(String read, String written) throws FormatException {
        assertEquals(written, recode(read));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    {"foo":1,"foo":2,"bar":3}          | 9  | the key 'foo' is there twice
                    {"/":"foo","bar":"baz"}            | 0  | a map whose first key is "/" is neither a link nor bytes
                    {"/":{"bytes":"foo","bar":"baz"}}  | 0  | a map whose first key is "/" is neither a link nor bytes
                    {"/":{"bytes":"foo"},"bar":"baz"}  | 0  | a map whose first key is "/" is neither a link nor bytes
                    [{"/":"foo"}]                      | 1  | a link is no CID: 'o' is not in the alphabet
                    [{"/":""}]                         | 1  | a link is no CID: the text is empty
                    {"/":"zb2rhe5P4gXftAwvA4eXQ5HJwsER2owDyS9sKaQRRVQPn93bA"} | 0 | a link is not in base32
                    {"/":{"bytes":"YQ=="}}             | 0  | bytes are not in base64 without padding
                    {"/":{"bytes":"YR"}}               | 0  | bytes are not in base64 without padding
                    {"/":{"bytes":"Y"}}                | 0  | bytes are not in base64 without padding
                    {"/":{"bytes":"Y-_h"}}             | 0  | bytes are not in base64 without padding
                    [1,]                               | 3  | expected a value
                    [,1]                               | 1  | expected a value
                    [1 2]                              | 3  | expected ','
                    {"a":1,}                           | 7  | expected '"'
                    {"a" 1}                            | 5  | expected ':'
                    {a:1}                              | 1  | expected '"'
                    {1:1}                              | 1  | expected '"'
                    'a'                                | 0  | expected a value
                    NaN                                | 0  | expected a value
                    Infinity                           | 0  | expected a value
                    -Infinity                          | 1  | expected a digit
                    nul                                | 0  | expected 'null'
                    nulls                              | 4  | 1 bytes too many
                    True                               | 0  | expected a value
                    01                                 | 1  | 1 bytes too many
                    +1                                 | 0  | expected a value
                    .5                                 | 0  | expected a value
                    5.                                 | 2  | expected a digit
                    1e                                 | 2  | expected a digit
                    1.e1                               | 2  | expected a digit
                    1e400                              | 0  | a number beyond the range of a 64-bit float
                    18446744073709551616               | 0  | an integer beyond 64 bits
                    -18446744073709551617              | 0  | an integer beyond 64 bits
                    1111111111111111111111             | 0  | an integer beyond 64 bits
                    "\\x"                              | 1  | an unknown escape
                    "\\u00zz"                          | 5  | expected a hexadecimal digit
                    "\\ud800"                          | 7  | expected '\\'
                    "\\ud800\\u0041"                   | 1  | half a surrogate pair
                    "\\udc00\\ud800"                   | 1  | half a surrogate pair
                    "a\tb"                             | 2  | a control character in a string
                    /* no */ 1                         | 0  | expected a value
                    [] []                              | 3  | 2 bytes too many
                    ~~                                 | 0  | ends too early
                    """)
    void refuses(String json, long offset, String problem) {
        assertRefused(Bytes.utf8(json), offset, problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"22ff22", "22eda08022", "22c08022", "7b22ff223a317d"})
    void refusesWhatIsNoUtf8(String hex) {
        Bytes json = Bytes.ofHex(hex);
        var e = assertThrows(FormatException.class, () -> DagJson.decode(json));
        assertEquals("the text is not well-formed UTF-8", e.problem());
    }

    @Test
    void refusesAByteOrderMark() {
        assertRefused(Bytes.utf8("\uFEFF1"), 0, "expected a value");
    }

    @Test
    void takesNestingToTheLimitAndRefusesMore() throws FormatException {
        String deepest = "[".repeat(Node.MAX_DEPTH) + "]".repeat(Node.MAX_DEPTH);
        assertEquals(deepest, recode(deepest));
        assertRefused(Bytes.utf8("[".repeat(1_000_000)), Node.MAX_DEPTH, "nested deeper than 512");
    }

    /// A dag-cbor block may hold the map `{"/": "foo"}`, which JSON would give back as a link.
    @ParameterizedTest
    @ValueSource(strings = {"a1612f63666f6f", "a1612fa165627974657363666f6f"})
    void refusesToWriteWhatWouldComeBackAsSomethingElse(String hex) throws FormatException {
        Node node = DagCbor.decode(Bytes.ofHex(hex));
        assertThrows(FormatException.class, () -> DagJson.encode(node));
    }

    private static String recode(String json) throws FormatException {
        return DagJson.encode(DagJson.decode(Bytes.utf8(json))).toUtf8();
    }

    private static void assertRefused(Bytes json, long offset, String problem) {
        var e = assertThrows(FormatException.class, () -> DagJson.decode(json));
        assertEquals("dag-json at byte %d: %s".formatted(offset, problem), e.getMessage());
    }
}
