package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PrettyJsonTest {
    @Test
    void linksAndBytesStayOnTheirLine() {
        assertEquals(
                """
                {
                  "a": [
                    1,
                    "x,{\\"}"
                  ],
                  "b": {"/":"bafy"},
                  "c": {"/":{"bytes":"AQ"}},
                  "d": {},
                  "e": []
                }\
                """,
                PrettyJson.of(
                        "{\"a\":[1,\"x,{\\\"}\"],\"b\":{\"/\":\"bafy\"},\"c\":{\"/\":{\"bytes\":\"AQ\"}},\"d\":{},\"e\":[]}"));
    }
}
