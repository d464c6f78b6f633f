package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.NixHash;
import cairn.store.PathInfo;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final String CA =
            "fixed:r:sha256:1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s";

    private final SecretKey cache = key("cache-1");
    private final SecretKey other = key("other-1");
    private final TrustedKeys trusted = new TrustedKeys(List.of(cache.publicKey()));

    @Test
    void aTrustedSignatureIsTrustedAndNamed() {
        var info = info(Optional.empty(), sign(other), sign(cache));
        assertEquals(
                new Verdict(
                        TrustMark.TRUSTED,
                        "Signed by cache-1, which is trusted.",
                        List.of(
                                new Verdict.Signed(
                                        "other-1",
                                        TrustMark.UNTRUSTED,
                                        "No key of this name is trusted.",
                                        sign(other)),
                                new Verdict.Signed(
                                        "cache-1",
                                        TrustMark.TRUSTED,
                                        "It verifies with the trusted key of this name.",
                                        sign(cache)))),
                Verdict.of(info, trusted));
    }

    @Test
    void whatIsNamedByItsContentNeedsNoSignature() {
        assertEquals(
                new Verdict(
                        TrustMark.TRUSTED, "Its content has the address that names it.", List.of()),
                Verdict.of(info(Optional.of(CA)), trusted));
    }

    @Test
    void nobodySigned() {
        assertEquals(
                new Verdict(TrustMark.UNSIGNED, "Nobody signed it.", List.of()),
                Verdict.of(info(Optional.empty()), trusted));
    }

    @Test
    void strangersSigned() {
        var verdict = Verdict.of(info(Optional.empty(), sign(other)), trusted);
        assertEquals(TrustMark.UNTRUSTED, verdict.mark());
        assertEquals("Signed by other-1, which is not among the trusted keys.", verdict.reason());
    }

    @Test
    void aSignatureUnderATrustedNameThatDoesNotFitIsToldApart() {
        String forged = "cache-1" + sign(other).substring("other-1".length());
        var verdict = Verdict.of(info(Optional.empty(), forged, "no signature"), trusted);
        assertEquals(TrustMark.UNTRUSTED, verdict.mark());
        assertEquals(
                "The signature by cache-1 does not fit the trusted key of this name.",
                verdict.reason());
        assertEquals(
                List.of(TrustMark.DAMAGED, TrustMark.UNTRUSTED),
                verdict.signatures().stream().map(Verdict.Signed::mark).toList());
    }

    private static SecretKey key(String name) {
        try {
            return SecretKey.generate(name, new SecureRandom());
        } catch (FormatException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String sign(SecretKey key) {
        return key.sign(Bytes.utf8(info(Optional.empty()).fingerprint())).toString();
    }

    private static PathInfo info(Optional<String> ca, String... signatures) {
        return new PathInfo(
                Samples.TOOL,
                NixHash.sha256Of(Bytes.utf8("nar")),
                3,
                List.of(),
                Optional.empty(),
                List.of(signatures),
                ca);
    }
}
