package cairn.ipld;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.CodecFixtures.Fixture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CodecsTest {
    private static final String ONE = "bafkqabiaaebagba";
    private static final String TWO = "QmXg9Pp2ytZ14xgmQjYEiHjVjMFXzCVVEcRTWJBmLgR39V";

    static List<Arguments> pairs() {
        var fixtures = CodecFixtures.all();
        var pairs = new ArrayList<Arguments>();
        for (Fixture from : fixtures) {
            for (Fixture to : fixtures) {
                if (from.value().equals(to.value())) {
                    pairs.add(Arguments.of(from, to));
                }
            }
        }
        return pairs;
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void convertsEachCodecIntoEachOther(Fixture from, Fixture to) throws FormatException {
        Codec codec = Codec.named(to.codec()).orElseThrow();
        Bytes converted = Codecs.encode(codec, Codecs.decode(from.block()));
        assertEquals(to.block().bytes(), converted);
        assertEquals(to.block().cid(), Cid.of(codec, converted));
    }

    @Test
    void tellsWhereLinksStand() throws FormatException {
        assertEquals(
                List.of(
                        new NamedLink("a/0", Cid.parse(ONE)),
                        new NamedLink("a/1/b", Cid.parse(TWO)),
                        new NamedLink("z", Cid.parse(ONE))),
                Codecs.links(
                        block(
                                Codec.DAG_CBOR,
                                """
                                {"a": [{"/": "%s"}, {"b": {"/": "%s"}}], "m": {}, "z": {"/": "%s"}}
                                """
                                        .formatted(ONE, TWO, ONE))));
        assertEquals(
                List.of(new NamedLink("", Cid.parse(ONE)), new NamedLink("name", Cid.parse(TWO))),
                Codecs.links(
                        block(
                                Codec.DAG_PB,
                                """
                                {"Links": [{"Hash": {"/": "%s"}},
                                           {"Hash": {"/": "%s"}, "Name": "name"}]}
                                """
                                        .formatted(ONE, TWO))));
    }

    @Test
    void repeatsNoLongKeysForEachLink() throws FormatException {
        String links = "{\"/\": \"%s\"},".formatted(ONE).repeat(20_000);
        var found =
                Codecs.links(
                        block(
                                Codec.DAG_CBOR,
                                "{\"%s\": [%s null]}".formatted("k".repeat(1 << 20), links)));
        assertEquals(20_000, found.size());
        assertEquals(
                new NamedLink("…" + "k".repeat(248) + "/19999", Cid.parse(ONE)), found.getLast());
    }

    @Test
    void takesWhatItDoesNotKnowForBytesWithoutLinks() throws FormatException {
        var block = Block.of(Codec.GIT_RAW, Bytes.utf8("blob 0\0"));
        assertEquals(new Node.Bytes(block.bytes()), Codecs.decode(block));
        assertEquals(block.bytes(), Codecs.encode(Codec.GIT_RAW, Codecs.decode(block)));
        assertEquals(List.of(), Codecs.links(block));
    }

    @Test
    void readsPlainJsonWithoutLinksAndBytes() throws FormatException {
        Bytes json = Bytes.utf8("{\"/\":\"no link\",\"a\":{\"/\":{\"bytes\":\"\"}}}");
        Node node = Codecs.decode(Codec.JSON, json);
        assertEquals(
                "a2612f676e6f206c696e6b6161a1612fa165627974657360",
                Codecs.encode(Codec.DAG_CBOR, node).toHex());
        assertEquals(json, Codecs.encode(Codec.JSON, node));
        assertEquals(List.of(), Codecs.links(Block.of(Codec.JSON, json)));
        for (Node other : List.of(new Node.Bytes(json), new Node.Link(Cid.parse(ONE)))) {
            assertThrows(FormatException.class, () -> Codecs.encode(Codec.JSON, other));
        }
    }

    @Test
    void showsNamesThatAreNoTextAsBytes() throws FormatException {
        Bytes block = Bytes.ofHex("120f" + "0a09015500050001020304" + "1202fffe");
        Node node = Codecs.decode(Codec.DAG_PB, block);
        assertEquals(
                """
                {"Links":[{"Hash":{"/":"bafkqabiaaebagba"},"Name":{"/":{"bytes":"//4"}}}]}\
                """,
                DagJson.encode(node).toUtf8());
        assertEquals(block, Codecs.encode(Codec.DAG_PB, node));
    }

    /// The published forms that are no dag-pb.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    101                                          | a node is a map of [Data, Links]
                    []                                           | a node is a map of [Data, Links]
                    {"/":{"bytes":"AQID"}}                       | a node is a map of [Data, Links]
                    {"/":"QmNPWHBrVQiiV8FpyNuEPhB9E2rbvdy9Yx79EY1EJuyf9o"} | a node is a map of [Data, Links]
                    {"Links":[],"extraneous":true}               | a node is a map of [Data, Links]
                    {}                                           | Links is not a list
                    {"Links":null}                               | Links is not a list
                    {"Data":null,"Links":[]}                     | Data is not bytes
                    {"Data":"AQID","Links":[]}                   | Data is not bytes
                    {"Links":[null]}                             | a link is a map of [Hash, Name, Tsize]
                    {"Links":[{"/":"bafkqabiaaebagba"}]}         | a link is a map of [Hash, Name, Tsize]
                    {"Links":[{"Hash":{"/":"bafkqabiaaebagba"},"extraneous":true}]} | a link is a map of [Hash, Name, Tsize]
                    {"Links":[{}]}                               | the Hash of a link is not a link
                    {"Links":[{"Hash":"bafkqabiaaebagba"}]}      | the Hash of a link is not a link
                    {"Links":[{"Hash":{"/":"bafkqabiaaebagba"},"Name":null}]} | Name is not text
                    {"Links":[{"Hash":{"/":"bafkqabiaaebagba"},"Tsize":-1}]}  | Tsize is not an unsigned integer
                    {"Links":[{"Hash":{"/":"bafkqabiaaebagba"},"Tsize":1.0}]} | Tsize is not an unsigned integer
                    """)
    void refusesToWriteAsDagPbWhatIsNot(String json, String problem) throws FormatException {
        Node node = DagJson.decode(Bytes.utf8(json));
        var e = assertThrows(FormatException.class, () -> Codecs.encode(Codec.DAG_PB, node));
        assertEquals(problem, e.problem());
    }

    @Test
    void writesNothingButBytesAsRaw() {
        var e = assertThrows(FormatException.class, () -> Codecs.encode(Codec.RAW, Node.NULL));
        assertEquals("only bytes can be written so", e.problem());
    }

    private static Block block(Codec codec, String json) throws FormatException {
        return Block.of(codec, Codecs.encode(codec, DagJson.decode(Bytes.utf8(json))));
    }
}
