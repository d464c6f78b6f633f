package cairn.trust;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.CborReader;
import cairn.ipld.CborWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.stream.Stream;

/// What somebody vouches for, or what came of checking that, as a block.
///
/// ```ipldsch
/// type Attestation struct {         # dag-cbor
///   kind String                     # "cim.attestation/1"
///   subject Link                    # what is vouched for
///   verdict String                  # "signed" | "verified" | "rejected"
///   policy nullable Link            # the trust policy that a verdict was reached under
///   key String                      # "name:base64" of the public key, as Nix writes it
///   signature Bytes                 # Ed25519 over the dag-cbor of this node with signature = empty bytes
///   at Int                          # ms since the epoch
///   reason String
/// }
/// ```
///
/// Whoever decodes one does not know yet whether its key [signed it][#isGenuine()].
///
/// @param key of whoever says so
/// @param at to the millisecond
/// @param reason for people, at most 1,000 characters
public record Attestation(
        Cid subject,
        Verdict verdict,
        Optional<Cid> policy,
        PublicKey key,
        Signature signature,
        Instant at,
        String reason) {
    private static final String KIND = "cim.attestation/1";
    private static final int FIELDS = 8;
    private static final int LONGEST = 1000;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    /// What is said of the subject.
    public enum Verdict {
        /// Whoever has the key vouches for it.
        SIGNED("signed"),

        /// It was checked, and is what it is said to be.
        VERIFIED("verified"),

        /// It was checked, and is not to be believed.
        REJECTED("rejected");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        public static Optional<Verdict> of(String text) {
            return Stream.of(values()).filter(verdict -> verdict.text.equals(text)).findFirst();
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// @throws IllegalArgumentException if the time or the reason is none that can stand there
    public Attestation {
        at = at.truncatedTo(ChronoUnit.MILLIS);
        try {
            check(at, reason);
        } catch (FormatException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /// Vouches for something, or says what came of checking it.
    public static Attestation sign(
            SecretKey key,
            Cid subject,
            Verdict verdict,
            Optional<Cid> policy,
            Instant at,
            String reason) {
        Instant time = at.truncatedTo(ChronoUnit.MILLIS);
        Bytes message =
                encode(subject, verdict, policy, key.publicKey(), Bytes.EMPTY, time, reason);
        return new Attestation(
                subject, verdict, policy, key.publicKey(), key.sign(message), time, reason);
    }

    /// Whether its key signed it.
    public boolean isGenuine() {
        return key.verifies(
                encode(subject, verdict, policy, key, Bytes.EMPTY, at, reason), signature);
    }

    /// Tells whether a block claims to be such a node, without decoding all of it.
    public static boolean isKind(Block block) {
        if (!block.cid().is(Codec.DAG_CBOR)) {
            return false;
        }
        try {
            var in = new CborReader(KIND, block.bytes());
            in.fields(FIELDS);
            long _ = in.field("at").integer();
            String _ = in.field("key").text();
            in.field("kind").text(KIND);
            return true;
        } catch (FormatException _) {
            return false;
        }
    }

    public static Attestation decode(Bytes block) throws FormatException {
        var in = new CborReader(KIND, block);
        in.fields(FIELDS);
        var at = Instant.ofEpochMilli(in.field("at").integer());
        var key = PublicKey.parse(in.field("key").text());
        in.field("kind").text(KIND);
        var policy = in.field("policy").nullableLink();
        String reason = in.field("reason").text();
        Cid subject = in.field("subject").link();
        String word = in.field("verdict").text();
        var verdict =
                Verdict.of(word).orElseThrow(() -> in.malformed("unknown verdict '" + word + "'"));
        Bytes signature = in.field("signature").bytes();
        if (signature.length() != Signature.LENGTH) {
            throw in.malformed(
                    "a signature has %d bytes, not %d"
                            .formatted(Signature.LENGTH, signature.length()));
        }
        in.expectEnd();
        check(at, reason);
        return new Attestation(
                subject, verdict, policy, key, new Signature(key.name(), signature), at, reason);
    }

    public Bytes encode() {
        return encode(subject, verdict, policy, key, signature.value(), at, reason);
    }

    private static Bytes encode(
            Cid subject,
            Verdict verdict,
            Optional<Cid> policy,
            PublicKey key,
            Bytes signature,
            Instant at,
            String reason) {
        var out =
                new CborWriter()
                        .fields(FIELDS)
                        .field("at")
                        .integer(at.toEpochMilli())
                        .field("key")
                        .text(key.toString())
                        .field("kind")
                        .text(KIND)
                        .field("policy");
        policy.ifPresentOrElse(out::link, out::absent);
        return out.field("reason")
                .text(reason)
                .field("subject")
                .link(subject)
                .field("verdict")
                .text(verdict.text)
                .field("signature")
                .bytes(signature)
                .toBytes();
    }

    public Block toBlock() {
        return Block.of(Codec.DAG_CBOR, encode());
    }

    private static void check(Instant at, String reason) throws FormatException {
        if (at.isBefore(Instant.EPOCH) || at.isAfter(LATEST)) {
            throw new FormatException(KIND, 0, at + " is no time that is written there");
        }
        if (reason.length() > LONGEST) {
            throw new FormatException(
                    KIND, 0, "the reason has more than %,d characters".formatted(LONGEST));
        }
    }
}
