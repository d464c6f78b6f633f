package cairn.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.DagCbor;
import cairn.ipld.Node;
import cairn.trust.Attestation.Verdict;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttestationTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final Cid SUBJECT = Cid.of(Codec.RAW, Bytes.utf8("subject"));
    private static final Cid POLICY = Cid.of(Codec.RAW, Bytes.utf8("policy"));

    private final SecretKey key = key("team-1");

    private static SecretKey key(String name) {
        try {
            return SecretKey.generate(name, new SecureRandom());
        } catch (FormatException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private Attestation attestation() {
        return Attestation.sign(key, SUBJECT, Verdict.SIGNED, Optional.of(POLICY), AT, "reviewed");
    }

    @Test
    void isTheSameAfterItWasWritten() throws FormatException {
        var attestation = attestation();
        assertTrue(attestation.isGenuine());
        var read = Attestation.decode(attestation.encode());
        assertEquals(attestation, read);
        assertTrue(read.isGenuine());
        assertTrue(Attestation.isKind(attestation.toBlock()));
        assertFalse(Attestation.isKind(Block.of(Codec.DAG_CBOR, Bytes.ofHex("a0"))));
        var bare = Attestation.sign(key, SUBJECT, Verdict.VERIFIED, Optional.empty(), AT, "");
        assertEquals(bare, Attestation.decode(bare.encode()));
    }

    @Test
    void hasTheFieldsOfItsSchemaAndIsStrictDagCbor() throws FormatException {
        var node = (Node.Map) DagCbor.decode(attestation().encode());
        assertEquals(
                "[at, key, kind, policy, reason, subject, verdict, signature]",
                node.entries().sequencedKeySet().toString());
        assertEquals(new Node.Text("cim.attestation/1"), node.entries().get("kind"));
        assertEquals(new Node.Link(SUBJECT), node.entries().get("subject"));
        assertEquals(new Node.Text(key.publicKey().toString()), node.entries().get("key"));
    }

    @Test
    void isGenuineOnlyAsItWasSigned() {
        var signed = attestation();
        var other = Cid.of(Codec.RAW, Bytes.utf8("other"));
        var stranger = key("team-1").publicKey();
        for (var forged :
                new Attestation[] {
                    with(signed, other, signed.verdict(), signed.key(), AT, "reviewed"),
                    with(signed, SUBJECT, Verdict.VERIFIED, signed.key(), AT, "reviewed"),
                    with(signed, SUBJECT, signed.verdict(), stranger, AT, "reviewed"),
                    with(signed, SUBJECT, signed.verdict(), signed.key(), AT.plusMillis(1), ""),
                    with(signed, SUBJECT, signed.verdict(), signed.key(), AT, "rejected")
                }) {
            assertFalse(forged.isGenuine(), forged::toString);
        }
    }

    private static Attestation with(
            Attestation from,
            Cid subject,
            Verdict verdict,
            PublicKey key,
            Instant at,
            String reason) {
        return new Attestation(subject, verdict, from.policy(), key, from.signature(), at, reason);
    }

    @Test
    void everyCutAndWhatFollowsIsRefused() {
        Bytes whole = attestation().encode();
        for (int length = 0; length < whole.length(); length++) {
            Bytes cut = whole.slice(0, length);
            assertThrows(FormatException.class, () -> Attestation.decode(cut));
        }
        assertThrows(
                FormatException.class, () -> Attestation.decode(whole.concat(Bytes.ofHex("00"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"signed|sighed", "cim.attestation/1|cim.attestation/2", "team-1:|team 1:"})
    void whatIsNotOfTheSchemaIsRefused(String change) {
        String[] both = change.split("\\|", -1);
        String hex = attestation().encode().toHex();
        String altered = hex.replace(Bytes.utf8(both[0]).toHex(), Bytes.utf8(both[1]).toHex());
        assertFalse(hex.equals(altered));
        assertThrows(FormatException.class, () -> Attestation.decode(Bytes.ofHex(altered)));
    }

    @Test
    void aReasonIsNotEndless() {
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        Attestation.sign(
                                key,
                                SUBJECT,
                                Verdict.SIGNED,
                                Optional.empty(),
                                AT,
                                "x".repeat(1001)));
    }
}
