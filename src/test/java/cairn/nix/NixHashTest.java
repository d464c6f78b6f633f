package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.NixHash.Algorithm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NixHashTest {
    /// The hashes of "hello", as `nix hash file` prints them.
    @ParameterizedTest
    @CsvSource({
        "md5, 5d41402abc4b2a76b9719d911017c592, 4jqlbi14cxf6wpcajbphm40hax,"
                + " XUFAKrxLKna5cZ2REBfFkg==",
        "sha1, aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d, 9m1skbnr5i43n3yypvda5s65vhfwdx5a,"
                + " qvTGHdzF6KLavt4PO0gs2a6pQ00=",
        "sha256, 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824,"
                + " 094qif9n4cq4fdg459qzbhg1c6wywawwaaivx0k0x8xhbyx4vwic,"
                + " LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
        "sha512, 9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043,"
                + " 11w1pmwfdpz9pisbhp5qiv38q6dmidq2ipcqykw3p0sb6yrqcij79rwcwcjbxyzwbdal349qbxrncbk7pmd6snljrfpiwv2pljd4wcv,"
                + " m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw=="
    })
    void readsAndWritesEveryForm(String name, String base16, String nix32, String base64)
            throws FormatException {
        var algorithm = Algorithm.named(name);
        var digest = algorithm.digest().digest(Bytes.utf8("hello").toByteArray());
        var hash = new NixHash(algorithm, Bytes.wrap(digest));
        for (String text : List.of(base16, nix32, base64)) {
            assertEquals(hash, NixHash.parse(name + ":" + text));
            assertEquals(hash, NixHash.parse(algorithm, text));
        }
        assertEquals(hash, NixHash.parse(name + "-" + base64));
        assertEquals(name + ":" + base16, hash.toBase16());
        assertEquals(name + ":" + nix32, hash.toString());
        assertEquals(name + "-" + base64, hash.toSri());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sha256",
                "sha256:",
                "sha256-",
                "sha3:094qif9n4cq4fdg459qzbhg1c6wywawwaaivx0k0x8xhbyx4vwic",
                "sha256:094qif9n4cq4fdg459qzbhg1c6wywawwaaivx0k0x8xhbyx4vwi",
                "sha256:e94qif9n4cq4fdg459qzbhg1c6wywawwaaivx0k0x8xhbyx4vwic",
                "sha256:294qif9n4cq4fdg459qzbhg1c6wywawwaaivx0k0x8xhbyx4vwic",
                "sha256:gcf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
                "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ",
                "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCR=",
                "sha256-LPJNul_wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
                "md5-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
                "sha256:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=\n"
            })
    void refusesWhatIsNoHash(String text) {
        assertThrows(FormatException.class, () -> NixHash.parse(text));
    }

    @Test
    void hashesBytes() {
        assertEquals(
                "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
                NixHash.sha256Of(Bytes.utf8("hello")).toSri());
    }

    @Test
    void refusesADigestOfAnotherLength() {
        assertThrows(IllegalArgumentException.class, () -> NixHash.sha256(Bytes.EMPTY));
    }
}
