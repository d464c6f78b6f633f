package cairn.cid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidTest {
    /// The raw leaf of "hello world", as every IPFS tool names it.
    private static final String HELLO =
            "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

    @Test
    void namesABlockAsOtherToolsDo() {
        assertEquals(HELLO, Cid.of(Codec.RAW, Bytes.utf8("hello world")).toString());
    }

    /// One identifier in every base, from the specification's worked example.
    @ParameterizedTest
    @CsvSource({
        "base58btc, zb2rhe5P4gXftAwvA4eXQ5HJwsER2owDyS9sKaQRRVQPn93bA",
        "base32, bafkreidon73zkcrwdb5iafqtijxildoonbwnpv7dyd6ef3qdgads2jc4su",
        "base32upper, BAFKREIDON73ZKCRWDB5IAFQTIJXILDOONBWNPV7DYD6EF3QDGADS2JC4SU",
        "base36, k2cwuebehu25964wkyur07ojbfw5otexdh4mq0cbtw10597acwdqhtat",
        "base36upper, K2CWUEBEHU25964WKYUR07OJBFW5OTEXDH4MQ0CBTW10597ACWDQHTAT",
        "base16, f015512206e6ff7950a36187a801613426e858dce686cd7d7e3c0fc42ee0330072d245c95",
        "base64url, uAVUSIG5v95UKNhh6gBYTQm6Fjc5obNfX48D8Qu4DMActJFyV"
    })
    void readsEveryBase(String base, String text) throws FormatException {
        var read = Cid.read(text);
        assertEquals(base, read.base().toString());
        assertEquals(text, read.cid().toString(read.base()));
        assertEquals(
                "6e6ff7950a36187a801613426e858dce686cd7d7e3c0fc42ee0330072d245c95",
                read.cid().hash().digest().toHex());
    }

    @Test
    void keepsVersionZeroAndTellsTheBlockItNames() throws FormatException {
        Cid zero = Cid.parse("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG");
        assertEquals("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG", zero.toString());
        assertEquals(
                "bafybeie5nqv6kd3qnfjupgvz34woh3oksc3iau6abmyajn7qvtf6d2ho34",
                zero.toV1().toString());
        assertEquals(zero, Cid.decode(zero.encode()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sha2-256 | 1220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
                "sha2-512 | 1340309ecc489c12d6eb4cc40f50c902f2b4d0ed77ee511a7c7a9bcd3ca86d4cd86f989dd35bc5ff499670da34255b45b0cfd830e81f605dcf7dc5542e93ae9cd76f",
                "sha3-256 | 1620644bcc7e564373040999aac89e7622f3ca71fba1d972fd94a31c3bfbf24e3938",
                "blake2b-256 | a0e40220256c83b297114d201b30179f3f0ef0cace9783622da5974326b436178aeef610",
                "blake3 | 1e20d74981efa70a0c880b8d8c1985d075dbcbf679b99a5f9914e5aaf96b831a9e24"
            })
    void verifiesWithEveryHashItNames(String name, String hex) throws FormatException {
        var hash = Multihash.read(new ByteReader("multihash", Bytes.ofHex(hex)));
        assertEquals(name, hash.function().orElseThrow().name());
        assertTrue(hash.matches(Bytes.utf8("hello world")));
        assertFalse(hash.matches(Bytes.utf8("hello World")));
    }

    @Test
    void aForeignHashIsUnverifiableAndNeverMatches() throws FormatException {
        Cid md5 = Cid.decode(Bytes.ofHex("0155d50110" + "5eb63bbbe01eeed093cb22bb8f5acdc3"));
        assertFalse(md5.hash().isVerifiable());
        assertFalse(md5.matches(Bytes.utf8("hello world")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "b",
                "hello",
                "!afkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
                "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5E",
                "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5f",
                "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5ea",
                "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n",
                "zQmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
                "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbd0",
                "bAFKREIFZJUT3TE2NHYEKKLSS27NH3K72YSCO7Y32KOAO5EEI66WOF36N5E",
                "f0155122",
                "f01551220",
                "f025512200000000000000000000000000000000000000000000000000000000000000000",
                "f0155121f00000000000000000000000000000000000000000000000000000000000000",
                "f01d500122000000000000000000000000000000000000000000000000000000000000000",
                "f8100551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
                "f0155ffffffffffffffffff01",
                "f015500ffffffffffffffff7f"
            })
    void refusesWhatIsNotCanonical(String text) {
        assertThrows(FormatException.class, () -> Cid.parse(text));
    }

    @Test
    void refusesEveryTruncation() {
        Bytes whole = Cid.of(Codec.RAW, Bytes.utf8("hello world")).encode();
        for (int length = 0; length < whole.length(); length++) {
            Bytes cut = whole.slice(0, length);
            assertThrows(FormatException.class, () -> Cid.decode(cut), "length " + length);
        }
    }
}
